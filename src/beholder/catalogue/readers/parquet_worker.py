"""The process that opens a Parquet file; see `parquet`. Standard output is an Arrow stream.

Pictures often come as objects with a path, an address, or the bytes of the file, and lists of
such objects. What names the picture is sent in their place.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from beholder.catalogue.picture_names import INSIDE, KEYS
from beholder.catalogue.readers.interface import BATCH, MAX_COLUMNS

GROUP = 64 * 2**20  # bytes of one row group, unpacked
MEMORY = 4 * 2**30
LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)


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
    names = {name for name, _ in kept}
    left = [f"{f.name} ({str(f.type)[:100]})" for f in file.schema_arrow if f.name not in names]
    schema = pa.schema(kept, {"rows": str(meta.num_rows), "left": json.dumps(left)})
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
    if any(is_one(kind) for is_one in LISTS):
        inner = plain(kind.value_type)
        return None if inner is None or pa.types.is_list(inner) else pa.list_(inner)
    if pa.types.is_struct(kind) and (named := naming(kind)):
        return plain(kind.field(named[0]).type)
    return None


def naming(kind: pa.StructType) -> list[str]:
    """Return the fields of an object that may name its picture, the most telling first."""
    texts = (pa.string(), pa.list_(pa.string()))
    names = {field.name: inner for field in kind if (inner := plain(field.type)) in texts}
    found = [key for key in KEYS if key in names]
    return [key for key in found if names[key] == names[found[0]]]


def cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return a column as a plain type."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_struct(column.type):
        return _names(column, kind)
    if pa.types.is_list(kind) and pa.types.is_struct(column.type.value_type):
        lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
        bounds = pa.array([0, *lengths.cumsum().tolist()], pa.int32())
        values = cast(column.flatten(), kind.value_type)
        return pa.ListArray.from_arrays(bounds, values, mask=column.is_null())
    return pc.cast(column, kind, safe=False) if column.type != kind else column


def _names(column: pa.StructArray, kind: pa.DataType) -> pa.Array:
    """Return what names each picture; of one that is there as bytes alone, the mark of that."""
    found = [cast(pc.struct_field(column, key), kind) for key in naming(column.type)]
    if kind == pa.string():
        found = [pc.if_else(pc.equal(texts, ""), None, texts) for texts in found]
        fields = range(column.type.num_fields)
        inside = [i for i in fields if pa.types.is_binary(column.type.field(i).type)]
        for i in inside:
            there = pc.is_valid(pc.struct_field(column, [i]))
            found.append(pc.if_else(there, INSIDE, pa.scalar(None, pa.string())))
    return pc.coalesce(*found)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except BrokenPipeError:
        sys.exit(2)
    except Exception as error:
        sys.stderr.write(f"cannot be read: {str(error).splitlines()[0]}\n")
        sys.exit(1)
