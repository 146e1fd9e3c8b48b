"""What is known of who asks: from the events of the store, or from what the caller tells."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from beholder.behaviour.event import Event, ToldEvent
from beholder.behaviour.history import EMPTY, History
from beholder.behaviour.kinds import CODES, weigh
from beholder.behaviour.reduce import Events, history
from beholder.engine.answer import Level, Unknown
from beholder.engine.checking import event_of, told_as
from beholder.engine.memory import Memory
from beholder.engine.overlay import Overlay
from beholder.engine.repeat import Moments, until
from beholder.engine.slate import Known
from beholder.errors import DataError, UsageError
from beholder.lists import several
from beholder.settings import BehaviourSettings
from beholder.store.ids import check_id, check_told
from beholder.store.records import Snapshot

Told = Sequence[str | Event | ToldEvent | dict[str, Any]]
AS_EVENT = "tell an item id, or an object with item, kind, time and value; a kind is one of " + (
    ", ".join(CODES)
)
NAMED = 10  # unknown ids


class People:
    """Turns events into what models see of a person.

    Parameters
    ----------
    lasts
        For how long an event of each kind keeps its item away; None: forever. See `repeat`.

    Attributes
    ----------
    memory
        Of those who asked last.
    """

    def __init__(self, behaviour: BehaviourSettings, lasts: Moments | None = None) -> None:
        self.behaviour, self.lasts = behaviour, lasts
        self.memory = Memory()

    def told(self, view: Overlay, events: Told) -> Known:
        """Return what a caller's own history says."""
        events = several(events, "history")
        known = self._reduced(view, told_events(view, events, self.behaviour))
        return known._replace(unknown=unknown_of(view, events))

    def stored(self, view: Overlay, seen: Snapshot | None) -> Known:
        """Return what the store's events say."""
        if seen is None or not len(seen):
            return known_of(view, EMPTY)
        return self.memory.known(seen.persons, seen.rows, view, lambda: self._read(view, seen))

    def _read(self, view: Overlay, seen: Snapshot) -> Known:
        seqs, times, kinds, values = seen.columns()
        rules = self.behaviour
        signed = weigh(kinds, values, rules.weights, rules.rating_threshold)
        known = self._reduced(view, Events(view.positions(seqs), times, signed, kinds, values))
        return known._replace(persons=seen.persons)

    def _reduced(self, view: Overlay, events: Events) -> Known:
        found = history(events, self.behaviour.like, self.behaviour.history_limit)
        known = known_of(view, found)
        if self.lasts is None:
            return known
        return known._replace(until=until(events, found.seen, self.lasts))


def known_of(view: Overlay, history: History) -> Known:
    """Return a history with what it means to the blend."""
    return Known(history, view.blend.ask(history))


def level_of(view: Overlay, known: Known, user: str | None, *, foreseen: bool) -> Level:
    """Return what an answer can be based on; where histories say nothing, on what is popular.

    Parameters
    ----------
    foreseen
        Whether what may follow puts items in order, whatever the blend knows.
    """
    if known.stranger or (view.parts.choice.weights.only_popularity and not foreseen):
        return "popular"
    return "personal" if user else "session"


def told_events(overlay: Overlay, told: Told, settings: BehaviourSettings) -> Events:
    """Return the events that are told as item ids or events, oldest first.

    Entries without a time happened one minute after each other, the last one now. Items that
    the catalogue does not know are left out; `unknown_of` names them.

    Raises
    ------
    UsageError, DataError
        For an entry that is no id and no event, with its place.
    """
    now = int(time.time() * 1000)
    positions, times, kinds, values = [], [], [], []
    for index, entry in enumerate(told):
        item, kind, when, value = _read(overlay, entry, f"history[{index}]", now)
        positions.append(overlay.position_of_id.get(item, -1))
        times.append(when if when is not None else now - (len(told) - 1 - index) * 60_000)
        kinds.append(CODES[kind])
        values.append(np.nan if value is None else value)
    coded, valued = np.array(kinds, np.uint8), np.array(values, np.float32)
    return Events(
        np.array(positions, np.int32),
        np.array(times, np.int64),
        weigh(coded, valued, settings.weights, settings.rating_threshold),
        coded,
        valued,
    )


def unknown_of(overlay: Overlay, told: Told) -> Unknown | None:
    """Return what of told ids or events names no item of the catalogue; None: nothing."""
    items = [entry if isinstance(entry, str) else _item_of(entry) for entry in told]
    lost = [item for item in items if item not in overlay.position_of_id]
    return Unknown(len(lost), tuple(dict.fromkeys(lost))[:NAMED]) if lost else None


def _item_of(entry: Event | ToldEvent | dict[str, Any]) -> str:
    item: str = entry["item"] if isinstance(entry, dict) else entry.item
    return item


def _read(
    overlay: Overlay, entry: str | Event | ToldEvent | dict[str, Any], field: str, now: int
) -> tuple[str, str, int | None, float | None]:
    """Return item, kind, time and value; what the catalogue knows is an id already."""
    if isinstance(entry, str):
        if entry not in overlay.position_of_id:
            check_id(entry, field)
        return entry, "like", None, None
    try:
        if isinstance(entry, Event):
            event: Event | ToldEvent = event_of(entry, field)
        elif isinstance(entry, ToldEvent):  # as it was read from JSON
            event = entry
        else:
            event = told_as(ToldEvent, entry, field, AS_EVENT)
        if event.item not in overlay.position_of_id:
            check_id(event.item, "item")
        check_told(event.kind, event.value, event.time, now)
    except DataError as error:
        error = error.inside(field)
        raise UsageError(error.message, remedy=error.remedy, field=error.field) from error
    return event.item, event.kind, event.time, event.value
