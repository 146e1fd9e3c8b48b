"""Proxies in front of the service: what is believed of what they say, and of whom.

A proxy that `serve.trusted_proxies` names says from which address a request came, and whether by
TLS. Everybody else can write the same headers, and gets nothing by it: whoever sends one has come
through a proxy, or wants to seem so, and is nobody of this machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from beholder.errors import SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST = 32  # proxies on the way
NARROWEST = {4: 8, 6: 16}  # prefix of a network with public addresses that may be named
LOCAL = (ipaddress.IPv6Network("fc00::/7"), ipaddress.IPv6Network("fe80::/10"))  # none is public
MAPPED = ipaddress.ip_network("::ffff:0:0/96")  # IPv4 addresses, as a socket of IPv6 has them
FOR, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
_MARKS = """
    forwarded via x-real-ip x-client-ip x-cluster-client-ip true-client-ip cdn-loop fly-client-ip
    fastly-client-ip
"""
MARKS = frozenset(name.encode() for name in _MARKS.split())
FAMILIES = (b"x-forwarded", b"x-original-", b"x-envoy-", b"x-amz", b"x-azure-", b"cf-")
"""Headers, and beginnings of such, that proxies add; browsers and programs here send none."""


class Came(NamedTuple):
    """How a request came.

    Attributes
    ----------
    address
        Of the client, as far as proxies that are named tell.
    scheme
        `http` or `https`, by which the client asked.
    host
        The name that the client asked for, where a proxy tells another than the request.
    direct
        Whether nothing shows a proxy on the way.
    """

    address: str
    scheme: str
    host: bytes | None
    direct: bool


class Proxies:
    """The proxies that are believed.

    Parameters
    ----------
    named
        Addresses and networks, such as `10.0.0.2` and `10.1.0.0/16`.

    Raises
    ------
    SettingsError
        For what is neither, or has public addresses and is too wide to be of proxies alone.
    """

    def __init__(self, named: Iterable[str] = ()) -> None:
        self.networks = tuple(_network(text) for text in named)

    @property
    def on_loopback(self) -> bool:
        """Whether one of them may be on this machine."""
        return any(
            network.overlaps(own)
            for network in self.networks
            for own in (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1"))
            if own.version == network.version
        )

    def came(self, scope: Any) -> Came:
        """Return how a request (ASGI) came: through proxies that are named, from the right."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        peer = (scope.get("client") or ("", 0))[0]
        marked = _marked(tuple(name for name, _ in headers))
        # nginx asks by HTTP/1.0 unless it is told otherwise, and says nothing else of itself
        direct = not marked and scope.get("http_version") not in ("1", "1.0")
        found = _address(peer) if self.networks else None
        if found is None or not self._names(found):
            return Came(peer, scope["scheme"], None, direct)
        address, hops = self._walk(found, _parts(headers, FOR))
        scheme = _said(_parts(headers, PROTO), hops).lower()
        host = _said(_parts(headers, HOST), hops).encode("latin-1") or None
        if scheme not in ("http", "https"):
            scheme = scope["scheme"]
        return Came(str(address), scheme, host, direct=False)

    def _names(self, address: Address) -> bool:
        return any(address in network for network in self.networks)

    def _walk(self, peer: Address, chain: list[str]) -> tuple[Address, int]:
        """Return the address that no named proxy has, and how many of them stand before it."""
        address, hops = peer, 1
        for text in chain[: -MOST - 1 : -1]:
            before = _address(text)
            if before is None:
                break
            address = before
            if not self._names(before):
                break
            hops += 1
        return address, hops


@lru_cache(maxsize=1024)  # clients send the same ones
def _marked(names: tuple[bytes, ...]) -> bool:
    """Return whether the names of headers show a proxy on the way."""
    of_a_proxy = any(name in MARKS or name.startswith(FAMILIES) for name in names)
    return of_a_proxy or names.count(b"host") != 1


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise SettingsError(
            f"serve.trusted_proxies has {text!r}, which is no address and no network",
            remedy="such as 10.0.0.2 or 10.1.0.0/16, no names",
            field="serve.trusted_proxies",
        ) from None
    if network.prefixlen < NARROWEST[network.version] and not _is_local(network):
        raise SettingsError(
            f"serve.trusted_proxies has {text!r}, and so believes strangers: "
            f"{network.num_addresses:,} addresses, public ones among them",
            remedy="name the addresses of the proxies alone, or networks of public addresses from "
            f"/{NARROWEST[network.version]} on",
            field="serve.trusted_proxies",
        )
    if network.version == 6 and network.overlaps(MAPPED):
        raise SettingsError(
            f"serve.trusted_proxies has {text!r}, and an IPv4 address is written as one",
            remedy="such as 10.0.0.2",
            field="serve.trusted_proxies",
        )
    return network


def _is_local(network: Network) -> bool:
    return network.version == 6 and any(network.subnet_of(own) for own in LOCAL)


def _address(text: str) -> Address | None:
    """Return the address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if found.version == 6 else None
    return found if mapped is None else mapped


def _parts(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """Return all that is said under a name, the nearest proxy's last."""
    lines = [value.decode("latin-1") for key, value in headers if key == name]
    return [part.strip() for part in ",".join(lines).split(",")] if lines else []


def _said(values: list[str], hops: int) -> str:
    """Return what the proxy that the client reached has said, or else one nearer to us."""
    return values[-min(hops, len(values))] if values else ""
