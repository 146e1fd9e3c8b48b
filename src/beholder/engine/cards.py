"""What is shown of an item: made from a table row once, then kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.engine.answer import Picture

COLUMNS = ["item_id", "title", "attributes", "picture", "width", "height", "colour"]
WIDTHS = (240, 480, 960)
MOST_CHUNKS = 8  # parts of a table before they are put together
KEPT = 20_000  # cards of a catalogue that stay made: about 60 MB


class Card(msgspec.Struct, frozen=True):
    """Id, title, picture and attributes of one position; `titles` in other languages."""

    id: str
    title: str
    picture: Picture | None
    attributes: dict[str, Any]
    titles: dict[str, Any]


class _Shown(msgspec.Struct):
    """What a `Recommendation` says of its item."""

    id: str
    title: str
    picture: Picture | None
    attributes: dict[str, Any]


class _Named(msgspec.Struct, omit_defaults=True):
    """What a `Because` says of its item."""

    id: str
    title: str
    attributes: dict[str, Any] = {}


class Cards:
    """Cards by position over an Arrow table with the columns of `build.ITEM_COLUMNS`.

    Parameters
    ----------
    root
        What addresses of pictures begin with; see `picture_of`.
    """

    def __init__(self, table: pa.Table, root: str = "") -> None:
        self.table, self.root = table, root
        self._made: dict[int, Card] = {}
        self._shown: dict[int, bytes] = {}
        self._named: dict[int, bytes] = {}

    def plus(self, more: pa.Table) -> Cards:
        """Return these cards, and others after the last."""
        both = pa.concat_tables([self.table, more])
        if both["item_id"].num_chunks > MOST_CHUNKS:
            both = both.combine_chunks()
        return self._over(both, ())

    def with_rows(self, positions: NDArray[np.int32], others: pa.Table) -> Cards:
        """Return the cards with other rows in some places."""
        order = np.arange(self.table.num_rows)
        order[positions] = self.table.num_rows + np.arange(len(positions))
        both = pa.concat_tables([self.table, others]).combine_chunks()
        return self._over(both.take(pa.array(order)), positions.tolist())

    def _over(self, table: pa.Table, changed: Sequence[int]) -> Cards:
        """Return cards over another table; what did not change stays made."""
        other = Cards(table, self.root)
        other._made = dict(self._made)
        other._shown, other._named = dict(self._shown), dict(self._named)
        for position in changed:
            for kept in (other._made, other._shown, other._named):
                kept.pop(position, None)
        return other

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, position: int) -> Card:
        card = self._made.get(position)
        if card is None:
            if len(self._made) >= KEPT:
                self._made.clear()
            card = self._made[position] = self._make(position)
        return card

    def shown(self, positions: Sequence[int]) -> list[bytes]:
        """Return the JSON of cards up to the value of their `score`, which comes last."""
        return self._written(positions, self._shown, _shown)

    def named(self, positions: Sequence[int]) -> list[bytes]:
        """Return the JSON of cards as reasons name them, up to the value of their `share`."""
        return self._written(positions, self._named, _named)

    def _written(
        self, positions: Sequence[int], kept: dict[int, bytes], write: Callable[[Card], bytes]
    ) -> list[bytes]:
        try:
            return [kept[position] for position in positions]  # nearly always
        except KeyError:
            own = {position: write(self[position]) for position in positions}
            if len(kept) >= KEPT:
                kept.clear()
            kept.update(own)
            return [own[position] for position in positions]

    def _make(self, position: int) -> Card:
        # A value of an array is there in a microsecond; a slice of a table takes thirty.
        ends, parts = self._parts
        part = bisect_right(ends, position)
        values = (column[position - ends[part]].as_py() for column in parts[part])  # from its end
        name, title, written, digest, width, height, colour = values
        attributes = msgspec.json.decode(written or "{}")
        return Card(
            name,
            title or name,
            picture_of(digest, width, height, colour, self.root),
            attributes,
            {name: text for name, text in attributes.items() if name.startswith("title_")},
        )

    @cached_property
    def _parts(self) -> tuple[list[int], list[list[pa.Array]]]:
        """Return where each part of the table ends, and its columns."""
        batches = self.table.select(COLUMNS).to_batches()
        return list(accumulate(map(len, batches))), [batch.columns for batch in batches]


def _shown(card: Card) -> bytes:
    whole = _Shown(card.id, card.title, card.picture, card.attributes)
    return msgspec.json.encode(whole)[:-1] + b',"score":'


def _named(card: Card) -> bytes:
    named = _Named(card.id, card.title, card.titles)
    return msgspec.json.encode(named)[:-1] + b',"share":'


def picture_of(
    digest: str | None,
    width: int | None,
    height: int | None,
    colour: str | None,
    root: str = "",
) -> Picture | None:
    """Return the addresses of a picture's renditions; None until it was rendered.

    Parameters
    ----------
    root
        The path of the site below which the service stands, such as `/rec`; empty: none.
    """
    if digest is None or not width or not height:
        return None
    widths = [w for w in WIDTHS if w < 960 or width >= 960]
    srcset = ", ".join(f"{root}/media/{digest}-{w}.webp {w}w" for w in widths)
    return Picture(f"{root}/media/{digest}-480.webp", srcset, width, height, colour or "#888888")
