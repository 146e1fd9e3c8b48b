"""Every registered model keeps the contract, and the contract notices those that do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import msgspec
import numpy as np
import pytest

from beholder.models.contract import BEHAVIOUR, BOTH, ONCE, FitOptions
from beholder.models.ease import ContentEase, Ease, EaseSettings
from beholder.models.ials import IALS
from beholder.models.itemknn import ItemKNN
from beholder.models.registry import ALL, MODELS
from beholder.models.sequence import Sequence
from beholder.models.visual_knn import VisualKNN
from beholder.testing.model_checks import MODEL_CHECKS
from beholder.testing.sample_dataset import sample_dataset, tastes

CHECKS = {check.__name__: check for check in MODEL_CHECKS}


def marked(name: str) -> Any:
    """Return the name of a model, marked where PyTorch trains it."""
    by_torch = MODELS[name].card.needs == "torch"
    lacking = pytest.mark.skipif(find_spec("torch") is None, reason="needs PyTorch")
    return pytest.param(name, marks=(pytest.mark.torch, lacking) if by_torch else ())


@pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", [marked(name) for name in MODELS])
def test_registered_models_keep_the_contract(name: str, check: Callable[[Any], None]) -> None:
    check(Brief if name == "sequence" else MODELS[name])


class Brief(Sequence):
    """Learns for a few epochs: what it promises hangs on no more, and it is fitted fifty times."""

    @classmethod
    def fit(cls, dataset, settings, options=ONCE):
        epochs = min(settings.epochs, 4)
        return super().fit(dataset, msgspec.structs.replace(settings, epochs=epochs), options)


def test_every_model_is_registered_once_under_its_own_name() -> None:
    assert len(MODELS) == len(ALL) == len(set(ALL))
    assert {name: model.card.name for name, model in MODELS.items()} == {n: n for n in MODELS}
    parts = [model.card.part for model in ALL]
    assert (parts.count("popularity"), parts.count("placing")) == (1, 1)


def test_the_sample_has_what_the_checks_need() -> None:
    dataset = sample_dataset()
    counts = dataset.interactions.item_counts
    assert (counts == 0).sum() == 8
    assert sorted(tastes()[counts == 0].tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert len(set(counts[-6:].tolist())) == 1
    np.testing.assert_array_equal(dataset.interactions.matrix.todense()[:, -6:].sum(axis=1)[:6], 6)


class Whimsical(Ease):
    """Draws without the seed."""

    @classmethod
    def fit(cls, dataset, settings, options=None):
        scorer = super().fit(dataset, settings)
        noise = np.random.default_rng().normal(1, 0.1, scorer.rows.nnz).astype(np.float32)
        scorer.rows.data *= noise
        return scorer


class Greedy(ItemKNN):
    """Changes what it learns from."""

    @classmethod
    def fit(cls, dataset, settings, options=None):
        dataset.interactions.matrix.data *= np.float32(1.01)
        return super().fit(dataset, settings)


class Deaf(IALS):
    """Learns in rounds whatever the clock and the plan say."""

    @classmethod
    def fit(cls, dataset, settings, options=None):
        return super().fit(dataset, settings, FitOptions(options.seed))


class Secretive(ContentEase):
    """Learns from content, and says nothing of it."""

    card = ContentEase.card._replace(name="secretive", also=frozenset())


class Boastful(Ease):
    """Says that it learns from pictures."""

    card = Ease.card._replace(name="boastful", also=frozenset({"pictures"}))


class Talkative(Ease):
    """Says that it speaks of new items."""

    card = Ease.card._replace(name="talkative", speaks_of=BOTH)


class Helpless(VisualKNN):
    """Fails where it has nothing to learn from."""

    @classmethod
    def fit(cls, dataset, settings, options=None):
        assert dataset.content.spaces
        return super().fit(dataset, settings)


class Contrary(ItemKNN):
    """Recommends what others like."""

    @classmethod
    def fit(cls, dataset, settings, options=None):
        scorer = super().fit(dataset, settings)
        return replace(scorer, rows=scorer.rows * np.float32(-1))


class Endless(Ease):
    """Gives scores that are no numbers."""

    @classmethod
    def fit(cls, dataset, settings, options=None):
        scorer = super().fit(dataset, settings)
        scorer.rows.data[:] = np.nan
        return scorer


class Nameless(Ease):
    card = Ease.card._replace(paper=" ")


class Foreign(Ease):
    class Own(msgspec.Struct, frozen=True):
        power: float = 1.0

    card = Ease.card._replace(trials=(EaseSettings(), Own()))


class Dependent(Ease):
    """Needs words, and calls them a supplement."""

    card = Ease.card._replace(learns=BEHAVIOUR, also=frozenset({"words"}))

    @classmethod
    def fit(cls, dataset, settings, options=None):
        assert any(dataset.texts)
        scorer = super().fit(dataset, settings)
        scorer.rows.data *= np.float32(len(dataset.texts[1]))
        return scorer


@pytest.mark.parametrize(
    ("good", "odd", "check"),
    [
        (Ease, Whimsical, "check_same_seed_gives_the_same_bytes"),
        (Ease, Endless, "check_it_gives_finite_scores"),
        (IALS, Deaf, "check_it_stops_at_a_deadline"),
        (IALS, Deaf, "check_it_does_as_many_rounds_as_a_plan_says"),
        (ContentEase, Secretive, "check_it_learns_from_what_its_card_says"),
        (Ease, Boastful, "check_it_learns_from_what_its_card_says"),
        (Ease, Dependent, "check_it_needs_no_more_than_its_card_says"),
        (Ease, Talkative, "check_it_speaks_of_what_its_card_says"),
        (Ease, Talkative, "check_it_tells_tastes_apart"),
        (ItemKNN, Contrary, "check_it_tells_tastes_apart"),
        (VisualKNN, Helpless, "check_it_learns_from_little"),
        (Ease, Nameless, "check_the_card_is_complete"),
        (Ease, Foreign, "check_the_card_is_complete"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_broken_promise_is_noticed(good: Any, odd: Any, check: str) -> None:
    CHECKS[check](good)
    with pytest.raises(AssertionError):
        CHECKS[check](odd)


def test_a_model_that_changes_its_dataset_is_noticed() -> None:
    sample_dataset.cache_clear()
    try:
        with pytest.raises(AssertionError):
            CHECKS["check_it_does_not_change_its_dataset"](Greedy)
    finally:
        sample_dataset.cache_clear()
