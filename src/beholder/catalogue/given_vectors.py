"""Vectors that were imported instead of encoded, by item id, one file a name."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.durable import write_file
from beholder.errors import VectorsError

FOLDER = "given"
RESERVED = frozenset({"words"})


def keep(vectors: Path, name: str, ids: Sequence[str], matrix: NDArray[np.float32]) -> int:
    """Replace the vectors of a name; return how many items have one.

    Parameters
    ----------
    vectors
        The vectors folder of the workspace.
    name
        Lower case letters, digits and dashes.
    matrix
        float32 (n, dim), row i for `ids[i]`; of an id that comes twice the last one counts.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise VectorsError(f"{name!r} is no name for vectors", remedy="a-z, 0-9 and dashes")
    if name in RESERVED:
        raise VectorsError(f"{name!r} is what texts are compared by", remedy="another name")
    rows = {item_id: row for row, item_id in enumerate(ids)}
    folder = vectors / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    sink = io.BytesIO()
    np.save(sink, matrix[list(rows.values())], allow_pickle=False)
    head = msgspec.json.encode(list(rows))
    # One file, so that ids and rows cannot disagree: length of the ids, ids, matrix.
    write_file(folder / f"{name}.vec", len(head).to_bytes(8, "little") + head + sink.getvalue())
    return len(rows)


def names(vectors: Path) -> list[str]:
    """Return the names there are vectors of."""
    return sorted(path.stem for path in (vectors / FOLDER).glob("*.vec"))


def load(
    vectors: Path, name: str, ids: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the vectors of items, float32 (n, dim), and which are present, bool (n,)."""
    data = (vectors / FOLDER / f"{name}.vec").read_bytes()
    size = int.from_bytes(data[:8], "little")
    known = msgspec.json.decode(data[8 : 8 + size], type=list[str])
    matrix = np.load(io.BytesIO(data[8 + size :]), allow_pickle=False)
    rows = {item_id: row for row, item_id in enumerate(known)}
    at = np.array([rows.get(item_id, -1) for item_id in ids], np.int64)
    found = np.zeros((len(ids), matrix.shape[1]), np.float32)
    found[at >= 0] = matrix[at[at >= 0]]
    return found, at >= 0
