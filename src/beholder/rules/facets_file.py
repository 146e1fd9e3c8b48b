"""`facets.arrow`: an Arrow file of typed attributes, memory-mapped, read column by column."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa

from beholder.errors import DataError
from beholder.rules.facets import Facets, Field, stored

NAME = "facets.arrow"


class _Header(msgspec.Struct):
    n_items: int
    fields: dict[str, Field]


def save(facets: Facets, path: Path) -> None:
    """Write facets with what is known of each attribute."""
    header = msgspec.json.encode(_Header(facets.n_items, dict(facets.fields)))
    table = facets.table().replace_schema_metadata({"facets": header})
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


def load(path: Path) -> Facets:
    """Open facets; the file must stay as it is while they are in use.

    Raises
    ------
    DataError
        If the file is missing, cut, or not of this kind.
    """
    try:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        header = msgspec.json.decode((table.schema.metadata or {})[b"facets"], type=_Header)
        if table.column_names != list(header.fields):
            raise ValueError("its columns are not those it names")
        if header.fields and table.num_rows != header.n_items:
            raise ValueError(f"it has {table.num_rows} rows for {header.n_items} items")
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path.name} cannot be read: {error}", remedy="train again") from error
    return stored(header.n_items, header.fields, table)
