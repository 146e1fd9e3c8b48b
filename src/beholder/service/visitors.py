"""`/v1/visitors`: a token for a visitor of another site's page, new or known, or logged in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from beholder.behaviour.event import Id
from beholder.errors import AccessError, UsageError
from beholder.service import tokens, visitor
from beholder.service.access import Caller, needs
from beholder.service.asking import Asking, caller_of, running_of
from beholder.service.keys import Key, KeyFile
from beholder.service.tokens import Token
from beholder.store.ids import check_person

PATH = "/v1/visitors"


class VisitorRequest(msgspec.Struct, forbid_unknown_fields=True):
    """For whom a token is wanted.

    Attributes
    ----------
    key
        The publishable key of the page, or its id; a page has sent it as its own key already.
    user
        Who has logged in: only the site's server may say so, with a secret key.
    visitor
        The token that the browser has. The new one is for the same visitor, unless it is too old,
        of another key, or of another user: then for a new one.
    """

    key: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    user: Id | None = None
    visitor: Annotated[str, Meta(max_length=tokens.LONGEST)] | None = None


class VisitorToken(msgspec.Struct):
    """A token for `Authorization: Bearer`, and when it ends, in milliseconds since 1970."""

    token: str
    expires: int


@post(PATH, status_code=200, opt=needs("visitors", body="json"))
async def visitors(request: Asking, data: JSONBody[VisitorRequest]) -> VisitorToken:
    """Make a token that recommends to one visitor and records what that visitor does.

    With a publishable key it is of somebody anonymous. With a secret key of the scopes recommend
    and events it may speak for a user: what the visitor did before the login then counts at once.
    """
    running, caller = running_of(request), caller_of(request)
    key = _key(caller, running.keys, data.key)
    if data.user is not None:
        _refuse_page(caller, "user", "a page cannot say who its visitor is")
        check_person(data.user, "user")
    known = tokens.read(running.visitor_secret, data.visitor or "")
    if known is not None and known.user is not None and data.user is None:
        _refuse_page(caller, "visitor", "a page cannot renew the token of a user")
    session = visitor.new_id()
    if known is not None and known.key == key.id and known.user in (None, data.user):
        session = known.session
    text, ends = tokens.make(running.visitor_secret, Token(key.id, session, data.user))
    return VisitorToken(text, ends * 1000)


def _key(caller: Caller, keys: KeyFile, named: str | None) -> Key:
    if caller.key is not None:
        if named not in (None, caller.key.id, caller.key.public):
            raise AccessError("a page has one key, its own", remedy="leave it out", field="key")
        return caller.key
    key = keys.published(named or "")
    if key is None:
        raise UsageError(
            "key is to name a publishable key",
            remedy="`beholder key list` shows them, `beholder key add --publishable` makes one",
            field="key",
        )
    return key


def _refuse_page(caller: Caller, field: str, why: str) -> None:
    if caller.key is not None:
        raise AccessError(why, remedy="ask from your server, with a secret key", field=field)


handlers = [visitors]
