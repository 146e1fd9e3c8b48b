"""Variants of one product as one card: the best of them stands for all."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from beholder.engine.overlay import Overlay
from beholder.errors import UsageError
from beholder.index.best import best
from beholder.scorers.interface import Floats, Mask, Positions

Variants = Literal["all", "one"]
MOST = 60  # variants of a product that its page shows


def asked_for_one(variants: Variants | None) -> bool:
    """Return whether an answer has one variant of each product.

    Raises
    ------
    UsageError
        If it is neither `all` nor `one`.
    """
    if variants not in (None, "all", "one"):
        raise UsageError(f"variants is {variants!r}", remedy="all or one", field="variants")
    return variants == "one"


def firsts(groups: Positions) -> NDArray[np.int64]:
    """Return the places of what is first of its product, in order; `groups` as in `Overlay`."""
    _, first = np.unique(_apart(groups), return_index=True)
    return np.sort(first)


def one_each(view: Overlay, scores: Floats, among: Mask) -> Mask:
    """Return of some items, bool (n,), the one of each product that has the best score."""
    if not view.varies:
        return among
    grouped = np.flatnonzero(among & (view.groups >= 0))
    order = grouped[np.lexsort((view.ties[grouped], -scores[grouped]))]
    found = among & (view.groups < 0)
    found[order[firsts(view.groups[order])]] = True
    return found


def best_of_each(view: Overlay, scores: NDArray[np.floating], k: int, among: Mask) -> Positions:
    """Return the best k of some items, best first, the first of each product.

    Of a few places this is much cheaper than `one_each`, which tells of all items.
    """
    taken = k
    while True:
        chosen = best(scores, taken, view.ties, among)
        first = chosen[firsts(view.groups[chosen])]
        if len(first) >= k or len(chosen) < taken:
            return first[:k]
        taken *= 4


def with_pictures(view: Overlay, among: Mask) -> Mask:
    """Return some items, bool (n,), without pictureless ones whose product has others among them.

    For orders that say nothing about how good an item is, such as the newest first.
    """
    stands = np.zeros(len(view.products.codes) + 1, bool)  # the last: of no product, group -1
    stands[view.groups[among & view.pictured & (view.groups >= 0)]] = True
    return among & (view.pictured | ~stands[view.groups])


def how_many(view: Overlay, among: Mask, *, one: bool) -> int:
    """Return how many items there are, bool (n,), or products if one of each is wanted."""
    if not one or not view.varies:
        return int(np.count_nonzero(among))
    groups = view.groups[among]
    return int(np.count_nonzero(groups < 0) + np.count_nonzero(np.bincount(groups[groups >= 0])))


def without_products_of(view: Overlay, items: Positions, among: Mask) -> Mask:
    """Return of some items, bool (n,), those that are no variants of any of these."""
    if not view.varies:
        return among
    groups = view.groups[items]
    groups = groups[groups >= 0]
    return among & ~np.isin(view.groups, groups) if len(groups) else among


def products(view: Overlay) -> NDArray[np.int64]:
    """Return int64 (n,). Variants of one product have one number, all others their own."""
    return _apart(view.groups)


def others(view: Overlay, positions: Positions, able: Mask) -> dict[str, int]:
    """Return how many other variants may be shown, by id, of items that have some."""
    groups = view.groups[positions]
    if not view.varies:
        return {}
    counts = np.bincount(view.groups[able & (view.groups >= 0)], minlength=len(view.products.codes))
    found = {}
    for position, group in zip(positions.tolist(), groups.tolist(), strict=True):
        n = int(counts[group]) - int(able[position]) if group >= 0 else 0
        if n > 0:
            found[view.cards[position].id] = n
    return found


def all_of_product(view: Overlay, position: int) -> list[int]:
    """Return the shown variants of an item's product with itself, as they came; else nothing.

    Of more than `MOST` the first, and the item in the last place.
    """
    group = view.groups[position]
    same = view.shown & (view.groups == group) if group >= 0 else view.shown[:0]
    found: list[int] = np.flatnonzero(same).tolist()
    if len(found) < 2:
        return []
    head = found[:MOST]
    return head if position in head else [*head[:-1], position]


def _apart(groups: Positions) -> NDArray[np.int64]:
    own = np.arange(len(groups), dtype=np.int64) + int(groups.max(initial=-1)) + 1
    return np.where(groups >= 0, groups, own)
