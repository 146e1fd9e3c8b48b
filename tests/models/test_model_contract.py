"""Every registered model, and the blend that is served, keeps the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from beholder.models.blend import Blend, Weights, fold

from beholder.dataset.dataset import Dataset
from beholder.models.ease import Ease
from beholder.models.itemknn import ItemKNN
from beholder.models.popularity import Popularity
from beholder.models.registry import MODELS
from beholder.models.visual_knn import VisualKNN
from beholder.testing.model_checks import MODEL_CHECKS, PLACE_CHECKS, sample_dataset


class FoldedBlend(Blend):
    """The blend with a `fit`, over two members of behaviour and one of pictures."""

    class Settings(msgspec.Struct, frozen=True):
        largest: int = 1000

    @classmethod
    def fit(
        cls, dataset: Dataset, settings: Settings, seed: int, progress: Any, deadline: Any
    ) -> FoldedBlend:
        members = {"itemknn": ItemKNN, "ease": Ease, "visual-knn": VisualKNN}
        fitted = {name: member.fit(dataset, member.Settings()) for name, member in members.items()}
        popularity = Popularity.fit(dataset, Popularity.Settings()).counts
        weights = Weights(
            scale=dict.fromkeys(members, 1.0),
            warm={"itemknn": 1.0, "ease": 0.5},
            cold={"visual-knn": 0.7},
            popularity=0.01,
            mass=3.0,
        )
        cold = dataset.interactions.item_counts == 0
        folded = fold(fitted, popularity, cold, weights, settings.largest)
        return cls(folded.rows, folded.base, folded.decay, folded.mass)


@pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", MODELS)
def test_registered_models_keep_the_contract(name: str, check: Callable[[Any], None]) -> None:
    check(MODELS[name].model)


@pytest.mark.parametrize(
    "check",
    [check for check in MODEL_CHECKS if check not in PLACE_CHECKS],
    ids=lambda check: check.__name__,
)
def test_the_blend_keeps_the_contract(check: Callable[[Any], None]) -> None:
    """Late items enter a blend by `engine.late`, with cold weights: see tests/engine."""
    check(FoldedBlend)


def test_the_sample_has_what_the_checks_need() -> None:
    dataset = sample_dataset()
    counts = dataset.interactions.item_counts
    assert (counts == 0).sum() == 8
    assert len(set(counts[-6:].tolist())) == 1
    np.testing.assert_array_equal(dataset.interactions.matrix.todense()[:, -6:].sum(axis=1)[:6], 6)


def test_registered_names_are_the_models_own() -> None:
    assert {name: card.model.name for name, card in MODELS.items()} == {n: n for n in MODELS}
