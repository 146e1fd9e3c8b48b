"""From a fitted blend to the parts of a bundle: one way, for serving and for measuring."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from beholder.bundle.parts import ITEM_COLUMNS, Choice, Parts
from beholder.dataset.content import ContentSpace
from beholder.dataset.dataset import Dataset
from beholder.models import rows
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
        similar=similar if similar is not None else similar_rows(dataset.content),
        placement=fitted.placement,
        content=dataset.content,
        choice=Choice(fitted.weights, version, fitted.table, fitted.notes),
        evaluation=evaluation,
    )


def similar_rows(space: ContentSpace, kept: int = KEPT) -> sp.csr_array:
    """Return what looks and reads alike: mean cosine over modalities, the largest of each row."""
    picture, words = space.main_picture, space.words
    n = len(picture.vectors) if picture is not None else words.vectors.shape[0] if words else 0
    modalities = max(1, (picture is not None) + (words is not None))
    blocks = []
    step = rows.block_height(max(n, 1))
    for start in range(0, n, step):
        height = min(step, n - start)
        alike = np.zeros((height, n), np.float32)
        if picture is not None:
            alike += np.maximum(picture.vectors[start : start + step] @ picture.vectors.T, 0)
        if words is not None:
            alike += words.cosines(slice(start, start + step))
        own = np.arange(height)
        alike[own, own + start] = 0
        near = rows.cut(alike, kept)
        near.data /= np.float32(modalities)
        blocks.append(near)
    if not blocks:
        return sp.csr_array((n, n), dtype=np.float32)
    return sp.csr_array(sp.vstack(blocks, format="csr"))
