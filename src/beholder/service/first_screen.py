"""Who can do what at a server, in the few lines that it prints when it is ready."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.service.keys import Key
from beholder.service.reach import Reach

ADD = "`beholder key add DIR --scope recommend --scope events` makes one"
NAMED = 3  # origins and proxies


def lines(reach: Reach, keys: Sequence[Key], tools: Sequence[str] = ()) -> list[str]:
    """Return a line for each kind of caller.

    Parameters
    ----------
    tools
        Origins of `serve.cors_origins`.
    """
    secret = sum(1 for key in keys if key.scopes)
    pages = sorted({origin for key in keys for origin in key.origins})
    told = [
        f"without a key: {_without_a_key(reach)}",
        f"with a secret key ({secret}): what its scopes say, for anybody ({ADD})",
    ]
    if pages:
        told.append(f"with a publishable key: visitors of pages of {_named(pages)}, as themselves")
        told.append("pictures: everybody, since there is a publishable key")
    if tools:
        told.append(f"pages of {_named(tools)} may read all answers that their callers may have")
    told.append(f"through a proxy: {_through_a_proxy(reach)}")
    if not (reach.loopback or reach.proxies.networks):
        told.append("by plain HTTP: keys and cookies can be read on the way (serve.insecure_http)")
    return told


def _without_a_key(reach: Reach) -> str:
    if not reach.loopback:
        return "anybody who reaches this address sees the pages, as a visitor told by a cookie"
    if reach.local_open:
        return "whoever is on this machine reads and writes for anybody (--local-only-open)"
    if reach.proxies.on_loopback:
        return "the pages, for visitors told by a cookie, on this machine as from the proxy"
    return (
        "browsers on this machine as themselves, programs as nobody (--local-only-open: as anybody)"
    )


def _through_a_proxy(reach: Reach) -> str:
    named = [_plain(str(network)) for network in reach.proxies.networks]
    if not named and reach.local_open:
        return "put none in front: one here that says nothing of itself cannot be told from you"
    if not named:
        return "none is trusted; who comes through one is a visitor told by a cookie"
    return f"{_named(named)} may say from where, and whether by TLS, a visitor comes"


def _plain(network: str) -> str:
    return network.removesuffix("/32").removesuffix("/128")


def _named(words: Sequence[str]) -> str:
    more = len(words) - NAMED
    return ", ".join(words[:NAMED]) + (f" and {more} more" if more > 0 else "")
