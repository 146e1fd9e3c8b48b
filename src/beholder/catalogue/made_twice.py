"""Items that behaviour made of ids which are other ids of items that came later."""

from __future__ import annotations

import json

from beholder.catalogue.other_ids import SEVERAL, OtherIds, ids_in
from beholder.settings_line import given
from beholder.store import Store

TWICE = (
    "{items} that behaviour made {have} the id of a variant of another item: {said} is in {column} "
    "of {item}, and what people did stays with {said}. Import the items first into a new "
    "workspace, then the behaviour; or take them away with `beholder item delete`, and import the "
    "behaviour again"
)


def made_twice(store: Store) -> str:
    """Return how many items behaviour made that another item has, in words; empty: none."""
    if not given(store.workspace.toml, "behaviour", "makes_items"):
        return ""
    table = store.items().select(["item_id", "title", "attributes", "picture"])
    others, bare = OtherIds(), []
    for item_id, title, attributes, picture in zip(*table.to_pydict().values(), strict=True):
        own = json.loads(attributes)
        others.take(item_id, ids_in(own))
        if title == item_id and not own and picture is None:
            bare.append(item_id)
    named = {said: others.find(said) for said in bare}
    found = {said: one for said, one in named.items() if one is not None and one.item != said}
    if not found:
        return ""
    said, one = next(iter(found.items()))
    items, have = ("1 item", "has") if len(found) == 1 else (f"{len(found):,} items", "have")
    item = "several items" if one.item == SEVERAL else one.item
    return TWICE.format(items=items, have=have, said=said, column=one.column, item=item)
