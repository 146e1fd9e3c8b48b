"""Every index keeps the contract; and what only one of them promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from beholder import tensors
from beholder.index import IVF, Exact, Index, choose, index_over, load_index, save_index
from beholder.testing.index_checks import INDEX_CHECKS, Make, Vectors, crowd

KINDS: dict[str, Make] = {"exact": Exact.over, "ivf": IVF.over}


def by_chance(make: Make) -> Make:
    """Return an index that looks at a part of its vectors only."""

    class Careless:
        def __init__(self, inner: Index) -> None:
            self.inner = inner

        def search(self, queries: Vectors, k: int, allowed: object = None) -> object:
            some = np.random.default_rng(0).random(len(self.inner)) < 0.9
            return self.inner.search(queries, k, some)

    return lambda vectors: Careless(make(vectors))  # type: ignore[return-value]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("check", INDEX_CHECKS, ids=lambda check: check.__name__)
def test_every_index_keeps_the_contract(check: Callable[[Make], None], kind: str) -> None:
    check(KINDS[kind])


def test_the_contract_notices_an_index_that_does_not_look_everywhere() -> None:
    checks = {check.__name__: check for check in INDEX_CHECKS}
    with pytest.raises(AssertionError):
        checks["check_the_nearest_are_found"](by_chance(Exact.over))


def test_the_exact_index_agrees_with_a_full_sort() -> None:
    vectors, queries = crowd(4_000), crowd(7, seed=1)
    expected = np.argsort(-(queries @ vectors.T), axis=1)[:, :30]
    np.testing.assert_array_equal(Exact.over(vectors).search(queries, 30).positions, expected)


@pytest.mark.parametrize("wanted", [0.5, 0.9, 0.99])
def test_the_calibration_says_what_a_search_reaches(wanted: float) -> None:
    vectors = crowd()
    index = IVF.over(vectors, recall=wanted)
    asking = np.arange(0, len(vectors), 60)  # not the vectors that it was calibrated with
    true = Exact.over(vectors).search(vectors[asking], 101).positions
    near = index.search(vectors[asking], 101).positions
    reached = np.mean([len(set(a) & set(b)) - 1 for a, b in zip(true, near, strict=True)]) / 100
    assert index.recall >= wanted
    assert reached == pytest.approx(index.recall, abs=0.06)


def test_a_higher_recall_reads_more_lists() -> None:
    vectors = crowd()
    probes = [IVF.over(vectors, recall=recall).probes for recall in (0.5, 0.9, 0.99, 1.0)]
    assert probes == sorted(set(probes))
    assert probes[-1] <= len(IVF.over(vectors).centres)


def test_the_same_seed_gives_the_same_lists() -> None:
    vectors = crowd(3_000)
    first, again, other = IVF.over(vectors), IVF.over(vectors), IVF.over(vectors, seed=1)
    np.testing.assert_array_equal(first.lists, again.lists)
    np.testing.assert_array_equal(first.centres, again.centres)
    assert (first.lists != other.lists).any()


def test_small_catalogues_are_searched_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(index_over(crowd(2_000)), Exact)
    monkeypatch.setattr(choose, "EXACT", 1_000)
    assert isinstance(index_over(crowd()), IVF)


def test_vectors_without_groups_are_searched_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "EXACT", 1_000)
    noise = np.random.default_rng(0).normal(size=(3_000, 128)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    assert isinstance(index_over(noise), Exact)


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_index_finds_the_same(kind: str, tmp_path: Path) -> None:
    vectors = crowd(3_000)
    vectors[5] = 0
    index = KINDS[kind](vectors)
    tensors.save(tmp_path / "index.safetensors", save_index(index), {})
    again = load_index(tensors.load(tmp_path / "index.safetensors")[0])
    assert type(again) is type(index)
    for own, other in zip(
        index.search(vectors[:9], 40), again.search(vectors[:9], 40), strict=True
    ):
        np.testing.assert_array_equal(own, other)
