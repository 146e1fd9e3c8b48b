"""Who calls, and what they may do. Every route declares one need; what has none is refused.

| who      | how                                           | may                           |
|----------|-----------------------------------------------|-------------------------------|
| local    | the server listens on loopback, and was asked | pages, recommend, events,     |
|          | there by a loopback name, without a proxy     | docs, as anybody              |
| key      | `Authorization: Bearer ...`                   | its scopes, as anybody        |
| visitor  | the signed cookie                             | pages, recommend, events,     |
|          |                                               | as itself                     |
| page     | a publishable key, from a page of its origins | get tokens for its visitors   |
| token    | such a token, from a page of these origins    | the routes marked `token`,    |
|          |                                               | as its visitor                |
| nobody   |                                               | /health/live, read pages      |

Where there is a publishable key, pictures are for everybody: pages of other sites show them.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from litestar.exceptions import NotFoundException

from beholder.errors import AccessError, KeyNeededError, UsageError
from beholder.service import tokens, visitor
from beholder.service.keys import SCOPES, Key, KeyFile
from beholder.service.visitor import Visitor

Kind = Literal["local", "key", "visitor", "page", "token", "nobody"]
Need = Literal[
    "live", "page", "media", "docs", "visitors",
    "recommend", "events", "catalogue", "operator", "privacy",
]  # fmt: skip
NEEDS = ("live", "page", "media", "docs", "visitors", *SCOPES)
FOR_VISITORS = frozenset({"recommend", "events"})  # scopes of a key that makes tokens of users
MAY: dict[Kind, frozenset[str]] = {
    "local": frozenset({"live", "page", "media", "docs", "visitors", "recommend", "events"}),
    "key": frozenset({"live", "page", "media", "docs"}),
    "visitor": frozenset({"live", "page", "media", "recommend", "events"}),
    "page": frozenset({"live", "media", "visitors"}),
    "token": frozenset({"live", "media", "recommend", "events"}),
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
        Who the browser's cookie or the token says that it is, where it has a good one.
    user
        Whom the token speaks for besides its visitor.
    key
        The publishable key of a page, or of a token.
    """

    kind: Kind
    may: frozenset[str]
    visitor: Visitor | None = None
    user: str | None = None
    key: Key | None = None

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
        scope = "recommend and events" if need == "visitors" else need
        if self.kind == "key":
            raise AccessError(f"this key lacks the scope {scope}", remedy="use another key")
        if self.kind in ("page", "token"):
            raise _not_for_pages(self.kind)
        raise KeyNeededError(
            f"this needs a key with the scope {scope}",
            remedy="send `Authorization: Bearer KEY`; `beholder key add` makes one",
        )

    def whose(self, user: str | None, session: str | None) -> tuple[str | None, str | None]:
        """Return for which user and session the caller asks: whom it names, or itself.

        Raises
        ------
        AccessError
            If a browser names somebody else, or a token anybody.
        """
        own = self.visitor.id if self.visitor is not None else None
        if self.kind in ("local", "key"):
            return (user, session) if user or session else (None, own)
        mine = (None,) if self.kind == "token" else (None, own)
        if user is not None or session not in mine:
            raise AccessError(
                "a browser can only be itself",
                remedy="leave user and session out, or use a key",
                field="user" if user is not None else "session",
            )
        return self.user, own

    def author(self, user: str | None, session: str | None) -> tuple[str | None, str | None]:
        """Return under whom an event is kept: as `whose`, but a user who logged in alone."""
        user, session = self.whose(user, session)
        return (user, None) if self.user is not None else (user, session)

    @property
    def origins(self) -> tuple[str, ...]:
        """Other sites whose pages the caller may ask from."""
        return () if self.key is None else self.key.origins


def needs(need: Need, **more: Any) -> dict[str, Any]:
    """Return the options of a route that declare what its callers must be allowed.

    `token=True`: it is also for the tokens of visitors of other sites' pages.
    """
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
    caller: Caller = scope["caller"]
    caller.check(need)
    if caller.kind == "token" and not handler.opt.get("token"):
        raise _not_for_pages(caller.kind)
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
            For a key or token that is not known, or too old.
        AccessError
            For a publishable key, or a token of one, from elsewhere than a page of its origins.
        """
        who = _visitor(self.secret, headers.get(b"cookie"))
        bearer = headers.get(b"authorization")
        if bearer is not None:
            return self._with_key(bearer, who, headers.get(b"origin"))
        if self.loopback and _asked_locally(headers):
            return Caller("local", MAY["local"], who)
        kind: Kind = "nobody" if who is None else "visitor"
        pictures = frozenset({"media"} if self.keys.origins else ())
        return Caller(kind, MAY[kind] | pictures, who)

    def _with_key(self, bearer: bytes, who: Visitor | None, origin: bytes | None) -> Caller:
        scheme, _, text = bearer.decode("latin-1").partition(" ")
        text = text.strip() if scheme.lower() == "bearer" else ""
        if text.startswith(tokens.PREFIX):
            return self._with_token(text, origin)
        key = self.keys.find(text)
        if key is None:
            raise KeyNeededError("this key is not known", remedy="`beholder key list` shows them")
        if key.origins:
            _check_origin(key, origin)
            return Caller("page", MAY["page"], key=key)
        scopes = frozenset(SCOPES if "operator" in key.scopes else key.scopes)
        more = frozenset({"visitors"} if scopes >= FOR_VISITORS else ())
        return Caller("key", MAY["key"] | scopes | more, who)

    def _with_token(self, text: str, origin: bytes | None) -> Caller:
        token = tokens.read(self.secret, text)
        key = None if token is None else self.keys.published(token.key)
        if token is None or key is None:
            raise KeyNeededError(
                "this token is not known, or too old", remedy="POST /v1/visitors gives another"
            )
        _check_origin(key, origin)
        who = Visitor(token.session, stale=False)
        return Caller("token", MAY["token"], who, token.user, key)


def _not_for_pages(kind: Kind) -> AccessError:
    if kind == "page":
        return AccessError(
            "a publishable key does nothing but ask for a visitor's token",
            remedy="POST /v1/visitors with it, and send the token that it gives",
        )
    return AccessError(
        "a visitor's token may not do this", remedy="ask from your server, with a secret key"
    )


def _check_origin(key: Key, origin: bytes | None) -> None:
    if origin is None:
        raise AccessError(
            "this works from pages in browsers alone, and no Origin was sent",
            remedy="ask from your server, with a secret key",
        )
    if origin.decode("latin-1") not in key.origins:
        raise AccessError(
            "this key does not work for pages of this origin",
            remedy="`beholder key add --publishable --origin ORIGIN` makes one that does",
        )


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
