"""What shops say of an item that is not for sale, or not to be seen: counted, for it is shown."""

from __future__ import annotations

from beholder.catalogue.plain_names import plain

NO = frozenset({"0", "-1", "false", "no"})
OFF = frozenset({"archived", "deleted", "disabled", "discontinued", "draft", "inactive"})
UNSEEN = frozenset({"hidden", "private"})
# By the names of columns in exports of Shopify, WooCommerce and others.
SAID = {
    "active": NO, "enabled": NO, "published": NO, "visible": NO, "status": OFF,
    "visibility": UNSEEN, "visibilityincatalog": UNSEEN,
}  # fmt: skip
SHOWN = (
    "rows whose {column} is {value}: their items are shown like all others (leave them out, hide "
    "them with `beholder item hide`, or ban them by a rule)"
)


def withdrawn(column: str, value: object) -> str:
    """Return what a row says so by, in words; empty: it does not."""
    words = SAID.get(plain(column), frozenset())
    told = str(value).strip().casefold().removesuffix(".0")
    return SHOWN.format(column=column, value=told) if told in words else ""
