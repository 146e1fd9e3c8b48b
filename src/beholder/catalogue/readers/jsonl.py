"""JSON Lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from beholder.catalogue.readers.interface import (
    BATCH,
    MAX_COLUMNS,
    Batch,
    Column,
    Refuse,
    leave_out,
)
from beholder.catalogue.readers.lines import blocks, decode
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.unicode import is_unicode

MAX_DEPTH = 32
MANY_KEYS = f"brings the keys of the file above {MAX_COLUMNS}"


def read(path: Path, refuse: Refuse, form: Form = USUAL) -> Iterator[Batch]:
    """Yield the objects of a file by column; a key that an object lacks is None there."""
    rows: list[int] = []
    objects: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    size = 0
    source = UntilCut(blocks(path, refuse, form.encoding))
    for number, block in source:
        size += len(block)
        for i, line in enumerate(decode(number, block, refuse)):
            if not line.strip():
                continue
            found = _parse(line)
            if isinstance(found, str):
                leave_out(refuse, number + i, found, line)
                continue
            if len(names | dict.fromkeys(found)) > MAX_COLUMNS:
                leave_out(refuse, number + i, MANY_KEYS, line)
                continue
            names |= dict.fromkeys(found)
            rows.append(number + i)
            objects.append(found)
        if len(rows) >= BATCH:
            yield batch(names, rows, objects, size)
            rows, objects, size = [], [], 0
    if rows:
        yield batch(names, rows, objects, size)
    source.check()


def batch(
    names: dict[str, None], rows: list[int], objects: list[dict[str, Any]], size: int
) -> Batch:
    """Return objects by column."""
    columns: dict[str, Column] = {name: [each.get(name) for each in objects] for name in names}
    return Batch(rows, columns, size, keys=[each.keys() for each in objects])


def _parse(line: str) -> dict[str, Any] | str:
    """Return the object of a line, or the reason why there is none."""
    try:
        found = DECODER.decode(line)
    except RecursionError:
        return f"is deeper than {MAX_DEPTH}"
    except ValueError as error:
        # The parser's own message holds a piece of the line only where it is ours.
        return str(error) if isinstance(error, RefusedError) else "is no JSON"
    return checked(found)


def checked(found: Any) -> dict[str, Any] | str:
    """Return an object that can be a row, or the reason why it is none."""
    if not isinstance(found, dict):
        return "is no object"
    if _deeper(found, MAX_DEPTH):
        return f"is deeper than {MAX_DEPTH}"
    if not all(map(is_unicode, found)):
        return "has a key that is no valid Unicode"
    return found


class RefusedError(ValueError):
    """A line that JSON allows and we do not."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedError("has a key twice")
    return found


def _constant(name: str) -> NoReturn:
    raise RefusedError(f"has {name}, which is no JSON number")


def _deeper(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels == 0 or any(_deeper(each, levels - 1) for each in value)


DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
