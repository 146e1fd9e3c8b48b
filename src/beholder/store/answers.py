"""What was answered to whom: one row an answer, personal like an event, and kept for fewer days.

What its places hold is one value of bytes, 13 a place: all item numbers (int32), all scores and
all chances (float32), all sources (uint8), little-endian. The id is that of the answer, in bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select

from beholder.store import schema
from beholder.store.database import Database

PAGE = 1_000
PLACE = 13  # bytes
SOURCES = ("history", "similar", "popular", "trending", "fresh", "explore")
"""Why an item was among the candidates. Codes count from 1 and never change their meaning."""
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


def pack(shown: Shown) -> bytes:
    """Return what `answers.packed` holds."""
    arrays = zip(shown, ("<i4", "<f4", "<f4", "u1"), strict=True)
    return b"".join(np.ascontiguousarray(array, kind).tobytes() for array, kind in arrays)


def unpack(packed: bytes) -> Shown:
    """Return what `pack` was given."""
    n = len(packed) // PLACE
    return Shown(
        np.frombuffer(packed, "<i4", n),
        np.frombuffer(packed, "<f4", n, 4 * n),
        np.frombuffer(packed, "<f4", n, 8 * n),
        np.frombuffer(packed, "u1", n, 12 * n),
    )


def seen_places(seen: bytes | None) -> list[int]:
    """Return the places, from 0, whose bit is set: the first place is the lowest bit."""
    bits = np.unpackbits(np.frombuffer(seen or b"", np.uint8), bitorder="little")
    return [int(place) for place in np.flatnonzero(bits)]


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
