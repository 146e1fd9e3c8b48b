"""What a workspace holds of its items."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from beholder.store import Store
from beholder.workspace import Workspace


def items_of(shop: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return title and attributes by id."""
    with Store.open(Workspace.open(shop)) as store:
        table = store.items()
    names = ("item_id", "title", "attributes")
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    return {item: (title, json.loads(attributes)) for item, title, attributes in rows}
