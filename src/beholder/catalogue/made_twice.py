"""Items that were made of ids which are other ids of other items."""

from __future__ import annotations

import json
from collections.abc import Iterable

from beholder.catalogue.other_ids import SEVERAL, OtherIds, ids_in
from beholder.store import Store

TWICE = (
    "{items} of {own} own {have} the id of a variant of another item: {said} is in "
    "{column} of {item}, and what is said of {said} stays with it. Write items by one id in all "
    "files, and import them first into a new workspace, then the behaviour; or take these away "
    "with `beholder item delete`, and import the behaviour again"
)


def made_twice(store: Store) -> list[str]:
    """Say how many bare items there are that another item has, if any.

    Behaviour made them, or a file of items that names them by another id, such as one of stock.
    """
    table = store.items().select(["item_id", "title", "attributes", "picture"]).to_pydict()
    told = zip(table["item_id"], table["title"], table["picture"], strict=True)
    bare = [item_id for item_id, title, picture in told if title == item_id and picture is None]
    if not bare:
        return []
    others = OtherIds()
    for item_id, attributes in zip(table["item_id"], table["attributes"], strict=True):
        others.take(item_id, ids_in(json.loads(attributes)))
    return twice_among(bare, others)


def twice_among(bare: Iterable[str], others: OtherIds) -> list[str]:
    """Say how many of some items without a title or picture others have, if any."""
    named = {said: others.find(said) for said in bare}
    found = {said: one for said, one in named.items() if one is not None and one.item != said}
    if not found:
        return []
    said, one = next(iter(found.items()))
    alone = len(found) == 1
    items = "1 item without a title" if alone else f"{len(found):,} items without a title"
    own, have = ("its", "has") if alone else ("their", "have")
    item = "several items" if one.item == SEVERAL else one.item
    return [TWICE.format(items=items, own=own, have=have, said=said, column=one.column, item=item)]
