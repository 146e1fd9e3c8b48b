"""What items had before a file of items speaks of them: what stays, and what its rows lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

from beholder.catalogue.items_from_rows import TITLE
from beholder.catalogue.other_ids import Ids, add, attributes_of, ids_in, is_of_all_rows
from beholder.store import ItemRecord, Store
from beholder.store.records import Attribute

FEWER = (
    "items that had more in {column} than their rows in this file: what it does not have is taken "
    "away (write all rows of an item where it is still there)"
)
STAYS = "items with attributes that the file does not speak of, and that stay"
TITLED = "items with a title that the file does not speak of, and that stays"

Count = Callable[[str, int, str], None]


def staying(before: Mapping[str, Attribute], said: Set[str]) -> dict[str, Attribute]:
    """Return the attributes that an item keeps, since nothing is said of them."""
    return {name: own for name, own in before.items() if name not in said}


def fewer(before: Mapping[str, Attribute], ids: Ids, said: Set[str]) -> dict[str, list[str]]:
    """Return what an item had in columns with what all its rows say, and has not any more.

    Parameters
    ----------
    ids
        What its rows say there.
    """
    had = ids_in(before, is_of_all_rows)
    gone = {name: list(own.keys() - ids.get(name, {})) for name, own in had.items() if name in said}
    return {name: own for name, own in gone.items() if own}


def count_fewer(item_id: str, gone: Mapping[str, list[str]], count: Count) -> None:
    """Count an item that loses ids, sizes or colours, which its file no longer has."""
    for name, ids in gone.items():
        count(FEWER.format(column=name), 1, f"item {item_id}: {', '.join(sorted(ids)[:3])}")


class ItemsBefore:
    """The items of a store of which a file speaks, counted as an import would leave them.

    Parameters
    ----------
    titles
        Of the items of the store.
    """

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._ids: dict[str, Ids] = {}
        self._more: dict[str, set[str]] = {}  # attributes that rows have without a column of theirs

    def take(self, record: ItemRecord, said: Set[str]) -> None:
        """Take a row, and what its file says of its item so far."""
        item_id = record.item_id
        if item_id in self._titles:
            add(self._ids.setdefault(item_id, {}), ids_in(record.attributes, is_of_all_rows))
            more = record.attributes.keys() - said
            if more:
                self._more.setdefault(item_id, set()).update(more)

    def count(self, store: Store, said: Callable[[str], Set[str]], count: Count) -> None:
        """Count what stays and what goes.

        Parameters
        ----------
        said
            Returns what the file says of an item.
        """
        kept = titled = 0
        for item_id, before in attributes_of(store) if self._ids else ():
            if item_id not in self._ids:
                continue
            told = said(item_id)
            kept += bool(staying(before, told | self._more.get(item_id, set())))
            titled += TITLE not in told and self._titles[item_id] != item_id
            count_fewer(item_id, fewer(before, self._ids[item_id], told), count)
        count(STAYS, kept, "")
        count(TITLED, titled, "")
