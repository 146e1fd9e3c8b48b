"""Vectors that somebody else has computed: `.npy` with a list of ids, or Parquet."""

from __future__ import annotations

from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.catalogue.mapping import ITEM, first_match
from beholder.catalogue.readers import jsonl, parquet
from beholder.catalogue.readers.csv import read as read_csv
from beholder.catalogue.readers.interface import Refuse, as_list
from beholder.catalogue.readers.lines import blocks, decode
from beholder.catalogue.readers.packed import check_packed
from beholder.errors import VectorsError

OF_A_LITERAL = (SyntaxError, TokenError, TypeError, MemoryError)  # NumPy reads headers as one
NAMES = ("vector", "embedding", "vectors", "embeddings", "features")


def read(path: Path, ids: Path | None, refuse: Refuse) -> tuple[list[str], NDArray[np.float32]]:
    """Return item ids and their vectors, float32 (n, dim); broken rows are refused.

    Parameters
    ----------
    path
        A `.npy` matrix, or Parquet with a column of ids and one of lists of numbers.
    ids
        For `.npy`: a text file with one id a line, or CSV / JSON Lines with an item column.

    Raises
    ------
    VectorsError
        If there is no matrix, or not as many ids as rows.
    """
    for file in (path, ids):
        if file is not None and not file.is_file():
            what = "is a folder" if file.is_dir() else "is not there"
            raise VectorsError(f"{file} {what}, and a file is wanted", remedy="see the path")
    if path.suffix.lower() == ".parquet":
        return _parquet(path, refuse)
    if ids is None:
        raise VectorsError(f"{path.name} has no ids", remedy="add --ids FILE, one id a line")
    matrix = _matrix(path)
    if matrix.ndim != 2 or matrix.dtype.kind not in "fiu":
        raise VectorsError(f"{path.name} is no matrix of numbers", remedy="shape (n, dim)")
    names = _ids(ids, refuse)
    if len(names) != len(matrix):
        raise VectorsError(
            f"{len(matrix)} vectors, but {len(names)} ids", remedy="one id for each row, in order"
        )
    return _finite(names, np.asarray(matrix, np.float32), refuse)


def _matrix(path: Path) -> NDArray[Any]:
    """Map an .npy file, whose size is that of what its header says."""
    try:
        matrix = np.load(path, allow_pickle=False, mmap_mode="r")
        size = path.stat().st_size
    except (ValueError, OSError, EOFError, *OF_A_LITERAL) as error:
        raise VectorsError(f"{path.name} is no .npy matrix", remedy="write it again") from error
    if not isinstance(matrix, np.memmap):
        raise VectorsError(f"{path.name} is no .npy matrix", remedy="write one array, by np.save")
    told = matrix.offset + matrix.nbytes
    if told != size:
        raise VectorsError(
            f"{path.name} has {size} bytes, and says that it has {told}: it is damaged",
            remedy="write it again",
        )
    return matrix


def _finite(
    names: list[str], matrix: NDArray[np.float32], refuse: Refuse
) -> tuple[list[str], NDArray[np.float32]]:
    good: NDArray[np.bool_] = np.asarray(np.isfinite(matrix).all(axis=1))
    for row in np.flatnonzero(~good).tolist():
        refuse(row + 1, "has a number that is not finite")
    return [name for name, fine in zip(names, good.tolist(), strict=True) if fine], matrix[good]


def _ids(path: Path, refuse: Refuse) -> list[str]:
    check_packed(path)
    if path.suffix.lower() == ".txt":
        found = (line for at, block in blocks(path, refuse) for line in decode(at, block, refuse))
        return [line.strip() for line in found if line.strip()]
    reader = jsonl.read if path.suffix.lower() in (".jsonl", ".ndjson") else read_csv
    names: list[str] = []
    for batch in reader(path, refuse):
        column = first_match(list(batch.columns), ITEM)
        if column is None:
            raise VectorsError(f"{path.name} has no column of ids", remedy="name it item_id")
        names += [str(value).strip() for value in as_list(batch.columns[column])]
    return names


def _numbers(row: Any) -> NDArray[np.float32] | None:
    """Return a vector, float32; None: it is empty, has gaps, or holds something else."""
    if not row or None in row:
        return None
    try:
        return np.array(row, np.float32)
    except (TypeError, ValueError):
        return None


def _parquet(path: Path, refuse: Refuse) -> tuple[list[str], NDArray[np.float32]]:
    names: list[str] = []
    rows: list[NDArray[np.float32]] = []  # lists of numbers would be eight times as large
    for batch in parquet.read(path, refuse):
        column = first_match(list(batch.columns), ITEM)
        vector = first_match(list(batch.columns), NAMES)
        if column is None or vector is None:
            raise VectorsError(
                f"{path.name} lacks a column of ids or vectors", remedy="item_id and vector"
            )
        ids = as_list(batch.columns[column])
        for number, name, row in zip(batch.rows, ids, batch.columns[vector], strict=True):
            own = _numbers(row)
            known = isinstance(name, str | int) and str(name).strip()
            if not known or own is None or (rows and len(own) != len(rows[0])):
                refuse(number, "has no id, or a vector of another length, or not of numbers")
                continue
            names.append(str(name).strip())
            rows.append(own)
    if not rows:
        raise VectorsError(f"{path.name} has no vectors", remedy="write it again")
    return _finite(names, np.array(rows, np.float32), refuse)
