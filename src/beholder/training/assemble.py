"""From a fitted blend to the parts of a bundle: one way, for serving and for measuring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pyarrow as pa

from beholder.bundle.choice import Choice
from beholder.bundle.parts import Parts
from beholder.dataset.build import ITEM_COLUMNS
from beholder.dataset.dataset import Dataset
from beholder.rules.facets import Facets
from beholder.rules.values import FacetType
from beholder.spaces import similar_rows
from beholder.training.refit import Fitted

SIMILAR = 200  # entries a row of what is alike


def parts_of(
    fitted: Fitted,
    dataset: Dataset,
    items: pa.Table,
    version: int,
    declared: Mapping[str, FacetType] | None = None,
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
    """
    evaluation: dict[str, Any] = {}
    if fitted.evidence is not None:
        evaluation["validation"] = msgspec.to_builtins(fitted.evidence)
    choice = Choice(
        fitted.weights,
        version,
        tuple(fitted.members),
        dict(fitted.likeness),
        tuple(fitted.notes),
        fitted.plan,
    )
    content = dataset.content.weighed(fitted.likeness) if fitted.likeness else dataset.content
    attributes = [msgspec.json.decode(text or "{}") for text in items["attributes"].to_pylist()]
    return Parts(
        items=items.select(list(ITEM_COLUMNS)),
        blend=fitted.blend,
        popularity=fitted.popularity,
        known=dataset.interactions.item_counts > 0,
        similar=similar_rows(content, SIMILAR),
        content=content,
        facets=Facets.of(attributes, declared or {}),
        choice=choice,
        evaluation=evaluation,
    )
