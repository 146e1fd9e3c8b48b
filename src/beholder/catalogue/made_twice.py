"""Items that were made of ids which are other ids of other items."""

from __future__ import annotations

import json

from beholder.catalogue.other_ids import SEVERAL, OtherIds, ids_in
from beholder.store import Store

TWICE = (
    "{items} without a title of their own {have} the id of a variant of another item: {said} is in "
    "{column} of {item}, and what is said of {said} stays with it. Write items by one id in all "
    "files, and import them first into a new workspace, then the behaviour; or take these away "
    "with `beholder item delete`, and import the behaviour again"
)


def made_twice(store: Store) -> str:
    """Return how many bare items there are that another item has, in words; empty: none.

    Behaviour made them, or a file of items that names them by another id, such as one of stock.
    """
    table = store.items().select(["item_id", "title", "attributes", "picture"]).to_pydict()
    told = zip(table["item_id"], table["title"], table["picture"], strict=True)
    bare = [item_id for item_id, title, picture in told if title == item_id and picture is None]
    if not bare:
        return ""
    others = OtherIds()
    for item_id, attributes in zip(table["item_id"], table["attributes"], strict=True):
        others.take(item_id, ids_in(json.loads(attributes)))
    named = {said: others.find(said) for said in bare}
    found = {said: one for said, one in named.items() if one is not None and one.item != said}
    if not found:
        return ""
    said, one = next(iter(found.items()))
    items, have = ("1 item", "has") if len(found) == 1 else (f"{len(found):,} items", "have")
    item = "several items" if one.item == SEVERAL else one.item
    return TWICE.format(items=items, have=have, said=said, column=one.column, item=item)
