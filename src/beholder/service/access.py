"""What callers may do. Every route declares one need; what has none is refused. See `door`.

| who      | how                                           | may                           |
|----------|-----------------------------------------------|-------------------------------|
| here     | the server listens on loopback, and was asked | pages, recommend, events,     |
|          | there by a loopback name, without a proxy     | docs, as itself               |
| local    | the same, with `serve.local_only_open`        | these and metrics, as anybody |
| key      | `Authorization: Bearer ...`                   | its scopes, as anybody        |
| visitor  | the signed cookie                             | pages, recommend, events,     |
|          |                                               | as itself                     |
| site     | a publishable key, from a page of its origins | get tokens for its visitors   |
| token    | such a token, from a page of these origins    | the routes marked `token`,    |
|          |                                               | as its visitor                |
| nobody   |                                               | /health/live, read pages      |

Where there is a publishable key, pictures are for everybody: pages of other sites show them.
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import parse_qsl

import msgspec
from litestar.exceptions import NotFoundException

from beholder.errors import AccessError, KeyNeededError, UsageError
from beholder.service.keys import SCOPES, Key
from beholder.service.visitor import Visitor
from beholder.store import Who
from beholder.store.ids import check_person

Kind = Literal["here", "local", "key", "visitor", "site", "token", "nobody"]
Need = Literal[
    "live", "page", "media", "docs", "visitors", "self",
    "recommend", "events", "catalogue", "operator", "privacy", "metrics",
]  # fmt: skip
NEEDS = ("live", "page", "media", "docs", "visitors", "self", *SCOPES)
MAY: dict[Kind, frozenset[str]] = {
    "here": frozenset({"live", "page", "media", "docs", "self", "recommend", "events"}),
    "local": frozenset(
        {"live", "page", "media", "docs", "visitors", "self", "recommend", "events", "metrics"}
    ),
    "key": frozenset({"live", "page", "media", "docs"}),
    "visitor": frozenset({"live", "page", "media", "self", "recommend", "events"}),
    "site": frozenset({"live", "media", "visitors"}),
    "token": frozenset({"live", "media", "self", "recommend", "events"}),
    "nobody": frozenset({"live", "page"}),
}


class Caller(msgspec.Struct, frozen=True):
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
        The publishable key of a site's page, or of its token.
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
        if need == "self" and self.kind == "key":
            raise AccessError("this is for visitors alone", remedy="ask /v1/users/{user_id}")
        if need == "self" and self.kind == "nobody":
            raise nobody_known()
        scope = "recommend and events" if need == "visitors" else need
        if self.kind == "key":
            raise AccessError(
                f"this key lacks the scope {scope}",
                remedy=f"`beholder key add DIR {_scopes(need)}` makes one that has it",
            )
        if self.kind in ("site", "token"):
            raise _not_for_pages(self.kind)
        raise KeyNeededError(
            f"this needs a key with the scope {scope}" if scope in SCOPES else "this needs a key",
            remedy="send `Authorization: Bearer KEY`; "
            f"`beholder key add DIR {_scopes(need)}` makes one",
        )

    def whose(self, user: str | None, session: str | None) -> tuple[str | None, str | None]:
        """Return for which user and session the caller asks: whom it names, or itself.

        Raises
        ------
        AccessError
            If a browser names somebody else, or a token anybody.
        DataError
            If it names whom no program means, such as `null`.
        """
        for field, who in (("user", user), ("session", session)):
            if who is not None:
                check_person(who, field)
        own = self.visitor.id if self.visitor is not None else None
        if self.kind in ("local", "key"):
            return (user, session) if user or session else (None, own)
        mine = (None,) if self.kind == "token" else (None, own)
        if user is not None or session not in mine:
            here = self.kind == "here"
            raise AccessError(
                "without a key nobody is somebody else" if here else "a browser can only be itself",
                remedy=f"send a key (`beholder key add DIR {_scopes('visitors')}`), or start with "
                "`beholder serve DIR --local-only-open`"
                if here
                else "leave user and session out, or use a key",
                field="user" if user is not None else "session",
            )
        return self.user, own

    def author(self, user: str | None, session: str | None) -> tuple[str | None, str | None]:
        """Return under whom an event is kept: as `whose`, but a user who logged in alone.

        Raises
        ------
        KeyNeededError
            If it would be kept under nobody.
        AccessError
            As in `whose`.
        """
        user, session = self.whose(user, session)
        if self.kind == "here" and user is None and session is None:
            raise KeyNeededError(
                "an event is of somebody, and no visitor is known here",
                remedy="send a key (`beholder key add DIR --scope events`) and name a user or "
                "session, start with `beholder serve DIR --local-only-open`, or send the cookie "
                "that a page gives",
                field="user",
            )
        return (user, None) if self.user is not None else (user, session)

    @property
    def people(self) -> list[Who]:
        """Itself: the user whom its token speaks for, and its session."""
        people = [] if self.user is None else [Who("user", self.user)]
        return people + ([] if self.visitor is None else [Who("session", self.visitor.id)])

    @property
    def origins(self) -> tuple[str, ...]:
        """Other sites whose pages the caller may ask from."""
        return () if self.key is None else self.key.origins


def _scopes(need: str) -> str:
    """Return the options of a key that may do something."""
    named = (need,) if need in SCOPES else ("recommend", "events")
    return " ".join(f"--scope {scope}" for scope in named)


def nobody_known() -> KeyNeededError:
    """Return the error of whoever asks for what is held of them, and is not known."""
    return KeyNeededError(
        "this is of a visitor's own data, and no visitor is known here",
        remedy="open a page, which gives the cookie, or send a visitor's token",
    )


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


def _not_for_pages(kind: Kind) -> AccessError:
    if kind == "site":
        return AccessError(
            "a publishable key does nothing but ask for a visitor's token",
            remedy="POST /v1/visitors with it, and send the token that it gives",
        )
    return AccessError(
        "a visitor's token may not do this", remedy="ask from your server, with a secret key"
    )
