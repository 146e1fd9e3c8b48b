"""`/v1/interactions`: what people did, durable before it is acknowledged, and taken back."""

from __future__ import annotations

import msgspec
from litestar import delete, post
from litestar.params import FromPath

from beholder.behaviour.event import Event
from beholder.errors import (
    ConflictError,
    DataError,
    ErasedError,
    TooLargeError,
    UnknownEventError,
    UnknownItemError,
)
from beholder.service.access import Caller, needs
from beholder.service.asking import Asking, Person, caller_of, plain_id, running_of
from beholder.service.problems import MalformedError, invalid
from beholder.service.running import Running, in_thread
from beholder.store import Outcome, Who
from beholder.store.ids import check_moment, of_several

PATH = "/v1/interactions"


class Events(msgspec.Struct, forbid_unknown_fields=True):
    """Many events at once."""

    events: list[Event]


class Recorded(msgspec.Struct):
    """What became of each event, in the order in which they were sent.

    `stored` and `same` are durable. `conflict` (the id was used for another event),
    `unknown-item` and `erased` (the person was erased within a day) were not stored.
    """

    events: list[Outcome]


class Retracted(msgspec.Struct):
    """An event that no longer counts."""

    event_id: str
    status: str = "retracted"


@post(PATH, status_code=200, opt=needs("events", body="json", token=True))
async def record(request: Asking) -> Recorded:
    """Record one event, or `{"events": [...]}`.

    One event that conflicts, has an unknown item or somebody erased today is refused with 409,
    404 or 410; of many, each has its own status. Sending an event again with the same `event_id`
    is always safe.
    """
    return await record_body(running_of(request), caller_of(request), await request.body())


async def record_body(running: Running, caller: Caller, body: bytes) -> Recorded:
    """Record what a body says; see `record`."""
    events, many = read(body)
    if len(events) > running.settings.serve.max_events:
        raise TooLargeError(
            f"{len(events)} events at once, {running.settings.serve.max_events} may come",
            remedy="send them in parts",
            field="events",
        )
    owned = _all_owned(events, caller)
    running.pace.check(caller, len(owned))
    outcomes = await running.record(owned)
    if not many:
        refuse(outcomes[0], events[0])
    return Recorded(outcomes)


@delete("/v1/interactions/{event_id:str}", status_code=200, opt=needs("events"))
async def retract(
    request: Asking, event_id: FromPath[str], user: Person = None, session: Person = None
) -> Retracted:
    """Take an event of somebody back; the next answer no longer knows it."""
    user, session = caller_of(request).whose(user, session)
    name = plain_id(event_id)
    people = [Who("user", user)] if user else []
    people += [Who("session", session)] if session else []
    store = running_of(request).store
    for who in people:
        if await in_thread(lambda who=who: store.retract(who, name)):  # type: ignore[misc]
            return Retracted(name)
    raise UnknownEventError(
        "no such event of this user or session", remedy="name whose it is", field="event_id"
    )


def read(body: bytes) -> tuple[list[Event], bool]:
    """Return the events of a body, and whether it holds a list of them."""
    try:
        top = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if "events" in top:
            return msgspec.json.decode(body, type=Events).events, True
        return [msgspec.json.decode(body, type=Event)], False
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError("the body is no valid JSON", remedy="send UTF-8 JSON") from error


def refuse(outcome: Outcome, event: Event) -> None:
    """Raise what a single event that was not stored deserves."""
    if outcome.status == "conflict":
        raise ConflictError(
            "this event_id was sent before with another body",
            remedy="give each event an id of its own",
            field="event_id",
        )
    if outcome.status == "unknown-item":
        raise UnknownItemError(
            f"no item {event.item!r} in the catalogue", remedy="import it first", field="item"
        )
    if outcome.status == "erased":
        raise ErasedError(
            "this person was erased less than a day ago, and the event is not stored",
            remedy="stop sending it; profiling switched on for them again takes events in at once",
            field="user" if event.user else "session",
        )


def _all_owned(events: list[Event], caller: Caller) -> list[Event]:
    """Return events of whom the caller may speak for, whose moments can be meant."""
    found = []
    for place, event in enumerate(events):
        try:
            check_moment(event.time)
            found.append(_owned(event, caller))
        except DataError as error:
            raise of_several(error, place, len(events)) from None
    return found


def _owned(event: Event, caller: Caller) -> Event:
    user, session = caller.author(event.user, event.session)
    return msgspec.structs.replace(event, user=user, session=session)


handlers = [record, retract]
