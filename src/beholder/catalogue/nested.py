"""Columns of lists or objects where ids are wanted: one row an item, or an event, is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from beholder.catalogue.mapping import FIELDS, first_match, guess
from beholder.catalogue.readers.interface import Batch, as_list
from beholder.catalogue.readers.one_object import at, command, list_in
from beholder.catalogue.readers.texts import Form, opened, read_up_to
from beholder.errors import DataError

OBJECTS, LISTS, OBJECT = "lists of objects", "lists", "objects"
ROWS = {"items": "an item", "interactions": "an event", "users": "a person"}
WANTED = ("item_id", "user", "session")
LINES = (".json", ".jsonl", ".ndjson")
LOOKED_AT = 1_000  # rows


def guess_flat(
    what: str,
    batch: Batch,
    given: Mapping[str, str],
    path: Path,
    form: Form,
    of_one: bool = False,
) -> dict[str, str]:
    """Return the column of each field, as `mapping.guess`; ids stand in no lists and objects.

    Raises
    ------
    DataError
        Also with the columns that hold such, and what to write.
    """
    there = _nested(batch)
    try:
        mapping = guess(what, list(batch.columns), given, path.name, form.header, of_one)
    except DataError as error:
        if not there or error.field not in WANTED:
            raise
        raise _with_columns(error, what, batch, there, path, form) from error
    for field in WANTED:
        column = mapping.get(field)
        if column in there:
            raise DataError(
                f"{column} of {path.name} holds {there[column]}, and is to be {field}: one row "
                f"{ROWS[what]} is needed",
                remedy=_remedy(what, column, there[column], field, path, form),
                field=field,
            )
    return mapping


def unread_column(told: str, what: str) -> str:
    """Return what to do about a column of Parquet that is not read, in words."""
    if _kind_of_type(told):
        return f"it holds lists or objects: write one row {ROWS[what]}"
    return "write it as text, numbers, moments, or lists of these"


def _nested(batch: Batch) -> dict[str, str]:
    """Return the columns that hold lists or objects in most rows, with which."""
    found = {}
    for name, column in batch.columns.items():
        values = [value for value in as_list(column[:LOOKED_AT]) if value is not None]
        nested = [value for value in values if isinstance(value, list | dict)]
        if nested and len(nested) * 2 > len(values):
            found[name] = _kind(nested)
    return found | {
        told.partition(" (")[0]: kind for told in batch.left if (kind := _kind_of_type(told))
    }


def _kind(values: Sequence[Any]) -> str:
    if any(isinstance(value, dict) for value in values):
        return OBJECT
    inside = [each for value in values for each in value]
    return OBJECTS if any(isinstance(each, dict) for each in inside) else LISTS


def _kind_of_type(told: str) -> str:
    """Return which nested type a column of Parquet is said to be; empty: none."""
    kind = told.partition(" (")[2]
    if kind.startswith(("list<", "large_list<", "fixed_size_list<")):
        return OBJECTS if "struct<" in kind else LISTS
    return OBJECT if kind.startswith(("struct<", "map<")) else ""


def _with_columns(
    error: DataError, what: str, batch: Batch, there: Mapping[str, str], path: Path, form: Form
) -> DataError:
    """Return the error of a file that lacks a column, with those that may have it inside."""
    field = str(error.field)
    column = _likeliest(what, field, batch, there)
    kinds = dict.fromkeys(there.values())
    held = "; ".join(
        f"{', '.join(name for name, own in there.items() if own == kind)}: {kind}" for kind in kinds
    )
    remedy = f"if {column} has it, {_remedy(what, column, there[column], field, path, form)}"
    row = {name: as_list(one[:1])[0] for name, one in batch.columns.items()} if len(batch) else {}
    place = list_in(row) if len(batch) == 1 and what == "items" else ()
    if place:
        told = _command(path, f"{at(*place)}[]", form)
        remedy = f"write one row an item, of each entry of {'.'.join(place)}{told}"
    return DataError(
        f"{error.message}; of its columns some hold lists or objects ({held}), and one row "
        f"{ROWS[what]} is needed",
        remedy=f"{remedy}; or {error.remedy}",
        field=field,
    )


def _likeliest(what: str, field: str, batch: Batch, there: Mapping[str, str]) -> str:
    """Return the column in which a field most likely is."""
    for wanted in (OBJECTS, OBJECT):
        for name, kind in there.items():
            if kind == wanted and first_match(_keys(batch, name), FIELDS[what][field]) is not None:
                return name
    return min(there, key=lambda name: (OBJECTS, LISTS, OBJECT).index(there[name]))


def _keys(batch: Batch, name: str) -> list[str]:
    """Return the keys of the objects in a column."""
    types = (told for told in batch.left if told.startswith(f"{name} ("))
    found = {key: None for told in types for key in re.findall(r"(\w+): ", told)}
    for value in as_list(batch.columns.get(name, ())[:LOOKED_AT]):
        for each in value if isinstance(value, list) else [value]:
            found |= dict.fromkeys(each if isinstance(each, dict) else ())
    return list(found)


def _remedy(what: str, column: str, kind: str, field: str, path: Path, form: Form) -> str:
    """Return how rows are written of what stands inside of a column."""
    inside = at(column) + ("[]" if kind != OBJECT else "")
    if kind == LISTS:
        inside = f"{{{field}: {inside}}}"
    told = _command(path, f". + {inside}", form)
    if kind == OBJECT:
        return f"write what is in {column} as columns of their own{told}"
    return f"write one row {ROWS[what]}, of each entry of {column}{told}"


def _command(path: Path, program: str, form: Form) -> str:
    """Return a command that writes such rows; empty: of other files there is none."""
    if path.suffix.lower() not in LINES or not form.header:
        return ""
    with opened(path, form.encoding) as file:
        start, _ = read_up_to(path, file, 1024)
    every = ".[] | " if start.lstrip().startswith(b"[") else ""
    return f": {command(path, every + program)}"
