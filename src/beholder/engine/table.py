"""Rows of recommendations as files: JSON Lines, or Parquet, put together from parts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from beholder.durable import sync_file

Rows = Sequence[Mapping[str, Any]]
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
        Writes parts into one file, a bounded number of rows at a time.
    """

    encode: Callable[[Rows], bytes]
    join: Callable[[Sequence[Path], Path], None]


def _lines(rows: Rows) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _join_lines(parts: Sequence[Path], out: Path) -> None:
    with out.open("wb") as whole:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole)
    sync_file(out)


def _parquet(rows: Rows) -> bytes:
    whole = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=COLUMNS), whole)
    data: bytes = whole.getvalue().to_pybytes()
    return data


def _join_parquet(parts: Sequence[Path], out: Path) -> None:
    with pq.ParquetWriter(out, COLUMNS) as whole:
        for part in parts:
            whole.write_table(pq.read_table(part, schema=COLUMNS))
    sync_file(out)


FORMATS = {
    ".jsonl": Format(_lines, _join_lines),
    ".parquet": Format(_parquet, _join_parquet),
}
