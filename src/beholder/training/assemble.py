"""From a fitted blend to the parts of a bundle: one way, for serving and for measuring."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from beholder.bundle.choice import Choice
from beholder.bundle.parts import Parts
from beholder.dataset.build import ITEM_COLUMNS
from beholder.dataset.content import ContentSpace
from beholder.dataset.dataset import Dataset
from beholder.dataset.new_items import Likeness, cosines_of, weighed
from beholder.scorers import rows
from beholder.training.refit import Fitted

KEPT = 200


def parts_of(
    fitted: Fitted,
    dataset: Dataset,
    items: pa.Table,
    version: int,
    similar: sp.csr_array | None = None,
) -> Parts:
    """Assemble what a bundle holds.

    Parameters
    ----------
    items
        Item table in order of position, with `ITEM_COLUMNS`.
    version
        Catalogue version of that table.
    similar
        `similar_rows` of the data set's content, if they were made before.
    """
    evaluation: dict[str, Any] = {}
    if fitted.evidence is not None:
        evaluation["validation"] = msgspec.to_builtins(fitted.evidence)
    return Parts(
        items=items.select(list(ITEM_COLUMNS)),
        blend=fitted.blend,
        popularity=fitted.popularity,
        known=dataset.interactions.item_counts > 0,
        similar=similar if similar is not None else similar_rows(dataset.content, fitted.likeness),
        content=dataset.content,
        choice=choice_of(fitted, version),
        evaluation=evaluation,
    )


def choice_of(fitted: Fitted, version: int) -> Choice:
    """Return why a blend is what it is."""
    return Choice(
        fitted.weights,
        version,
        tuple(fitted.members),
        dict(fitted.likeness),
        tuple(fitted.notes),
        fitted.plan,
    )


def similar_rows(space: ContentSpace, likeness: Likeness, kept: int = KEPT) -> sp.csr_array:
    """Return what looks and reads alike, 0 to 1: the largest of each row."""
    n = space.n_items
    similar = weighed(cosines_of(space), likeness, n)
    total = np.float32(max(sum(likeness.values()), 1e-12))
    step = rows.block_height(max(n, 1))
    blocks = []
    for start in range(0, n, step):
        block = np.arange(start, min(start + step, n))
        alike = similar(block)
        alike[np.arange(len(block)), block] = 0
        near = rows.cut(alike, kept)
        near.data /= total
        blocks.append(near)
    if not blocks:
        return sp.csr_array((n, n), dtype=np.float32)
    return sp.csr_array(sp.vstack(blocks, format="csr"))
