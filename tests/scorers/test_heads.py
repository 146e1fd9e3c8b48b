"""Heads: what they say, by hand, and that what is not whole is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beholder.scorers.features import Reads
from beholder.scorers.heads import Heads, Net, said
from beholder.scorers.outcome_features import TASKS, names_of, records_of


def test_what_heads_say_is_the_one_by_hand() -> None:
    # GELU(1) = .8412 in the first layer and GELU(.8412) = .6728 in the second.
    one = np.array([[1.0]])
    net = Net((one, one), (np.zeros(1), np.zeros(1)), np.array([[1.0, 2.0]]), np.ones(2), one[0])
    f = net(np.array([[1.0], [0.0]]))
    np.testing.assert_allclose(f, [[1.6728, 2.3456], [1, 1]], atol=1e-3)
    np.testing.assert_allclose(net(np.array([[0.0]]), np.array([2.0])), [[3, 3]])
    told = said(np.array([[0.0, 1.5], [np.log(3), -0.5]]), 1)
    np.testing.assert_allclose(told, [[0.5, 1], [0.75, 0]])


def test_what_followed_before_is_drawn_to_the_usual() -> None:
    sums, counts = np.array([[5.0] * 4, [0.0] * 4]), np.array([[20.0] * 4, [0.0] * 4])
    found = records_of(sums, counts, np.array([30.0, 0.0]), np.full(4, 0.05))
    np.testing.assert_allclose(found[0], [6 / 40] * 4 + [np.log(31)], rtol=1e-6)
    np.testing.assert_allclose(found[1], [0.05] * 4 + [0], rtol=1e-6)


@pytest.fixture
def heads() -> Heads:
    reads = Reads(codes=("brand",))
    n, rng = len(names_of(reads)), np.random.default_rng(1)

    def some(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    net = Net((some(n, 8),), (some(8),), some(8, 2), some(2), some(2))
    records = some(6, len(TASKS) + 1)
    ones = np.ones(n, np.float32)
    return Heads(reads, ("click", "watch"), net, some(0, 0), some(6), records, some(n), ones)


def test_it_is_the_same_when_it_is_opened_again(heads: Heads, tmp_path: Path) -> None:
    heads.save(tmp_path)
    again = Heads.load(tmp_path)
    assert (again.tasks, again.reads) == (heads.tasks, heads.reads)
    for one, other in zip(again.net.arrays, heads.net.arrays, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean", np.zeros(3, np.float32)),
        ("spread", np.zeros(17, np.float32)),
        ("records", np.zeros((6, 3), np.float32)),
        ("liked", np.full(6, np.nan, np.float32)),
        ("directions", np.zeros(5, np.float32)),
        ("tasks", ("watch", "click")),
        ("tasks", ("click", "watch", "rating")),
    ],
)
def test_what_is_not_whole_is_refused(
    heads: Heads, tmp_path: Path, name: str, value: object
) -> None:
    replace(heads, **{name: value}).save(tmp_path)
    with pytest.raises(ValueError, match="heads"):
        Heads.load(tmp_path)


def huge(heads: Heads, **parts: np.ndarray) -> Heads:
    return replace(heads, net=heads.net._replace(**parts))


def test_finite_numbers_that_overflow_are_refused(heads: Heads, tmp_path: Path) -> None:
    """Each is finite, and what it says of some features would be none."""
    weight = np.full(heads.net.weights[0].shape, 1e38, np.float32)
    out = np.full(heads.net.out.shape, 3e38, np.float32)
    directions = np.full((3, 2), 1e30, np.float32)
    for bad in (huge(heads, weights=(weight,)), huge(heads, out=out)):
        with np.errstate(over="ignore", invalid="ignore"):
            z = np.where(np.arange(len(heads.mean)) % 2, 4, -4).astype(np.float32)[None]
            assert not np.isfinite(bad.net(z)).all(), "the control"
        bad.save(tmp_path)
        with pytest.raises(ValueError, match="heads have numbers so large"):
            Heads.load(tmp_path)
    replace(heads, directions=directions).save(tmp_path)
    with pytest.raises(ValueError, match="heads have numbers so large"):
        Heads.load(tmp_path)
