"""What the attributes of an item say: its words as one text, and which product it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRODUCT = ("product_code", "item_group_id")  # the second is what shopping feeds call it
SKIPPED = frozenset({"price", *PRODUCT, "imdb_id", "url", "image", "picture", "colour_hex"})


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


def product_of(attributes: Mapping[str, Any]) -> str | None:
    """Return the code that an item shares with its variants in other colours or patterns."""
    for name in PRODUCT:
        if attributes.get(name):
            return str(attributes[name])
    return None
