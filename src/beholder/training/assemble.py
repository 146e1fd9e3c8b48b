"""From a fitted blend to the parts of a bundle: one way, for serving and for measuring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from beholder.bundle.choice import Choice
from beholder.bundle.parts import Parts
from beholder.dataset.build import ITEM_COLUMNS
from beholder.dataset.dataset import Dataset
from beholder.rules.facets import Facets
from beholder.rules.values import FacetType
from beholder.spaces import Similarity, similar_rows
from beholder.training.refit import Fitted

SIMILAR = 200  # entries a row of what is alike
COMPARED = 20_000  # items above which they are compared when asked


def parts_of(
    fitted: Fitted,
    dataset: Dataset,
    items: pa.Table,
    version: int,
    declared: Mapping[str, FacetType] | None = None,
    similar: sp.csr_array | None = None,
) -> Parts:
    """Assemble what a bundle holds.

    Parameters
    ----------
    items
        Item table in order of position, with `ITEM_COLUMNS`.
    version
        Catalogue version of that table.
    declared
        Types of attributes, by the settings; others are guessed.
    similar
        Rows of what is alike by the same likeness, if they were made before.
    """
    evaluation: dict[str, Any] = {}
    if fitted.evidence is not None:
        evaluation["validation"] = msgspec.to_builtins(fitted.evidence)
    content = dataset.content.weighed(fitted.likeness) if fitted.likeness else dataset.content
    attributes = [msgspec.json.decode(text or "{}") for text in items["attributes"].to_pylist()]
    return Parts(
        items=items.select(list(ITEM_COLUMNS)),
        blend=fitted.blend,
        popularity=fitted.popularity,
        known=dataset.interactions.item_counts > 0,
        similar=similar if similar is not None else _similar(content),
        content=content,
        facets=Facets.of(attributes, declared or {}),
        choice=choice_of(fitted, version),
        evaluation=evaluation,
        ranker=fitted.ranker,
        heads=fitted.heads,
    )


def _similar(content: Similarity) -> sp.csr_array:
    """Compare all items, where that is a matter of seconds."""
    n = len(content)
    if n > COMPARED:
        return sp.csr_array((n, n), dtype=np.float32)
    return similar_rows(content, SIMILAR)


def choice_of(fitted: Fitted, version: int) -> Choice:
    """Return why a blend is what it is."""
    return Choice(
        fitted.weights,
        version,
        tuple(fitted.members),
        dict(fitted.likeness),
        tuple(fitted.notes),
        fitted.plan,
        fitted.first_look,
        fitted.ranking,
        fitted.outcomes,
    )
