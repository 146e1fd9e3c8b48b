"""What is shown of an item: made from a table row once, then kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa

from beholder.engine.answer import Picture

WIDTHS = (240, 480, 960)


class Card(msgspec.Struct, frozen=True):
    """Id, title, picture and attributes of one position; `titles` in other languages."""

    id: str
    title: str
    picture: Picture | None
    attributes: dict[str, Any]
    titles: dict[str, Any]


class Cards:
    """Cards by position over one or more Arrow tables with the columns of `parts.ITEM_COLUMNS`."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._made: dict[int, Card] = {}

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, position: int) -> Card:
        card = self._made.get(position)
        if card is None:
            card = self._made[position] = self._make(position)
        return card

    def _make(self, position: int) -> Card:
        row = self.table.slice(position, 1).to_pylist()[0]
        attributes = msgspec.json.decode(row["attributes"] or "{}")
        return Card(
            row["item_id"],
            row["title"] or row["item_id"],
            picture_of(row["picture"], row["width"], row["height"], row["colour"]),
            attributes,
            {name: text for name, text in attributes.items() if name.startswith("title_")},
        )


def picture_of(
    digest: str | None, width: int | None, height: int | None, colour: str | None
) -> Picture | None:
    """Return the addresses of a picture's renditions; None until it was rendered."""
    if digest is None or not width or not height:
        return None
    widths = [w for w in WIDTHS if w < 960 or width >= 960]
    srcset = ", ".join(f"/media/{digest}-{w}.webp {w}w" for w in widths)
    return Picture(f"/media/{digest}-480.webp", srcset, width, height, colour or "#888888")
