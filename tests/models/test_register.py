"""Registering a model: names are new, and a card that lies is refused with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
import scipy.sparse as sp

import beholder
from beholder.blending.members import check_names
from beholder.errors import UsageError
from beholder.models.contract import ONCE, Card
from beholder.models.registry import ALL, MODELS
from beholder.scorers.item_item import ItemItem
from beholder.scorers.vectors import FoldIn, Vectors
from beholder.training.auto import Budget, fit_auto
from planted import dataset_of, make_world

EVENTS = {
    "user": np.arange(60) // 3,
    "item": np.arange(60) * 7 % 10,
    "time": np.arange(60) + 1,
}


class Plain(msgspec.Struct, frozen=True):
    weight: float = 1.0


GOOD = Card("mine", "nowhere", frozenset({"behaviour"}), frozenset({"warm"}), "light", (Plain(),))


class Wide(Plain, frozen=True):
    factors: int = 4


FACTORS = GOOD._replace(factors=True, trials=(Wide(),))


def model_of(card: Any = GOOD, settings: Any = Plain, gives: Any = None) -> type:
    """Return a new class with this card, whose `fit` gives what is said."""

    def fit(cls: type, dataset: Any, asked: Any, options: Any = ONCE) -> Any:
        n = dataset.n_items
        return ItemItem(sp.csr_array(np.ones((n, n), np.float32))) if gives is None else gives(n)

    return type("Mine", (), {"card": card, "Settings": settings, "fit": classmethod(fit)})


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = dict(MODELS)
    yield
    MODELS.clear()
    MODELS.update(before)


def test_a_registered_model_has_a_name_like_ours() -> None:
    with pytest.raises(UsageError):
        check_names(["mine"])
    mine = model_of()
    assert beholder.register(mine) is mine
    check_names(["mine"])
    assert beholder.fit(EVENTS, model="mine", budget="2s").members[0].model == "mine"


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.card.name)
def test_our_own_models_say_what_they_should(model: type) -> None:
    from beholder.models.card import check_card

    assert check_card(model) is model.card


def test_the_name_of_another_model_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"'ease' already: beholder.models.ease.Ease.*another name"
    ):
        beholder.register(model_of(GOOD._replace(name="ease")))
    assert MODELS["ease"].__module__ == "beholder.models.ease"


def test_a_class_that_is_defined_again_takes_its_own_place() -> None:
    beholder.register(model_of())
    second = beholder.register(model_of(GOOD._replace(paper="here")))
    assert MODELS["mine"] is second


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("mine", "card is a str, wanted a Card"),
        (GOOD._replace(name="My Model"), r"card.name is 'My Model', wanted a-z"),
        (GOOD._replace(name="a:b"), "card.name is 'a:b'"),
        (GOOD._replace(name=3), "card.name is 3"),
        (GOOD._replace(paper=None), "card.paper is None, wanted words"),
        (GOOD._replace(learns={"behaviour"}), "card.learns is .*wanted a frozenset of behaviour"),
        (GOOD._replace(learns=frozenset({"clicks"})), "card.learns"),
        (GOOD._replace(speaks_of=frozenset()), "card.speaks_of is .*wanted a frozenset of warm"),
        (GOOD._replace(speaks_of="warm"), "card.speaks_of is 'warm'"),
        (GOOD._replace(cost="cheap"), "card.cost is 'cheap', wanted one of light, solve"),
        (GOOD._replace(trials=()), r"card.trials is \(\), wanted a tuple of Settings"),
        (GOOD._replace(trials=[Plain()]), "card.trials is"),
        (GOOD._replace(trials=(3,)), "card.trials holds a int, wanted Plain"),
        (GOOD._replace(baseline=("x",)), "card.baseline holds a str, wanted Plain"),
        (GOOD._replace(modalities=True), "card.modalities is set, .*no field 'modality'"),
        (GOOD._replace(factors=True), "card.factors is set, .*no field 'factors'"),
        (GOOD._replace(factors="no"), "card.factors is 'no', wanted True or False"),
        (GOOD._replace(needs=5), "card.needs is 5"),
        (GOOD._replace(part="popularity"), "is a 'popularity', only members"),
    ],
)
def test_a_card_that_lies_is_refused(card: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        beholder.register(model_of(card))
    assert "mine" not in MODELS


def test_settings_and_fit_have_to_be_what_they_are_called() -> None:
    with pytest.raises(UsageError, match=r"Settings is no class of msgspec.Struct"):
        beholder.register(model_of(settings=dict))
    mine = model_of()
    mine.fit = lambda dataset, settings, options: None
    with pytest.raises(UsageError, match="fit is no class method"):
        beholder.register(mine)


def shaped(n: int, more: int = 0, value: float = 1.0, kind: type = np.float32) -> ItemItem:
    return ItemItem(sp.csr_array(np.full((n + more, n + more), value, kind)))


@pytest.mark.parametrize(
    ("gives", "words"),
    [
        (lambda n: [1.0] * n, "model mine: fit gave a list, wanted an ItemItem or Vectors"),
        (lambda n: shaped(n, more=2), "a scorer of 12 items, there are 10"),
        (lambda n: shaped(n, value=np.nan), "not finite"),
        (lambda n: shaped(n, kind=np.float64), "numbers of float64, wanted float32"),
    ],
)
def test_what_cannot_be_served_is_refused_when_it_has_learned(gives: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        beholder.fit(EVENTS, model=model_of(gives=gives), budget="2s")


@pytest.mark.parametrize("cost", ["light", "gradient"])
def test_a_model_that_fails_is_named_with_its_error(cost: str) -> None:
    def broken(n: int) -> ItemItem:
        raise ZeroDivisionError("kaboom")

    model = model_of(GOOD._replace(cost=cost), gives=broken)
    with pytest.raises(UsageError, match="model mine: fit failed with ZeroDivisionError: kaboom"):
        beholder.fit(EVENTS, model=model, budget="2s")


def vectors(n: int, width: int = 4) -> Vectors:
    return Vectors(np.ones((n, width), np.float32), FoldIn(0.1, 0.003), n_fitted=n)


@pytest.mark.parametrize("others", [(), ("itemknn",)])
def test_vectors_that_the_card_keeps_silent_about_are_refused(others: tuple[str, ...]) -> None:
    """Else they would get round the check that answers stay quick."""
    beholder.register(model_of(gives=vectors))
    found = dataset_of(make_world(n_items=40, n_users=30))
    with pytest.raises(
        UsageError, match=r"model mine: card.factors is False, and fit gave Vectors: set it"
    ):
        fit_auto(found, Budget(600, 1), only=["mine", *others])


def test_a_card_that_speaks_of_vectors_where_there_are_none_is_refused() -> None:
    mine = model_of(FACTORS, Wide)
    with pytest.raises(UsageError, match=r"card.factors is True, and fit gave ItemItem"):
        beholder.fit(EVENTS, model=mine, budget="2s")


def test_vectors_of_no_numbers_are_no_setting() -> None:
    with pytest.raises(UsageError, match=r"card.trials holds factors of 0, wanted 1 or more"):
        beholder.register(model_of(FACTORS._replace(trials=(Wide(factors=0),)), Wide))


def test_vectors_longer_than_the_settings_say_are_refused() -> None:
    mine = model_of(FACTORS, Wide, gives=lambda n: vectors(n, 5))
    with pytest.raises(UsageError, match=r"vectors of 5 numbers, and settings.factors is 4"):
        beholder.fit(EVENTS, model=mine, budget="2s")
    beholder.fit(EVENTS, model=model_of(FACTORS, Wide, gives=vectors), budget="2s")
    beholder.fit(EVENTS, model=model_of(FACTORS, Wide, lambda n: vectors(n, 3)), budget="2s")


def test_a_model_that_lacks_what_it_learns_from_is_named() -> None:
    seeing = model_of(GOOD._replace(learns=frozenset({"pictures"})))
    with pytest.raises(UsageError, match="mine is left out: there are no vectors of pictures"):
        beholder.fit(EVENTS, model=seeing, budget="2s")
    found = beholder.fit(EVENTS, budget="2s")
    assert "mine is left out: there are no vectors of pictures" in found.notes
