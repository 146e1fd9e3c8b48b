"""A file that has the whole catalogue: what is not in it any more leaves, and comes back with it.

An item that leaves is deleted as by hand: it is in no answer, and what people did with it stays,
for when a later file has it again.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import NamedTuple

from beholder.store import Store

UNASKED = 0.2  # of the catalogue may leave without a question
SHOWN = 20

Agree = Callable[[int, int], bool]
"""Asked with how many items would leave, and of how many."""


def never(leaving: int, of: int) -> bool:
    """Let no large part of a catalogue leave."""
    return False


class Gone(NamedTuple):
    """What left the catalogue.

    Attributes
    ----------
    items
        How many; `first` has the first of them.
    stay
        Why none of them left; empty: they did.
    """

    items: int = 0
    first: tuple[str, ...] = ()
    stay: str = ""


def missing_from(store: Store, named: Set[str]) -> tuple[list[str], int]:
    """Return the items of the catalogue that a file does not name, and how many there are."""
    ids = store.items()["item_id"].to_pylist()
    return [item for item in ids if item not in named], len(ids)


def let_go(store: Store, named: Set[str], refused: int, agree: Agree = never) -> Gone:
    """Take out of the catalogue what a file does not name.

    Nothing leaves where rows were refused, since these may have named it, nor where more than a
    fifth would leave and nobody agrees: then the file is cut short more likely than the shop.
    """
    gone, n = missing_from(store, named)
    first = tuple(gone[:SHOWN])
    if not gone:
        return Gone()
    if refused:
        return Gone(len(gone), first, f"{refused} rows were refused, which may have named them")
    if len(gone) > UNASKED * n and not agree(len(gone), n):
        return Gone(len(gone), first, f"they are {len(gone) / n:.0%} of the catalogue")
    store.delete_items(gone)
    return Gone(len(gone), first)
