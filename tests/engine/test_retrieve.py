"""Summing only what a history touches gives the list that summing everything gives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.engine.retrieve import DENSE, retrieve
from beholder.index.best import best
from beholder.models.blend import Blend, Gathered
from beholder.models.interface import Query

N = DENSE + 5_000


@pytest.fixture(scope="module")
def blend() -> Blend:
    """More items than are summed densely; a third of the entries is below 0."""
    rng = np.random.default_rng(1)
    rows = 400  # only these have entries, enough for any history here
    indptr = np.concatenate([np.arange(rows + 1) * 60, np.full(N - rows, rows * 60)])
    columns = np.concatenate([rng.choice(N, 60, replace=False) for _ in range(rows)])
    data = rng.normal(0.2, 0.5, rows * 60).astype(np.float32)
    matrix = sp.csr_array((data, columns.astype(np.int32), indptr), shape=(N, N))
    base = (0.05 * rng.random(N) ** 8).astype(np.float32)
    base[rng.random(N) < 0.5] = 0
    return Blend(matrix, base, 0.9, mass=4.0)


def slow(
    blend: Blend, gathered: Gathered, mask: np.ndarray, taken: np.ndarray | None, k: int
) -> np.ndarray:
    scores = blend.summed(gathered)
    if taken is not None:
        scores = scores - taken
    return best(np.where(mask, scores, -np.inf), k, blend.ties)


def a_question(blend: Blend, seed: int, length: int) -> Gathered:
    rng = np.random.default_rng(seed)
    items = rng.choice(400, length, replace=False).astype(np.int32)
    return blend.gather(Query(items, rng.uniform(0.1, 1, length).astype(np.float32)))


def masks(blend: Blend, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    narrow = np.zeros(N, bool)
    narrow[rng.choice(N, 30, replace=False)] = True
    no_leaders = np.ones(N, bool)
    no_leaders[blend.leaders] = False
    return {
        "all": np.ones(N, bool),
        "half": rng.random(N) < 0.5,
        "few": narrow,
        "none": np.zeros(N, bool),
        "without the popular": no_leaders,
    }


@pytest.mark.parametrize("name", ["all", "half", "few", "none", "without the popular"])
@pytest.mark.parametrize("disliked", [False, True])
def test_the_quick_way_finds_what_the_slow_one_finds(
    blend: Blend, name: str, disliked: bool
) -> None:
    for seed in range(6):
        for length in (0, 1, 5, 40):
            gathered = a_question(blend, seed, length)
            mask = masks(blend, seed)[name]
            taken = None
            if disliked:
                rng = np.random.default_rng(seed)
                taken = np.where(rng.random(N) < 0.05, rng.random(N), 0).astype(np.float32)
            for k in (1, 20, 200):
                expected = slow(blend, gathered, mask, taken, k)
                found, scores = retrieve(blend, gathered, mask, taken, k)
                np.testing.assert_allclose(
                    scores, slow_scores(blend, gathered, taken)[expected], atol=1e-5
                )
                assert len(found) == len(expected)
                assert mask[found].all()
                assert len(set(found.tolist())) == len(found)


def slow_scores(blend: Blend, gathered: Gathered, taken: np.ndarray | None) -> np.ndarray:
    scores = blend.summed(gathered)
    return scores if taken is None else scores - taken


def test_asking_twice_gives_the_same(blend: Blend) -> None:
    """The arrays that a thread keeps are clean for the next question."""
    everything = np.ones(N, bool)
    first = retrieve(blend, a_question(blend, 1, 30), everything, None, 20)
    retrieve(blend, a_question(blend, 2, 30), everything, None, 20)
    again = retrieve(blend, a_question(blend, 1, 30), everything, None, 20)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
