"""The vectors by which items are compared, for programs that want to go on with them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from beholder.engine.overlay import Overlay
from beholder.scorers.interface import Floats, Mask
from beholder.spaces.vector_space import VectorSpace


class ItemVectors(NamedTuple):
    """Whitened vectors of unit length: an inner product is a cosine.

    Attributes
    ----------
    ids
        Of the items that are shown, late ones too.
    by_name
        float32 (n, dim) for each encoder, and vectors that were imported; rows of zeros for items
        that have none. Words have none at all: their space is sparse.
    """

    ids: list[str]
    by_name: dict[str, Floats]

    def present(self, name: str) -> Mask:
        """bool (n,). The items that have a vector of this name."""
        return np.asarray(self.by_name[name].any(axis=1))


def item_vectors(view: Overlay) -> ItemVectors:
    """Return the vectors of what is shown."""
    shown = np.flatnonzero(view.shown)
    ids = view.cards.table["item_id"].take(pa.array(shown)).to_pylist()
    spaces = view.content.spaces.items()
    return ItemVectors(
        ids, {name: s.vectors[shown] for name, s in spaces if isinstance(s, VectorSpace)}
    )


def to_parquet(view: Overlay, path: Path) -> int:
    """Write id, title, attributes (JSON) and vectors of what is shown; return how many items.

    A vector column is named `vector_` and its encoder; null where there is none.
    """
    found = item_vectors(view)
    shown = pa.array(np.flatnonzero(view.shown))
    table = view.cards.table.select(["item_id", "title", "attributes"]).take(shown)
    for name, matrix in found.by_name.items():
        flat = pa.array(matrix.ravel(), pa.float32())
        rows = pa.FixedSizeListArray.from_arrays(
            flat, matrix.shape[1], mask=pa.array(~found.present(name))
        )
        table = table.append_column(f"vector_{name}", rows)
    pq.write_table(table, path)
    return len(found.ids)
