"""Who calls, and what they may do. Every route declares one need; what has none is refused.

| who      | how                                           | may                           |
|----------|-----------------------------------------------|-------------------------------|
| local    | the server listens on loopback, and was asked | pages, recommend, events,     |
|          | there by a loopback name, without a proxy     | docs, metrics, as anybody     |
| key      | `Authorization: Bearer ...`                   | its scopes, as anybody        |
| visitor  | the signed cookie                             | pages, recommend, events,     |
|          |                                               | as itself                     |
| nobody   |                                               | /health/live, read pages      |
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from litestar.exceptions import NotFoundException

from beholder.errors import AccessError, KeyNeededError, UsageError
from beholder.service import visitor
from beholder.service.keys import SCOPES, KeyFile
from beholder.service.visitor import Visitor

Kind = Literal["local", "key", "visitor", "nobody"]
Need = Literal[
    "live", "page", "media", "docs", "recommend", "events", "catalogue", "operator", "privacy",
    "metrics",
]  # fmt: skip
NEEDS = ("live", "page", "media", "docs", *SCOPES)
MAY: dict[Kind, frozenset[str]] = {
    "local": frozenset({"live", "page", "media", "docs", "recommend", "events", "metrics"}),
    "key": frozenset({"live", "page", "media", "docs"}),
    "visitor": frozenset({"live", "page", "media", "recommend", "events"}),
    "nobody": frozenset({"live", "page"}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request.

    Attributes
    ----------
    may
        Needs that are met.
    visitor
        The browser's cookie, where it has a good one.
    """

    kind: Kind
    may: frozenset[str]
    visitor: Visitor | None = None

    def check(self, need: str) -> None:
        """Refuse what the caller may not do.

        Raises
        ------
        KeyNeededError
            If a key would help.
        AccessError
            If the caller's key lacks the scope.
        """
        if need in self.may:
            return
        if self.kind == "key":
            raise AccessError(f"this key lacks the scope {need}", remedy="use another key")
        raise KeyNeededError(
            f"this needs a key with the scope {need}",
            remedy="send `Authorization: Bearer KEY`; `beholder key add` makes one",
        )

    def whose(self, user: str | None, session: str | None) -> tuple[str | None, str | None]:
        """Return for which user and session the caller asks: whom it names, or itself.

        Raises
        ------
        AccessError
            If a browser names somebody else.
        """
        own = self.visitor.id if self.visitor is not None else None
        if self.kind in ("local", "key"):
            return (user, session) if user or session else (None, own)
        if user is not None or session not in (None, own):
            raise AccessError(
                "a browser can only be itself",
                remedy="leave user and session out, or use a key",
                field="user" if user is not None else "session",
            )
        return None, own


def needs(need: Need, **more: Any) -> dict[str, Any]:
    """Return the options of a route that declare what its callers must be allowed."""
    return {"need": need, **more}


def check_route(scope: Any) -> None:
    """Check the caller against the route, and refuse query parameters that it does not have.

    Pages pass them over: those who link to a page hang marks of their own on its address. All
    this comes before anything of the body is read.
    """
    handler = scope["route_handler"]
    need = handler.opt.get("need")
    if need not in NEEDS:
        raise NotFoundException  # a route that nobody declared does not exist
    scope["caller"].check(need)
    if handler.opt.get("page"):
        return
    known = handler.parsed_fn_signature.parameters
    for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name not in known:
            raise UsageError("there is no such parameter", remedy="see /docs", field=name[:64])


class Door:
    """Tells callers apart.

    Parameters
    ----------
    loopback
        Whether the server listens on loopback only.
    """

    def __init__(self, keys: KeyFile, secret: bytes, *, loopback: bool) -> None:
        self.keys, self.secret, self.loopback = keys, secret, loopback

    def caller(self, headers: dict[bytes, bytes]) -> Caller:
        """Return who has sent these headers.

        Raises
        ------
        KeyNeededError
            For a key that is not known.
        """
        who = _visitor(self.secret, headers.get(b"cookie"))
        bearer = headers.get(b"authorization")
        if bearer is not None:
            return self._with_key(bearer, who)
        if self.loopback and _asked_locally(headers):
            return Caller("local", MAY["local"], who)
        kind: Kind = "nobody" if who is None else "visitor"
        return Caller(kind, MAY[kind], who)

    def _with_key(self, bearer: bytes, who: Visitor | None) -> Caller:
        scheme, _, token = bearer.decode("latin-1").partition(" ")
        key = self.keys.find(token.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise KeyNeededError("this key is not known", remedy="`beholder key list` shows them")
        scopes = SCOPES if "operator" in key.scopes else key.scopes
        return Caller("key", MAY["key"] | frozenset(scopes), who)


def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _asked_locally(headers: dict[bytes, bytes]) -> bool:
    """Return whether a request came by a loopback name and through no proxy.

    A page elsewhere can make its own name lead to 127.0.0.1; the browser then still sends that
    name.
    """
    if any(name in headers for name in (b"forwarded", b"x-forwarded-for", b"x-real-ip")):
        return False
    host = headers.get(b"host", b"").decode("latin-1")
    return host in ("127.0.0.1", "localhost") or is_loopback(_without_port(host))


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1 : host.find("]")]
    return host.rsplit(":", 1)[0] if host.count(":") == 1 else host


def _visitor(secret: bytes, cookies: bytes | None) -> Visitor | None:
    if cookies is None:
        return None
    start = visitor.COOKIE + "="
    for part in cookies.decode("latin-1").split(";"):
        pair = part.strip()
        if pair.startswith(start):
            return visitor.read(secret, pair.removeprefix(start))
    return None
