"""JSON that is one object over several lines, where one object a line is needed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from beholder.catalogue.readers.texts import Form, opened, read_up_to
from beholder.errors import DataError

MOST = 256 * 2**20  # bytes
LEVELS = 3  # of objects around a list
ONE_ROW = "one row an item, an event or a person is needed"


def check_one_object(path: Path, form: Form) -> None:
    """Refuse a file that begins with an object of several lines.

    Raises
    ------
    DataError
        With the list in it that has the rows, and a command that writes these.
    """
    with opened(path, form.encoding) as file:
        data, _ = read_up_to(path, file, MOST)
    text = data.decode(errors="replace").lstrip()
    if not text.startswith("{"):
        return
    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except (RecursionError, ValueError):
        return
    if "\n" not in text[:end]:
        return
    place = () if text[end:].strip() else list_in(found)
    if place:
        raise DataError(
            f"{path.name} is one object, and {'.'.join(place)} in it is a list of objects: "
            + ONE_ROW,
            remedy=f"write one object a line: {command(path, f'{at(*place)}[]')}",
        )
    raise DataError(
        f"{path.name} has objects over several lines",
        remedy=f"write one object a line: {command(path, '.')}",
    )


def list_in(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where the longest list of objects is, by keys; empty: there is none."""
    there = list(_lists(found, ()))
    return max(there, key=lambda each: each[0], default=(0, ()))[1]


def _lists(
    found: Mapping[str, Any], inside: tuple[str, ...]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    for key, value in found.items():
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            yield len(value), (*inside, key)
        elif isinstance(value, dict) and len(inside) + 1 < LEVELS:
            yield from _lists(value, (*inside, key))


def at(*keys: str) -> str:
    """Return what jq calls a value in an object."""
    return "." + "".join(f"[{json.dumps(key)}]" for key in keys) if _odd(keys) else _dotted(keys)


def _odd(keys: tuple[str, ...]) -> bool:
    return not all(key.isidentifier() and key.isascii() for key in keys)


def _dotted(keys: tuple[str, ...]) -> str:
    return "".join(f".{key}" for key in keys)


def command(path: Path, program: str) -> str:
    """Return a command that writes rows, one a line, of a file of JSON that is not packed."""
    name = path.name.partition(".")[0]
    written = shlex.quote(f"{name}-rows.jsonl")
    return f"jq -c {shlex.quote(program)} {shlex.quote(path.name)} > {written}"
