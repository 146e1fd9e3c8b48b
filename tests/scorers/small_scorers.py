"""Small scorers of every form, learned from nothing: their numbers are drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import scipy.sparse as sp

from beholder.scorers.blend import Blend, VectorMember
from beholder.scorers.entry import Entry, Kernel, Placed, SameGroup
from beholder.scorers.item_item import ItemItem
from beholder.scorers.reader import KINDS, Reader
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import FoldIn, Vectors
from beholder.testing.growth_checks import N_ITEMS, UNTOUCHED

TOUCHED = N_ITEMS - UNTOUCHED


def drawn_rows(seed: int, density: float = 0.5) -> sp.csr_array:
    """Return rows over the touched items, some entries below 0, without a diagonal."""
    rng = np.random.default_rng(seed)
    dense = np.zeros((N_ITEMS, N_ITEMS), np.float32)
    dense[:TOUCHED, :TOUCHED] = rng.normal(0.2, 0.5, (TOUCHED, TOUCHED))
    dense[rng.random(dense.shape) > density] = 0
    np.fill_diagonal(dense, 0)
    return sp.csr_array(dense)


def item_item() -> ItemItem:
    """Return rows whose new columns have all three kinds of terms."""
    entry = Entry(
        (Kernel("look", 2.0, 0.7), Kernel("sound", 1.0)),  # nothing is known of sounds
        (SameGroup(0.3),),
        (Placed(drawn_rows(7), 0.5),),
        power=2.0,
    )
    return ItemItem(drawn_rows(1), Recency(0.7, 0.9), entry)


def plain() -> ItemItem:
    """Return rows that say nothing of new items."""
    return ItemItem(drawn_rows(2, density=0.1))


def vectors(seed: int = 3) -> Vectors:
    """Return vectors of 6 numbers; untouched items have none."""
    items = np.random.default_rng(seed).normal(0, 0.5, (N_ITEMS, 6)).astype(np.float32)
    items[TOUCHED:] = 0
    return Vectors(items, FoldIn(0.2, 0.01), Recency(0.8), N_ITEMS)


def read(kind: str) -> Vectors:
    """Return vectors of 8 numbers whose histories a drawn network reads."""
    rng, d = np.random.default_rng(8), 8
    shapes = dict.fromkeys("QKVO", (d, d)) | {"P": (4, d), "A": (d, 2 * d), "B": (2 * d, d)}
    shapes |= {"W": (d, 3 * d), "U": (d, 3 * d), "b": (3 * d,), "c": (3 * d,)}
    shapes |= {"first": (2, d), "second": (2, d)}
    arrays = {n: rng.normal(0, 0.5, shape).astype(np.float32) for n, shape in shapes.items()}
    items = rng.normal(size=(N_ITEMS, d)).astype(np.float32)
    items[TOUCHED:] = 0
    return Vectors(items, Reader(kind, arrays), Recency(0.8), N_ITEMS)


def blend() -> Blend:
    """Return a blend without vectors; several items have no popularity."""
    base = np.maximum(np.random.default_rng(4).normal(0, 0.3, N_ITEMS), 0).astype(np.float32)
    base[TOUCHED:] = 0
    return Blend(item_item(), base, mass=2.5)


def vector_blend() -> Blend:
    """Return the same with two vector members, which count differently for each item."""
    rng, members = np.random.default_rng(5), []
    for seed, new in ((3, 0.4), (6, 0.8)):
        factors = rng.random(N_ITEMS).astype(np.float32)
        factors[TOUCHED:] = new
        members.append(VectorMember(vectors(seed), factors, new))
    return replace(blend(), vectors=tuple(members))


SCORERS = {
    "item-item": item_item,
    "item-item without entry": plain,
    "vectors": vectors,
    **{f"vectors read by {kind}": partial(read, kind) for kind in KINDS},
    "blend": blend,
    "blend with vectors": vector_blend,
}
