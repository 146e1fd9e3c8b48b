"""`/v1/me`: what visitors do with what is held of them, each as itself alone.

A visitor is known by the cookie of our own pages, or by the token of a publishable key, which may
speak for a user, too: then all of it is for both.
"""

from __future__ import annotations

from itertools import chain

import msgspec
from litestar import Response, delete, get, put
from litestar.response import Stream

from beholder.privacy.export import export_lines
from beholder.service import visitor
from beholder.service.access import needs, nobody_known
from beholder.service.asking import Asking, caller_of, running_of
from beholder.service.running import in_thread
from beholder.service.users import wish_in
from beholder.store import PURPOSES, Purposes, Receipt, Store, Who

NDJSON = "application/x-ndjson"


class Erased(msgspec.Struct):
    """The proofs that the visitor is erased: of the user whom a token spoke for, and the session.

    A late request of the same visitor stores nothing for a day.
    """

    receipts: list[Receipt]


def own_people(request: Asking) -> list[Who]:
    """Return as whom the caller is known: never anybody whom a request names.

    Raises
    ------
    KeyNeededError
        If it is known as nobody.
    """
    people = caller_of(request).people
    if not people:
        raise nobody_known()
    return people


def allowed(store: Store, people: list[Who]) -> Purposes:
    """Return what all of these people allow."""
    own = [store.purposes(who) for who in people]
    return Purposes(*(all(getattr(each, purpose) for each in own) for purpose in PURPOSES))


@get("/v1/me/purposes", opt=needs("self", token=True))
async def purposes(request: Asking) -> Purposes:
    """Return for what the visitor allows what they did to be used."""
    store, people = running_of(request).store, own_people(request)
    return await in_thread(lambda: allowed(store, people))


@put("/v1/me/purposes", opt=needs("self", body="json", token=True))
async def set_purposes(request: Asking) -> Purposes:
    """Change what the visitor allows; the next answer follows it."""
    store, people = running_of(request).store, own_people(request)
    said = wish_in(await request.body())

    def change() -> Purposes:
        for who in people:
            store.set_purposes(who, said)
        return allowed(store, people)

    return await in_thread(change)


@get("/v1/me/export", media_type=NDJSON, opt=needs("self", token=True))
async def export(request: Asking) -> Stream:
    """Return everything that is held about the visitor, one JSON object a line."""
    return export_of(running_of(request).store, own_people(request))


@delete("/v1/me", status_code=200, opt=needs("self", token=True))
async def erase(request: Asking) -> Response[Erased]:
    """Erase the visitor, and return the proof; whoever comes next in this browser is new."""
    store, people = running_of(request).store, own_people(request)
    receipts = await in_thread(lambda: [store.erase(who) for who in people])
    return Response(Erased(receipts), headers=without_cookie(request))


def export_of(store: Store, people: list[Who]) -> Stream:
    """Return the exports of people as a file to keep."""
    lines = lambda: chain.from_iterable(export_lines(store, who) for who in people)  # noqa: E731
    return Stream(
        lines,
        media_type=NDJSON,
        headers={"content-disposition": 'attachment; filename="my-data.jsonl"'},
    )


def without_cookie(request: Asking) -> dict[str, str]:
    """Return the header that takes the cookie from a browser that came with one."""
    if caller_of(request).kind == "token":
        return {}
    path = running_of(request).settings.serve.root_path or "/"
    return {"set-cookie": visitor.unset_cookie(path=path)}


handlers = [purposes, set_purposes, export, erase]
