"""Variants: the same product in another colour or pattern, the more popular ones first.

    rows[i, j] = (1 + n_j)^power where i and j are variants of one product

n_j being the pairs of item j. Words and pictures say that two items are alike; that they are
one product is a fact of its own, and the strongest one about an item that nobody has touched.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models.contract import BEHAVIOUR, BOTH, ONCE, Card, FitOptions
from beholder.scorers import rows
from beholder.scorers.entry import Entry, SameGroup
from beholder.scorers.item_item import ItemItem, kept_of
from beholder.scorers.recency import Recency


class VariantsSettings(msgspec.Struct, frozen=True):
    """Settings of `Variants`.

    Attributes
    ----------
    power
        How much popularity counts among the variants of a product; 0: not at all.
    decay
        Recency of the history.
    """

    power: float = 0.5
    decay: float = 0.9


class Variants:
    """(1 + n_j)^power between the members of each of `dataset.groups`."""

    Settings: ClassVar[type[msgspec.Struct]] = VariantsSettings
    card: ClassVar[Card] = Card(
        "variants",
        "docs/how-it-works.md",
        frozenset({"products"}),
        BOTH,
        "light",
        (VariantsSettings(),),
        new_alone=True,
        also=BEHAVIOUR,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Return what each variant says of the others; nothing where no product is known."""
        learned = rows.cut(offered(dataset, settings), kept_of(dataset.n_items))
        return ItemItem(learned, Recency(settings.decay), Entry(groups=(SameGroup(),)))


def offered(dataset: Dataset, settings: VariantsSettings) -> sp.csr_array:
    """Return the weight of each variant for the others of its product."""
    groups, counts = dataset.groups, dataset.interactions.item_counts
    shape = (dataset.n_items, int(groups.max(initial=-1)) + 1)
    grouped = np.flatnonzero(groups >= 0)
    order = grouped[np.lexsort((-counts[grouped], groups[grouped]))]
    # The place of each among its group: those beyond what a row keeps are never formed.
    sizes = np.bincount(groups[grouped], minlength=shape[1])
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    told = order[place <= kept_of(dataset.n_items)]
    weight = (1.0 + counts[told]) ** settings.power
    member = sp.csr_array((np.ones(len(grouped)), (grouped, groups[grouped])), shape=shape)
    popular = sp.csr_array((weight, (told, groups[told])), shape=shape)
    between = sp.csr_array(member @ popular.T, dtype=np.float32)
    between.setdiag(0)
    between.eliminate_zeros()
    return between
