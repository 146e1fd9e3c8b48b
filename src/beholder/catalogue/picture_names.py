"""From a cell of a table to the pictures it names: one, or a list in one of many spellings."""

from __future__ import annotations

import json
import re
from typing import Any

from beholder.catalogue.readers.folder import is_picture

# `['a.jpg', 'b.jpg']`, as pandas writes a list into a CSV file; JSON has other quotes.
PYTHON_LIST = re.compile(r"""\[\s*(?:'[^']*'(?:\s*,\s*'[^']*')*)?\s*,?\s*\]""")
INSIDE = "data:"  # how a picture begins that stands in the table itself, rather than its name
KEYS = ("src", "url", "large", "hi_res", "path", "file", "name", "image")


def names(cell: Any) -> list[str]:
    """Return the names of pictures in a cell, in order.

    A list, a JSON list as text, names between bars, and names between semicolons, commas or on
    lines of their own where every one of them ends like a picture: else the comma may be a part
    of the name.
    """
    if cell is None:
        return []
    if isinstance(cell, list):
        return [name for each in cell for name in _each(each)]
    if not isinstance(cell, str):
        return _one(cell)
    text = cell.strip()
    if text.startswith("[") and text.endswith("]"):
        listed = _listed(text)
        if listed is not None:
            return names(listed)
    if "|" in text:
        return _parts(text, "|")
    for mark in (";", "\n", ","):
        parts = _parts(text, mark)
        if len(parts) > 1 and all(is_picture(_bare(part)) for part in parts):
            return parts
    return [text] if text else []


def _each(value: Any) -> list[str]:
    """Return the names of an entry of a list, which may be a list itself."""
    return names(value) if isinstance(value, list) else _one(value)


def _one(value: Any) -> list[str]:
    """Return the name that a value is, or those that an object has.

    Under a usual key, else all of its values that end like pictures.
    """
    if isinstance(value, dict):
        if not any(value.get(key) for key in KEYS):
            words = [each for each in value.values() if isinstance(each, str)]
            named = [each.strip() for each in words if is_picture(_bare(each.strip()))]
            if named:
                return named
        value = next((value[key] for key in KEYS if value.get(key)), _nameless(value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, bool | dict | list):
        return []
    text = str(value).strip()
    return [text] if text else []


def _nameless(value: dict[str, Any]) -> str | None:
    """Return what stands for an object that names no picture, so that it is told."""
    if any(value.get(key) for key in ("bytes", "base64", "data")):
        return INSIDE
    return json.dumps(value, ensure_ascii=False)[:200] if any(value.values()) else None


def _listed(text: str) -> list[Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return re.findall(r"'([^']*)'", text) if PYTHON_LIST.fullmatch(text) else None
    return found if isinstance(found, list) else None


def _parts(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def _bare(name: str) -> str:
    """Return a name without what an address has behind it."""
    return re.split(r"[?#]", name, maxsplit=1)[0]
