"""Numbers of items: what is near, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from groups import everyone, grouped, modality

from beholder.spaces import Modality, NumberSpace, Similarity

YEARS = [1990, 1990, 1992, 1994, np.nan, 2000, 2004, 2010]


def told(values: list[float]) -> Modality:
    numbers = np.array(values, np.float64)
    return Modality.of_rows(numbers[:, None], np.isfinite(numbers))


def test_nearness_falls_by_what_two_items_differ_by_on_the_mean() -> None:
    space = NumberSpace.fit(told(YEARS), everyone(8))
    known = np.clip(np.array(YEARS)[np.isfinite(YEARS)], *np.nanpercentile(YEARS, [1, 99]))
    apart = np.abs(known[:, None] - known)
    spread = apart.sum() / (7 * 6)  # without each with itself
    assert space.spread == pytest.approx(spread)
    assert not space.by_ratio
    found = space.cosines(np.array([0, 4]))
    expected = np.exp(-np.abs(1990 - np.array(YEARS)) / spread)
    np.testing.assert_allclose(found[0], np.nan_to_num(expected), rtol=1e-5)
    assert not found[1].any()  # of the fifth no year is known
    pairs = space.pairs(np.array([0, 3, 4]), np.array([2, 7, 1]))
    np.testing.assert_allclose(
        pairs, [np.exp(-2 / spread), np.exp(-16 / spread), 0], rtol=1e-5, atol=1e-7
    )


def test_amounts_over_a_wide_range_are_compared_by_their_ratio() -> None:
    space = NumberSpace.fit(told([5, 10, 20, 50, 100, 200, 500]), everyone(7))
    assert space.by_ratio
    near = space.cosines(slice(None))
    np.testing.assert_allclose(near[0, 1], near[3, 4], rtol=1e-5)
    late = space.grown(3, told([10, 0, -5]))  # those that have no logarithm are unknown
    assert late.present.tolist() == [True] * 8 + [False] * 2
    np.testing.assert_allclose(late.cosines(np.array([7]))[0, 1], 1)


def test_a_few_odd_numbers_do_not_change_what_is_near() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(2000, 10, 400)
    clean = NumberSpace.fit(told(values.tolist()), everyone(400)).spread
    values[:3] = 0, 99_999, 1e12
    assert NumberSpace.fit(told(values.tolist()), everyone(400)).spread < 1.3 * clean


@pytest.mark.parametrize("values", [[1990.0, 2000.0, 2010.0], [7.0] * 30])
def test_of_hardly_any_or_equal_numbers_nothing_is_learned(values: list[float]) -> None:
    raw = {"words": [f"word{i % 3}" for i in range(len(values))]}
    found = Similarity.fit(raw, everyone(len(values)), numbers={"number:x": told(values)})
    assert found.numbers == {}


def test_it_learns_of_fitted_items_alone() -> None:
    fitted = everyone(40)
    fitted[::2] = False
    values = np.arange(40.0)
    other = np.where(fitted, values, values * 1000)
    spreads = [NumberSpace.fit(told(some.tolist()), fitted).spread for some in (values, other)]
    assert spreads[0] == spreads[1]


def test_numbers_grow_with_the_likeness_and_are_no_part_of_it(tmp_path: Path) -> None:
    raw, _ = grouped(8, 5)
    content, years = {"looks": modality(raw)}, told(YEARS)
    plain = Similarity.fit(content, everyone(8))
    whole = Similarity.fit(content, everyone(8), numbers={"number:year": years})
    np.testing.assert_array_equal(plain.block(slice(None)), whole.block(slice(None)))
    more = {"looks": modality(raw[:2]), "number:year": told([1993, np.nan])}
    grown = whole.grown(2, more).of(np.array([9, 8, 0]))
    np.testing.assert_array_equal(grown.numbers["number:year"].values, [np.nan, 1993, 1990])
    assert np.isnan(whole.grown(1, {}).numbers["number:year"].values[-1])
    whole.save(tmp_path)
    opened = Similarity.load(tmp_path).numbers
    assert list(opened) == ["number:year"]
    space = opened["number:year"]
    np.testing.assert_array_equal(space.values, YEARS)
    assert (space.spread, space.by_ratio) == (whole.numbers["number:year"].spread, False)


def test_candidates_are_those_that_stand_beside() -> None:
    space = NumberSpace.fit(told([9, 1, 5, 3, np.nan, 7, 11]), everyone(7))
    found = space.candidates(np.array([2, 4, 1]), 1)
    own = {row: set(found.positions[found.rows == row].tolist()) for row in range(3)}
    assert own == {0: {3, 2, 5}, 1: set(), 2: {1, 3}}
