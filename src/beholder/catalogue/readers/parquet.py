"""Parquet, opened by a process of its own: broken files may crash the library that reads them.

The process turns the file into a few plain column types and sends them as Arrow batches; it
has a limit on memory, and its death refuses the file and touches nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from beholder.catalogue.readers.interface import Batch, Column, Refuse
from beholder.errors import DataError

WORKER = "beholder.catalogue.readers.parquet_worker"


def read(path: Path, refuse: Refuse) -> Iterator[Batch]:
    """Yield the rows of a Parquet file; `Batch.left` names columns that are not read.

    Raises
    ------
    DataError
        If the file is broken, too large in a part, or crashed the process that read it.
    """
    del refuse  # a Parquet file has no broken rows: it is broken as a whole
    with tempfile.TemporaryFile() as words:
        worker = subprocess.Popen(
            [sys.executable, "-m", WORKER, str(path)], stdout=subprocess.PIPE, stderr=words
        )
        assert worker.stdout is not None
        try:
            yield from _batches(worker.stdout, path.stat().st_size)
            worker.wait()
        except (pa.ArrowInvalid, OSError):
            worker.wait()  # it stopped in the middle; its status says why
        finally:
            worker.kill()
            worker.stdout.close()
            worker.wait()
        if worker.returncode:
            words.seek(0)
            said = words.read(2_000).decode(errors="replace").strip().splitlines()
            reason = said[-1] if worker.returncode == 1 and said else "it crashed the reader"
            raise DataError(f"{path.name}: {reason}", remedy="write the file again")


def _batches(stream: object, size: int) -> Iterator[Batch]:
    row, told = 1, 0
    with pa.ipc.open_stream(stream) as reader:
        total = int(reader.schema.metadata[b"rows"])
        left = tuple(json.loads(reader.schema.metadata[b"left"]))
        for batch in reader:
            row += batch.num_rows
            so_far = size * (row - 1) // max(total, 1)
            rows = range(row - batch.num_rows, row)
            yield Batch(rows, columns(batch), so_far - told, left)
            told = so_far


def columns(batch: pa.RecordBatch) -> dict[str, Column]:
    """Return texts as they are and everything else as lists."""
    return {
        name: column if pa.types.is_string(column.type) else column.to_pylist()
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
