"""Items of about the same year, price or size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beholder.blending.members import members_of
from beholder.dataset.numbers import number_names, numbers_of
from beholder.engine.late import Arrived, grow, ungrown
from beholder.errors import UsageError
from beholder.models import numbers
from beholder.models.numbers import Numbers, NumbersSettings, nearest_rows
from beholder.scorers import item_item
from beholder.scorers.interface import Query
from beholder.spaces import Modality
from beholder.testing.model_checks import served
from beholder.testing.sample_dataset import sample_dataset, without

YEAR = "number:year"


def test_rows_are_the_nearest_by_year_to_a_power() -> None:
    dataset = sample_dataset()
    space = dataset.content.numbers[YEAR]
    expected = space.cosines(slice(None)).astype(np.float64) ** 2.5
    np.fill_diagonal(expected, 0)
    found = Numbers.fit(dataset, NumbersSettings(YEAR, power=2.5)).rows.toarray()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


def test_of_many_the_nearest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("KEPT", "FEWEST"):
        monkeypatch.setattr(item_item, bound, 4)
    monkeypatch.setattr(numbers, "STEP", 7)
    space = sample_dataset().content.numbers[YEAR]
    rows, whole = nearest_rows(space), space.cosines(slice(None))
    np.fill_diagonal(whole, 0)
    for item in np.flatnonzero(space.present):
        own = rows[[item]].toarray()[0]
        np.testing.assert_allclose(np.sort(own)[-4:], np.sort(whole[item])[-4:], rtol=1e-6)
        assert (own > 0).sum() == 4


def test_an_item_that_comes_later_is_near_by_its_year() -> None:
    dataset = sample_dataset()
    parts = served(Numbers, dataset)
    twin = int(np.flatnonzero(dataset.interactions.item_counts == 0)[0])
    content = {YEAR: dataset.numbers[YEAR].at(np.array([twin]))}
    nothing = {YEAR: Modality.empty(1, 1)}
    arrived = Arrived([""], content).plus(Arrived([""], nothing))
    groups = np.full(dataset.n_items + 2, -1, np.int32)
    blend = grow(parts, ungrown(parts), arrived, groups).blend
    warm = np.flatnonzero(dataset.interactions.item_counts)
    for item in warm[:8].tolist():
        query = Query(np.array([item], np.int32), np.ones(1, np.float32), np.array([0, 1]))
        scores = blend.read(query).all
        assert scores[-2] == pytest.approx(scores[twin])
        assert scores[-1] == 0
    assert blend.item_item.layers[0].columns.nnz


def test_each_number_is_a_member_by_its_name() -> None:
    dataset = sample_dataset()
    more = {**dataset.numbers, "number:weight": dataset.numbers[YEAR]}
    both = replace(dataset, numbers=more)
    found, _ = members_of(both, ["numbers"])
    assert [one.name for one in found] == ["numbers:year", "numbers:weight"]
    assert {trial.modality for trial in found[1].trials} == {"number:weight"}
    (one,), _ = members_of(both, ["numbers:weight"])
    assert one.name == "numbers:weight"
    with pytest.raises(UsageError, match="no member 'numbers:yaer': no attribute"):
        members_of(both, ["numbers:yaer"])
    _, left_out = members_of(without(dataset, "numbers"), ["numbers", "words"])
    assert left_out == ["numbers is left out: there are no numbers"]
    same = Modality.of_rows(np.ones((dataset.n_items, 1)), np.ones(dataset.n_items, bool))
    _, left_out = members_of(replace(dataset, numbers={YEAR: same}), ["numbers", "words"])
    assert left_out == ["numbers is left out: there are no numbers that tell enough items apart"]


def test_numbers_are_read_from_attributes_and_codes_are_none() -> None:
    items = [
        {"year": 1994, "price": "12.50", "product_code": 123, "title": "x", "sku": "0042"},
        {"year": "1994", "price": 3, "product_code": 124, "new": True},
        {"year": "soon", "price": None},
    ]
    items += [{"year": 2000}] * 20
    names = number_names(items, {})
    assert names == ["price", "year"]
    assert number_names(items, {"sku": "number", "year": "string"}) == ["price", "sku"]
    found = numbers_of(items, names)
    assert list(found) == ["number:price", "number:year"]
    assert found["number:price"].vectors[:, 0].tolist() == [12.5, 3.0]
    assert found["number:price"].present.tolist() == [True, True] + [False] * 21
    assert found["number:year"].vectors[:3, 0].tolist() == [1994, 1994, 2000]
