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
    ask
        Why they leave only if somebody agrees; empty: nobody is asked.
    """

    items: int = 0
    first: tuple[str, ...] = ()
    stay: str = ""
    ask: str = ""


def held(store: Store) -> list[str]:
    """Return the items of the catalogue."""
    ids: list[str] = store.items()["item_id"].to_pylist()
    return ids


def missing(before: list[str], named: Set[str]) -> list[str]:
    """Return what of a catalogue a file does not name."""
    return [item for item in before if item not in named]


def outlook(gone: list[str], n: int, refused: int, cut: bool, changed: bool = False) -> Gone:
    """Return what becomes of the items that a file does not name.

    Nothing leaves where rows were refused, or the file is broken, since what was not read may
    have named it. More than a fifth leaves only if somebody agrees: then the file is cut short
    more likely than the shop.

    Parameters
    ----------
    n
        How many items the catalogue had before the file was read.
    refused
        Rows of the file.
    cut
        Whether the file could not be read to its end.
    changed
        Whether it is another by now.
    """
    found = Gone(len(gone), tuple(gone[:SHOWN]))
    if not gone:
        return found
    if cut:
        return found._replace(stay="the file is broken, and what is missing may have named them")
    if changed:
        return found._replace(stay="the file changed while it was read, and may name them now")
    if refused:
        rows = "1 row was refused" if refused == 1 else f"{refused} rows were refused"
        return found._replace(stay=f"{rows}, which may have named them")
    if len(gone) > UNASKED * n:
        return found._replace(ask=f"they are {len(gone) / n:.0%} of the catalogue")
    return found


def leaves(gone: list[str], n: int, found: Gone, agree: Agree) -> list[str]:
    """Return which of `gone` would leave, as `let_go` lets them."""
    stay = found.stay or (found.ask and not agree(len(gone), n))
    return [] if stay else gone


def let_go(store: Store, gone: list[str], n: int, found: Gone, agree: Agree = never) -> Gone:
    """Take items out of the catalogue, as `outlook` found."""
    if found.ask and not agree(len(gone), n):
        return found._replace(stay=found.ask)
    if gone and not found.stay:
        store.delete_items(gone)
    return found
