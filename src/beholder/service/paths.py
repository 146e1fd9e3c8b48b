"""Ids in addresses: a `%2F` inside of an id is no border between segments.

Ids are kept as the shop gave them, slashes included. Before routing, a slash inside of a
segment becomes a control character, which no id may hold, and becomes a slash again in the
router. Ids are only ever looked up; no path of a file is built from them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

SLASH = "\x1f"


def keep_slashes(scope: dict[str, Any]) -> None:
    """Set the path of a request so that each segment holds one part of the address."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return
    segments = raw.decode("latin-1").split("?")[0].split("/")
    scope["path"] = "/".join(unquote(part).replace("/", SLASH) for part in segments)
