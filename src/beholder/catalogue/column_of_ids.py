"""Which column of items has the ids that behaviour names, whatever it is called."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Set

from beholder.store.records import Attribute

FOUND = (
    "{n} of its first {of} ids stand in the column {column} of the items, so import these with "
    "--map {told}"
)


def column_of_ids(ids: Set[str], items: Iterable[Mapping[str, Attribute]]) -> str:
    """Return which column of words has at least half of some ids, in words; empty: none.

    Parameters
    ----------
    items
        The attributes of each.
    """
    there: dict[str, set[str]] = {}
    for attributes in items:
        for name, value in attributes.items():
            words = value if isinstance(value, list) else [value]
            found = {each for each in words if isinstance(each, str) and each in ids}
            if found:
                there.setdefault(name, set()).update(found)
    column = max(there, key=lambda name: len(there[name]), default="")
    n = len(there.get(column, ()))
    if not n or n * 2 < len(ids):
        return ""
    told = shlex.quote(f"item_id={column}")
    return FOUND.format(n=n, of=len(ids), column=column, told=told)
