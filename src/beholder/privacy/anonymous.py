"""What people did, without people: counts that are the same for at least k of them.

No number stands for a person, not even a random one: a history of a few items names whoever did
just that, however its number was drawn. What is left of an event is its item, kind, value and day;
whatever fewer than k people share loses its value, then its day for the month, then the month, and
is left out in the end. So every line is of at least k people.

References
----------
Sweeney, k-Anonymity, IJUFKS 2002; Narayanan and Shmatikov, Robust De-anonymization of Large Sparse
Datasets, S&P 2008, for why a history is a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import KINDS
from beholder.store import Store, TrainingEvents

SCHEMA = "beholder-anonymous-1"
Codes = NDArray[np.int64]


class Left(msgspec.Struct):
    """What is not in the file, and what is only in part.

    Attributes
    ----------
    people_refusing, events_refused
        People who refuse to be learned from, or to be measured, and what they did. Both None
        where these are fewer than k people.
    events_without_item
        Of items that left the catalogue.
    events_few, items_few
        Events that fewer than k people share even without a day, and items that have no other.
    to_the_month, without_time, without_value
        Events that are told, but without this.
    """

    people_refusing: int | None = 0
    events_refused: int | None = 0
    events_without_item: int = 0
    events_few: int = 0
    items_few: int = 0
    to_the_month: int = 0
    without_time: int = 0
    without_value: int = 0


class Told(msgspec.Struct):
    """The first line of the file: what it holds.

    Attributes
    ----------
    k
        How many people each line is of, at least.
    lines, events, items
        How much the file tells.
    """

    record: str
    schema: str
    k: int
    lines: int
    events: int
    items: int
    left_out: Left


class Line(msgspec.Struct, omit_defaults=True):
    """What at least k people did.

    Attributes
    ----------
    when
        A day of UTC as `2026-03-01`, or a month as `2026-03`; None: at different times.
    """

    item: str
    kind: str
    people: int
    events: int
    when: str | None = None
    value: float | None = None


def anonymous(store: Store, k: int) -> tuple[Told, list[Line]]:
    """Return what people did who allow `train` and `measure`, each line of at least k people."""
    read = store.training_events("train")
    items = store.items()
    ids = dict(zip(items["seq"].to_pylist(), items["item_id"].to_pylist(), strict=True))
    chosen = read.measured[read.users]
    there = np.isin(read.seqs, np.array(list(ids), np.int64))
    refusing = store.refusing("train", "measure")
    few = 0 < refusing < k
    left = Left(
        people_refusing=None if few else refusing,
        events_refused=None if few else store.ending().all - int(chosen.sum()),
        events_without_item=int((chosen & ~there).sum()),
    )
    rest: Codes = np.flatnonzero(chosen & there)
    lines: list[Line] = []
    for step in ("D", "M", ""):
        able = rest[read.times[rest] > 0] if step else rest  # 0: nobody told a moment
        codes = _same(read, able, step)
        shared = able[_people(codes, read.users[able])[codes] >= k]
        lines += _lines(read, shared, step, ids, k, left)
        rest = np.setdiff1d(rest, shared, assume_unique=True)
    told = {line.item for line in lines}
    left.events_few = len(rest)
    left.items_few = len({ids[seq] for seq in np.unique(read.seqs[rest]).tolist()} - told)
    lines.sort(key=lambda line: (line.when or "", line.item, line.kind, line.value or 0.0))
    n_events = sum(line.events for line in lines)
    return Told("about", SCHEMA, k, len(lines), n_events, len(told), left), lines


def as_lines(told: Told, lines: list[Line]) -> Iterator[bytes]:
    """Yield the lines of the file, each ending with a newline."""
    for record in (told, *lines):
        yield msgspec.json.encode(record) + b"\n"


def _moments(times: NDArray[np.int64], step: str) -> NDArray[np.datetime64]:
    return times.astype("datetime64[ms]").astype(f"datetime64[{step}]")


def _same(read: TrainingEvents, rows: Codes, step: str) -> Codes:
    """Return a code for item, kind and moment of each row."""
    times = read.times[rows]
    when = _moments(times, step).astype(np.int64) if step else np.zeros_like(times)
    return _codes(read.seqs[rows], read.kinds[rows], when)


def _codes(*columns: NDArray[Any]) -> Codes:
    """Return the same number from 0 where all columns are the same."""
    codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, places = np.unique(column, return_inverse=True)
        codes = np.unique(codes * max(len(values), 1) + places, return_inverse=True)[1]
    return codes


def _people(codes: Codes, users: NDArray[np.int32]) -> Codes:
    """Return how many people there are of each code."""
    n = int(users.max(initial=0)) + 1
    return np.bincount(np.unique(codes * n + users) // n)


def _lines(
    read: TrainingEvents, rows: Codes, step: str, ids: dict[int, str], k: int, left: Left
) -> list[Line]:
    """Return the lines of events that at least k people share, and count what they lack."""
    if not len(rows):
        return []
    values = read.values[rows]
    codes = _same(read, rows, step)
    valued = _codes(codes, values)
    # Where one value is of few people no line of the same tells any: what is left would tell it.
    few = np.zeros(codes.max() + 1, bool)
    few[codes[_people(valued, read.users[rows])[valued] < k]] = True
    left.to_the_month += len(rows) * (step == "M")
    left.without_time += len(rows) * (step == "")
    left.without_value += int((few[codes] & ~np.isnan(values)).sum())
    values = np.where(few[codes], np.nan, values)
    lines = _codes(codes, values)
    people, events = _people(lines, read.users[rows]), np.bincount(lines)
    firsts = np.unique(lines, return_index=True)[1]
    when = _moments(read.times[rows[firsts]], step).astype(str) if step else [None] * len(firsts)
    return [
        Line(
            ids[int(read.seqs[rows[first]])],
            KINDS[read.kinds[rows[first]] - 1],
            int(people[i]),
            int(events[i]),
            None if when[i] is None else str(when[i]),
            None if np.isnan(values[first]) else float(values[first]),
        )
        for i, first in enumerate(firsts)
    ]
