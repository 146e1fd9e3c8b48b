"""Rows of recommendations as files: JSON Lines, or Parquet, put together from parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Rows = Sequence[Mapping[str, Any]]
Part = tuple[Path, NDArray[np.bool_]]  # its rows, and which of them are wanted
COLUMNS = pa.schema(
    [
        ("user", pa.string()),
        ("subject", pa.string()),
        ("bundle", pa.string()),
        ("level", pa.string()),
        ("items", pa.list_(pa.string())),
        ("scores", pa.list_(pa.float32())),
    ]
)


class Format(NamedTuple):
    """How rows are written.

    Attributes
    ----------
    encode
        The bytes of one part.
    join
        Writes parts into one file, of each the rows that are marked, one part at a time.
    """

    encode: Callable[[Rows], bytes]
    join: Callable[[Iterable[Part], BinaryIO], None]


def _lines(rows: Rows) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _join_lines(parts: Iterable[Part], out: BinaryIO) -> None:
    for part, kept in parts:
        out.writelines(compress(part.read_bytes().splitlines(keepends=True), kept))


def _parquet(rows: Rows) -> bytes:
    whole = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=COLUMNS), whole)
    data: bytes = whole.getvalue().to_pybytes()
    return data


def _join_parquet(parts: Iterable[Part], out: BinaryIO) -> None:
    with pq.ParquetWriter(out, COLUMNS) as whole:
        for part, kept in parts:
            whole.write_table(pq.read_table(part, schema=COLUMNS).filter(pa.array(kept)))


FORMATS = {
    ".jsonl": Format(_lines, _join_lines),
    ".parquet": Format(_parquet, _join_parquet),
}
