"""`/v1/seen`: which places of an answer were in sight. No event: it changes no answer."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from beholder.behaviour.event import MOST_PLACE, AnswerId
from beholder.service.access import needs
from beholder.service.asking import Asking, caller_of, running_of
from beholder.store.answer_log import Sighted

MOST = 1_000  # places at once
Place = Annotated[int, Meta(ge=0, le=MOST_PLACE)]


class Seen(msgspec.Struct, forbid_unknown_fields=True):
    """Places of an answer, from 0, that were in sight: half of the picture, for a second."""

    answer: AnswerId
    places: Annotated[list[Place], Meta(max_length=MOST)]


class Noted(msgspec.Struct):
    """How many places were taken in; whether the answer is known is not told."""

    places: int


@post("/v1/seen", status_code=202, opt=needs("events", body="json", token=True))
async def seen(request: Asking, data: JSONBody[Seen]) -> Noted:
    """Mark places of an answer as seen.

    A browser, and a token, may speak of its own answers, a key of any. Saying it again changes
    nothing. What names no stored answer is left out; `/health/ready` counts it.
    """
    running, caller = running_of(request), caller_of(request)
    persons = None
    if caller.kind in ("here", "visitor", "token"):
        persons = running.store.snapshot(*caller.whose(None, None)).persons
    places = tuple(sorted(set(data.places)))
    if places:
        running.store.waiting.put(Sighted(bytes.fromhex(data.answer), places, persons))
    return Noted(len(places))


handlers = [seen]
