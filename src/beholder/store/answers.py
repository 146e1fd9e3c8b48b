"""What was answered to whom: one row an answer, personal like an event, and kept for fewer days.

What its places hold is one value of bytes, 13 a place: all item numbers (int32), all scores and
all chances (float32), all sources (uint8), little-endian. The id is that of the answer, in bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select

from beholder.errors import ShapeError, StoreError
from beholder.store import schema
from beholder.store.database import Database

PAGE = 1_000
PLACE = 13  # bytes
SOURCES = ("history", "similar", "popular", "trending", "fresh", "explore", "pinned")
"""Why an item was among the candidates. Codes count from 1 and never change their meaning."""
HISTORY, SIMILAR, POPULAR, TRENDING, FRESH, EXPLORE, PINNED = range(1, len(SOURCES) + 1)
answers, items = schema.answers, schema.items


class Shown(NamedTuple):
    """What an answer showed, place by place, arrays of one length.

    Attributes
    ----------
    items
        int32. Row numbers of items.
    scores
        float32.
    chances
        float32. With which chance the place came to show this item: 1 where nothing was drawn.
    sources
        uint8. Codes of `SOURCES`.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    chances: NDArray[np.float32]
    sources: NDArray[np.uint8]


class Kept(NamedTuple):
    """An answer as it is stored.

    Attributes
    ----------
    person
        Number of who was answered; None: nobody is named.
    """

    person: int | None
    bundle: str
    shown: Shown


def pack(shown: Shown) -> bytes:
    """Return what `answers.packed` holds.

    Raises
    ------
    ShapeError
        If the arrays disagree about the number of places.
    """
    items, scores, chances, sources = shown
    if not len(items) == len(scores) == len(chances) == len(sources):
        raise ShapeError(f"an answer of {[len(items), len(scores), len(chances), len(sources)]}")
    whole = (
        items.astype("<i4", "C", copy=False),
        scores.astype("<f4", "C", copy=False),
        chances.astype("<f4", "C", copy=False),
        np.ascontiguousarray(sources),
    )
    return b"".join([array.data for array in whole])


def unpack(packed: bytes) -> Shown:
    """Return what `pack` was given.

    Raises
    ------
    StoreError
        If the bytes are cut.
    """
    n, cut = divmod(len(packed), PLACE)
    if cut:
        raise StoreError(
            f"{len(packed)} bytes are no whole answer", remedy="restore the last backup"
        )
    return Shown(
        np.frombuffer(packed, "<i4", n),
        np.frombuffer(packed, "<f4", n, 4 * n),
        np.frombuffer(packed, "<f4", n, 8 * n),
        np.frombuffer(packed, "u1", n, 12 * n),
    )


def join(before: bytes, place: int, after: bytes) -> bytes:
    """Return an answer with a page of it, as it was shown last.

    Parameters
    ----------
    place
        Of the first of the page, at most the places that there are; what stands behind it stays.
    """
    a, b = unpack(before), unpack(after)
    behind = place + len(b.items)
    return pack(
        Shown(
            np.concatenate([a.items[:place], b.items, a.items[behind:]]),
            np.concatenate([a.scores[:place], b.scores, a.scores[behind:]]),
            np.concatenate([a.chances[:place], b.chances, a.chances[behind:]]),
            np.concatenate([a.sources[:place], b.sources, a.sources[behind:]]),
        )
    )


def seen_places(seen: bytes | None) -> list[int]:
    """Return the places, from 0, whose bit is set: the first place is the lowest bit."""
    bits = np.unpackbits(np.frombuffer(seen or b"", np.uint8), bitorder="little")
    return [int(place) for place in np.flatnonzero(bits)]


def seen_bits(places: Iterable[int], before: bytes | None = None) -> bytes:
    """Return the bits of some places, and of those that were seen before."""
    wanted = sorted({*places, *seen_places(before)})
    bits = np.zeros(wanted[-1] + 1 if wanted else 0, np.uint8)
    bits[wanted] = 1
    return np.packbits(bits, bitorder="little").tobytes()


def given(database: Database, answer: str) -> Kept | None:
    """Return an answer by its id; None where none is kept."""
    try:
        name = bytes.fromhex(answer)
    except ValueError:
        return None
    wanted = select(answers.c.person, answers.c.bundle, answers.c.packed)
    with database.read() as connection:
        row = connection.execute(wanted.where(answers.c.id == name)).first()
    return None if row is None else Kept(row.person, row.bundle, unpack(bytes(row.packed)))


def forget(connection: Connection, person: int) -> int:
    """Delete what was answered to a person; return how many answers that were."""
    return int(connection.execute(delete(answers).where(answers.c.person == person)).rowcount)


def expire(database: Database, before: int) -> int:
    """Delete the answers given before a moment (milliseconds since 1970); return how many."""
    with database.write() as connection:
        return int(connection.execute(delete(answers).where(answers.c.time < before)).rowcount)


def export(database: Database, person: int) -> Iterator[dict[str, Any]]:
    """Yield a record of each answer that was given to a person."""
    mine = select(answers).where(answers.c.person == person)
    after = b""
    while True:
        wanted = mine.where(answers.c.id > after).order_by(answers.c.id).limit(PAGE)
        with database.read() as connection:
            rows = connection.execute(wanted).all()
            shown = [unpack(bytes(row.packed)) for row in rows]
            names = _names(connection, shown)
        for row, places in zip(rows, shown, strict=True):
            yield {
                "record": "answer",
                "answer": bytes(row.id).hex(),
                "bundle": row.bundle,
                "arm": row.arm,
                "time": row.time,
                "items": [names.get(seq) for seq in places.items.tolist()],
                "scores": places.scores.tolist(),
                "chances": places.chances.tolist(),
                "sources": [SOURCES[code - 1] for code in places.sources.tolist()],
                "seen": seen_places(row.seen),
            }
        if len(rows) < PAGE:
            return
        after = bytes(rows[-1].id)


def _names(connection: Connection, shown: list[Shown]) -> dict[int, str]:
    """Return the item ids of all that was shown."""
    found: dict[int, str] = {}
    for places in shown:
        missing = [seq for seq in set(places.items.tolist()) if seq not in found]
        wanted = select(items.c.seq, items.c.item_id).where(items.c.seq.in_(missing))
        found |= {int(row[0]): str(row[1]) for row in connection.execute(wanted)}
    return found
