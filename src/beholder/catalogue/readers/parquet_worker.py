"""The process that opens a Parquet file; see `parquet`. Standard output is an Arrow stream."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from beholder.catalogue.readers.interface import BATCH, MAX_COLUMNS

GROUP = 64 * 2**20  # bytes of one row group, unpacked
MEMORY = 4 * 2**30


class RefusedError(Exception):
    """The file is over a limit."""


def main(path: Path) -> None:
    """Write the rows of a file to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    file = pq.ParquetFile(path, memory_map=False)
    meta = file.metadata
    if meta.num_columns > MAX_COLUMNS:
        raise RefusedError(f"has {meta.num_columns} columns, {MAX_COLUMNS} may be")
    for i in range(meta.num_row_groups):
        if meta.row_group(i).total_byte_size > GROUP:
            raise RefusedError(f"row group {i} is larger than {GROUP >> 20} MiB")
    kept = [(field.name, kind) for field in file.schema_arrow if (kind := plain(field.type))]
    if len({name for name, _ in kept}) < len(kept):
        raise RefusedError("has two columns of one name")
    schema = pa.schema(kept)
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as writer:
        for batch in file.iter_batches(BATCH, columns=schema.names, use_threads=False):
            batch.validate(full=True)
            columns = [cast(batch.column(name), kind) for name, kind in kept]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def plain(kind: pa.DataType) -> pa.DataType | None:
    """Return the type that a column is sent as; None where it is of no use to us."""
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    if pa.types.is_boolean(kind):
        return pa.bool_()
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return pa.timestamp("ms", "UTC")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = plain(kind.value_type)
        return None if inner is None or pa.types.is_list(inner) else pa.list_(inner)
    return None


def cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return a column as a plain type."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return pc.cast(column, kind, safe=False) if column.type != kind else column


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except BrokenPipeError:
        sys.exit(2)
    except Exception as error:
        sys.stderr.write(f"cannot be read: {str(error).splitlines()[0]}\n")
        sys.exit(1)
