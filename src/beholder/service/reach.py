"""Where the server listens, and who is believed what: it starts with nothing that is unsafe."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from beholder.errors import UsageError
from beholder.service.access import Kind
from beholder.service.door import is_loopback
from beholder.service.proxies import Proxies
from beholder.settings import ServeSettings


@dataclass(frozen=True)
class Reach:
    """From where the service can be reached.

    Attributes
    ----------
    proxies
        Those that `serve.trusted_proxies` names.
    local_open
        Whether whoever asks from this machine may do so as anybody.
    insecure
        Whether plain HTTP from other machines is meant.
    """

    host: str = "127.0.0.1"
    proxies: Proxies = field(default_factory=Proxies)
    local_open: bool = False
    insecure: bool = False

    @classmethod
    def of(
        cls,
        settings: ServeSettings,
        *,
        host: str | None = None,
        trusted: tuple[str, ...] = (),
        local_open: bool = False,
        insecure: bool = False,
    ) -> Reach:
        """Return what the settings and the flags of a command say, which add to them."""
        told = settings.host if host is None else host
        return cls(
            "127.0.0.1" if told.lower() == "localhost" else told,
            Proxies((*settings.trusted_proxies, *trusted)),
            settings.local_only_open or local_open,
            settings.insecure_http or insecure,
        )

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)

    @property
    def here(self) -> Kind | None:
        """Who somebody is that asks from this machine; None: not told from others."""
        if not self.loopback:
            return None
        return "local" if self.local_open else "here"

    def check(self) -> None:
        """Refuse what would be open without anybody's having meant it.

        Raises
        ------
        UsageError
            If the host is no address, plain HTTP leaves this machine, or local openness could not
            be kept to it.
        """
        if not _is_address(self.host):
            raise UsageError(
                f"{self.host!r} is no address to listen on",
                remedy="127.0.0.1 for this machine alone, 0.0.0.0 or :: for all, or an address of "
                "this machine: no name",
                field="serve.host",
            )
        if self.local_open and not self.loopback:
            raise UsageError(
                f"serve.local_only_open is for a server on loopback, and this is on {self.host}",
                remedy="leave it out, or listen on 127.0.0.1",
                field="serve.local_only_open",
            )
        if self.local_open and self.proxies.on_loopback:
            raise UsageError(
                "serve.local_only_open, and a trusted proxy on this machine: who asks from here "
                "cannot be told from who asks through it",
                remedy="leave one of them out; a key does all from this machine",
                field="serve.local_only_open",
            )
        if not (self.loopback or self.proxies.networks or self.insecure):
            raise UsageError(
                f"{self.host} is reached from other machines by plain HTTP, which shows keys and "
                "cookies to the network",
                remedy="name the proxy with TLS in front by --trusted-proxy ADDRESS, listen on "
                "127.0.0.1, or say by --insecure-http that it is meant",
            )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
