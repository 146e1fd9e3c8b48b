"""Imported vectors laid beside those that are kept: by item, whole or not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from beholder.catalogue.given_vectors import GivenVectors, Matrix, checksum
from beholder.durable import write_file
from beholder.errors import VectorsError
from beholder.store.locks import output_lock

RESERVED = frozenset({"words"})
BLOCK = 4_000_000  # numbers compared at a time


class Merged(NamedTuple):
    """The items whose vectors are new, and those that had others; the rest had the same."""

    added: list[str]
    changed: list[str]


def check_name(name: str) -> None:
    """Refuse a name that vectors may not have."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise VectorsError(f"{name!r} is no name for vectors", remedy="a-z, 0-9 and dashes")
    if name in RESERVED:
        raise VectorsError(f"{name!r} is what texts are compared by", remedy="another name")


def check(vectors: Path, name: str, dim: int) -> None:
    """Refuse vectors that could not be compared with those that a name has.

    Raises
    ------
    VectorsError
        If they are of another length, or the name cannot be one.
    """
    check_name(name)
    if not dim:
        raise VectorsError("the vectors are empty", remedy="one number at least for each item")
    given = GivenVectors(vectors, name)
    kept = given.read()
    if len(kept.ids) and kept.matrix.shape[1] != dim:
        raise VectorsError(
            f"vectors have {dim} numbers each, the {len(kept.ids)} that {name!r} has are of "
            f"{kept.matrix.shape[1]}, and could not be compared with them",
            remedy=f"name them otherwise with --vectors-name, or remove {given.path} to start anew",
        )


def merge(vectors: Path, name: str, ids: Sequence[str], matrix: Matrix) -> Merged:
    """Add the vectors of items to those of a name, or replace them; those of others stay.

    Parameters
    ----------
    vectors
        The vectors folder of the workspace.
    name
        Lower case letters, digits and dashes.
    matrix
        float32 (n, dim), row i for `ids[i]`; of an id that comes twice the last one counts.

    Raises
    ------
    VectorsError
        See `check`; nothing is written then.
    UsageError
        If another import is at work on the same name.
    """
    check_name(name)
    given = GivenVectors(vectors, name)
    with output_lock(given.path):  # or one of two imports would lose what the other added
        check(vectors, name, matrix.shape[1])
        kept = given.read()
        last = {item_id: row for row, item_id in enumerate(ids)}
        wanted, source = list(last), np.array(list(last.values()), np.int64)
        rows = kept.rows(wanted)
        new = np.flatnonzero(rows < 0)
        old = np.flatnonzero(rows >= 0)
        old = old[_other(kept.matrix, rows[old], matrix, source[old])]
        if len(new) or len(old):
            both = np.concatenate([kept.matrix.reshape(-1, matrix.shape[1]), matrix[source[new]]])
            both[rows[old]] = matrix[source[old]]
            _write(given.path, kept.ids.to_pylist() + [wanted[i] for i in new.tolist()], both)
    return Merged([wanted[i] for i in new.tolist()], [wanted[i] for i in old.tolist()])


def _other(
    kept: Matrix, rows: NDArray[np.int64], matrix: Matrix, source: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which rows of one matrix differ from their partners in another."""
    step = max(1, BLOCK // max(1, matrix.shape[1]))
    other = np.zeros(len(rows), bool)
    for start in range(0, len(rows), step):
        span = slice(start, start + step)
        other[span] = (kept[rows[span]] != matrix[source[span]]).any(axis=1)
    return other


def _write(path: Path, ids: list[str], matrix: Matrix) -> None:
    """Write one file, so that ids and rows cannot disagree; see `GivenVectors.read`."""
    said = msgspec.json.encode(ids)
    head = io.BytesIO()
    npy.write_array_header_1_0(head, npy.header_data_from_array_1_0(matrix))
    rows = matrix.data.cast("B")
    parts: list[bytes | memoryview] = [len(said).to_bytes(8, "little"), said, head.getvalue(), rows]
    write_file(path, *parts, checksum(parts))
