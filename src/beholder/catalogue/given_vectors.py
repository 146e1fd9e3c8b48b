"""Vectors that were imported instead of encoded, by item id, one file a name.

A file has the length of the ids (8 bytes, the lowest first), the ids as JSON, the matrix as NumPy
writes one, and a checksum of all that. One without its checksum was written before there were any.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib import format as npy
from numpy.typing import NDArray

from beholder.errors import VectorsError

FOLDER = "given"
CHECKED = b"sha256:"
LAST = len(CHECKED) + 32  # bytes of a checksum
BLOCK = 2**20  # bytes read at a time

Matrix = NDArray[np.float32]


class Kept(NamedTuple):
    """What a file holds: ids, and float32 (n, dim), mapped. `stamp` tells files apart."""

    ids: pa.Array
    matrix: Matrix
    stamp: tuple[int, int, int] = (0, 0, 0)

    def rows(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows of items, int64 (n,), -1 for those that have none."""
        at = pc.index_in(pa.array(ids, pa.string()), value_set=self.ids)
        return np.asarray(pc.fill_null(at, -1).to_numpy(zero_copy_only=False), np.int64)


NOTHING = Kept(pa.array([], pa.string()), np.empty((0, 0), np.float32))


class GivenVectors:
    """The vectors of one name: none without a file, others once it was replaced.

    Parameters
    ----------
    vectors
        The vectors folder of the workspace.
    """

    def __init__(self, vectors: Path, name: str) -> None:
        self.path = vectors / FOLDER / f"{name}.vec"
        self._kept = NOTHING

    def load(self, ids: Sequence[str]) -> tuple[Matrix, NDArray[np.bool_]]:
        """Return the vectors of items, float32 (n, dim), and which are present, bool (n,)."""
        kept = self.read()
        rows = kept.rows(ids)
        found = np.zeros((len(ids), kept.matrix.shape[1]), np.float32)
        found[rows >= 0] = kept.matrix[rows[rows >= 0]]
        return found, rows >= 0

    def read(self) -> Kept:
        """Return all there are; a file that is as it was is not read again.

        Raises
        ------
        VectorsError
            If the file is not as it was written.
        """
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            self._kept = NOTHING
            return NOTHING
        with file:
            told = os.fstat(file.fileno())
            stamp = (told.st_ino, told.st_mtime_ns, told.st_size)
            if stamp != self._kept.stamp:
                try:
                    ids, matrix = _parts(file, _check(file, told.st_size))
                    self._kept = Kept(pa.array(ids, pa.string()), matrix, stamp)
                except ValueError as error:  # msgspec's are, too
                    raise VectorsError(
                        f"vectors/{FOLDER}/{self.path.name} is damaged",
                        remedy="remove it and import again",
                    ) from error
        return self._kept


def names(vectors: Path) -> list[str]:
    """Return the names there are vectors of."""
    return sorted(path.stem for path in (vectors / FOLDER).glob("*.vec"))


def checksum(parts: Iterable[bytes | memoryview]) -> bytes:
    """Return how a file of these parts ends: what changes with any byte of it."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return CHECKED + found.digest()


def _check(file: BinaryIO, size: int) -> int:
    """Compare a file with its checksum; return where that begins, the end where it has none."""
    end = max(0, size - LAST)
    file.seek(end)
    said = file.read()
    if not said.startswith(CHECKED):
        return size
    file.seek(0)
    if said != checksum(file.read(min(BLOCK, end - start)) for start in range(0, end, BLOCK)):
        raise ValueError("it is not as it was written")
    return end


def _parts(file: BinaryIO, end: int) -> tuple[list[str], Matrix]:
    """Read the ids, and map the matrix, which ends there."""
    file.seek(0)
    size = min(int.from_bytes(file.read(8), "little"), end)
    ids = msgspec.json.decode(file.read(size), type=list[str])
    if npy.read_magic(file) != (1, 0):
        raise ValueError("there is no matrix")
    shape, _, dtype = npy.read_array_header_1_0(file)
    start = file.tell()
    matrix = np.asarray(np.memmap(file, dtype, "r", start, shape))
    if start + matrix.nbytes != end or matrix.ndim != 2 or len(matrix) != len(ids):
        raise ValueError("the matrix is not of these ids")
    return ids, matrix
