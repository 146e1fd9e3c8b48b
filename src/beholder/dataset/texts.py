"""The words of an item: its title, description and attributes as one text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SKIPPED = frozenset({"price", "product_code", "imdb_id", "url", "image", "picture", "colour_hex"})


def text_of(title: str | None, attributes: Mapping[str, Any]) -> str:
    """Join title and the texts among the attributes; numbers and codes say nothing."""
    parts = [title or ""]
    for name, value in attributes.items():
        if name in SKIPPED:
            continue
        if isinstance(value, str):
            parts.append(value)
        elif isinstance(value, list):
            parts += [str(entry) for entry in value]
    return " ".join(part for part in parts if part)
