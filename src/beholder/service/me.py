"""`/v1/me`: what visitors do with what is held of them, each as itself alone.

A visitor is known by the cookie of our own pages, or by the token of a publishable key, which may
speak for a user, too: then all of it is for both.
"""

from __future__ import annotations

from litestar import get, put
from litestar.params import JSONBody

from beholder.service.access import needs, nobody_known
from beholder.service.asking import Asking, caller_of, running_of
from beholder.service.running import in_thread
from beholder.service.users import Wish
from beholder.store import PURPOSES, Purposes, Store, Who


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
async def set_purposes(request: Asking, data: JSONBody[Wish]) -> Purposes:
    """Change what the visitor allows; the next answer follows it."""
    store, people = running_of(request).store, own_people(request)

    def change() -> Purposes:
        for who in people:
            store.set_purposes(who, data.said)
        return allowed(store, people)

    return await in_thread(change)


handlers = [purposes, set_purposes]
