"""How items without behaviour get their columns, against sums written out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.scorers import entry as entries
from beholder.scorers.entry import (
    NEIGHBOURS,
    Entered,
    Entry,
    Kernel,
    Placed,
    SameGroup,
    nearest,
    shares_of,
)
from beholder.scorers.interface import NewItems

N, M = 9, 3
RNG = np.random.default_rng(8)
LOOKS = RNG.random((M, N)).astype(np.float32)
READS = (RNG.random((M, N)) - 0.5).astype(np.float32)  # some cosines are below 0
ROWS = (RNG.random((N, N)) * (RNG.random((N, N)) < 0.6)).astype(np.float32)
np.fill_diagonal(ROWS, 0)  # a model says nothing of an item by itself
KNOWN = np.arange(N) != 5
GROUPS = np.array([0, 1, -1, 0, 2, 1, -1, -1, 0], np.int32)
OWN = np.array([0, -1, 7], np.int32)  # a product of three, none, one that nobody shares


def new_items() -> NewItems:
    return NewItems(
        np.arange(N, N + M),
        {"look": lambda block: LOOKS[block], "read": lambda block: READS[block]},
        lambda block: LOOKS[block],
        (OWN, GROUPS),
        KNOWN,
    )


def mix() -> np.ndarray:
    """The shares of known items by look to the power of 2: N is below the 20 nearest."""
    powered = np.where(KNOWN, LOOKS.astype(np.float64), 0) ** 2
    return powered / powered.sum(axis=1, keepdims=True)


def test_neighbours_are_the_nearest_known_items_with_shares_by_power() -> None:
    rng = np.random.default_rng(1)
    similar = rng.random((5, 60)).astype(np.float32)
    known = rng.random(60) < 0.8
    near = shares_of(nearest(similar, known), power=3.0).todense()
    for row in range(5):
        expected = sorted(np.flatnonzero(known), key=lambda j: -similar[row, j])[:NEIGHBOURS]
        found = np.flatnonzero(near[row])
        assert found.tolist() == sorted(map(int, expected))
        powered = similar[row, found].astype(np.float64) ** 3
        np.testing.assert_allclose(near[row, found], powered / powered.sum(), rtol=1e-5)


def test_where_nothing_is_near_nothing_is_mixed() -> None:
    similar = np.zeros((3, 30), np.float32)
    similar[0, [3, 7]] = [0.5, 0.25]
    similar[1, [2, 9]] = [-0.5, 0.25]  # what is unlike is not near
    near = shares_of(nearest(similar, np.arange(30) != 9), power=1.0)
    assert near.shape == (3, 30)
    assert np.diff(near.indptr).tolist() == [2, 0, 0]
    np.testing.assert_allclose(near.todense()[0, [3, 7]], [2 / 3, 1 / 3], rtol=1e-6)


def test_a_catalogue_smaller_than_the_neighbourhood_is_mixed_whole() -> None:
    near = shares_of(nearest(np.ones((1, 3), np.float32), np.ones(3, bool)), power=3.0)
    np.testing.assert_allclose(near.todense(), [[1 / 3, 1 / 3, 1 / 3]], rtol=1e-6)


def test_similarities_too_small_to_be_powered_are_no_shares() -> None:
    """1e-20 to the power of 3 is no float32: a share of it would be 0 / 0."""
    near = shares_of(nearest(np.full((1, 3), 1e-20, np.float32), np.ones(3, bool)), power=3.0)
    np.testing.assert_array_equal(near.todense(), [[0, 0, 0]])


def test_new_items_are_compared_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry((Kernel("look", 2.0),), (SameGroup(0.5),), (Placed(sp.csr_array(ROWS)),))
    whole = entry.entered(new_items()).columns.todense()
    monkeypatch.setattr(entries, "STEP", 1)
    found = entry.entered(new_items()).columns.todense()
    np.testing.assert_allclose(found, whole, rtol=1e-6)


def test_a_column_is_the_sum_of_its_terms() -> None:
    entry = Entry(
        (Kernel("look", 3.0, 0.7), Kernel("read", 2.0, 2.0), Kernel("sound", 1.0, 9.0)),
        (SameGroup(0.25), SameGroup(0.5)),
        (Placed(sp.csr_array(ROWS), 1.5), Placed(sp.csr_array(ROWS.T), 0.1)),
        power=2.0,
    )
    entered = entry.entered(new_items())
    np.testing.assert_allclose(entered.mix.todense(), mix(), rtol=1e-5)
    found = entered.columns
    expected = np.zeros((N, M))
    for h in range(N):
        for j in range(M):
            expected[h, j] += 0.7 * float(LOOKS[j, h]) ** 3
            expected[h, j] += 2.0 * max(0.0, float(READS[j, h])) ** 2
            expected[h, j] += 0.75 * float(OWN[j] >= 0 and OWN[j] == GROUPS[h])
            for k in range(N):
                expected[h, j] += mix()[j, k] * (1.5 * ROWS[h, k] + 0.1 * ROWS[k, h])
    assert found.shape == (N, M)
    np.testing.assert_allclose(found.todense(), expected, rtol=1e-5, atol=1e-6)


def test_items_without_a_product_share_none() -> None:
    found = Entry(groups=(SameGroup(),)).entered(new_items()).columns.todense()
    np.testing.assert_array_equal(np.flatnonzero(found[:, 0]), [0, 3, 8])
    assert not found[:, 1:].any()


def test_only_the_strongest_speak_of_an_item_by_its_content(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entries, "STRONGEST", 2)
    found = Entry((Kernel("look", 1.0),)).entered(new_items()).columns.todense()
    for j in range(M):
        assert np.flatnonzero(found[:, j]).tolist() == sorted(np.argsort(-LOOKS[j])[:2].tolist())


def test_terms_are_weighed_and_joined() -> None:
    one = Entry((Kernel("look", 3.0, 0.5),), (SameGroup(2.0),), kept=7, kept_new=5, power=2.0)
    other = Entry((Kernel("read", 2.0),), placed=(Placed(sp.csr_array(ROWS), 4.0),))
    both = one.scaled(3.0).plus(other.scaled(0.25))
    assert both.kernels == (Kernel("look", 3.0, 1.5), Kernel("read", 2.0, 0.25))
    assert both.groups == (SameGroup(6.0),)
    assert [placed.weight for placed in both.placed] == [1.0]
    assert (both.kept, both.kept_new, both.power) == (7, 5, 2.0)
    none = both.scaled(0.0)
    assert (none.kernels, none.groups, none.placed, none.kept) == ((), (), (), 7)


def test_filled_items_speak_among_what_is_placed_like_those_they_are_near() -> None:
    behaved = ROWS.copy()
    behaved[5], behaved[:, 5] = 0, 0
    shares = np.zeros((1, N), np.float32)
    shares[0, [1, 2]] = 0.75, 0.25
    entry = Entry(placed=(Placed(sp.csr_array(behaved), 0.5),))
    nothing = sp.csr_array((1, N), dtype=np.float32)
    whole = Entered(sp.csr_array(shares), np.ones(1, np.float32), nothing, nothing.T)
    (placed,) = entry.speaking(np.array([5]), whole).placed
    longest = int((behaved > 0).sum(axis=1).max())
    expected = behaved.copy()
    lent = 0.75 * behaved[1] + 0.25 * behaved[2]
    lent[np.argsort(-lent)[longest:]] = 0
    expected[5] = lent
    np.testing.assert_allclose(placed.rows.todense(), expected, rtol=1e-6)
    assert placed.weight == 0.5
    (placed,) = entry.speaking(np.array([5]), whole._replace(nearness=np.float32([0.25]))).placed
    np.testing.assert_allclose(placed.rows.todense()[5], 0.25 * expected[5], rtol=1e-6)


def test_an_item_is_like_known_ones_by_how_near_they_are_beside_the_nearest_of_all() -> None:
    similar = np.zeros((4, 4), np.float32)
    similar[0] = 0.3, 0.0, 0.6, 0.1  # half as near as the untouched item 2: it speaks wholly
    similar[1] = (
        0.1,
        0.0,
        0.8,
        0.0,
    )  # an eighth, of which a half would be enough: a quarter, squared
    similar[2] = 0.0, 0.0, 0.5, 0.0  # only an untouched one is near
    groups = np.full(4, -1, np.int32)
    known = np.array([True, True, False, True])
    new = NewItems(np.arange(4, 8), {}, lambda block: similar[block], (groups, groups), known)
    found = Entry(power=2.0).entered(new)
    np.testing.assert_allclose(found.nearness, [1, 1 / 16, 0, 0], rtol=1e-6)


def test_saved_it_comes_back_whole(tmp_path: Path) -> None:
    entry = Entry(
        (Kernel("look", 3.0, 0.7), Kernel("words", 2.0)),
        (SameGroup(0.25),),
        (Placed(sp.csr_array(ROWS), 1.5), Placed(sp.csr_array(ROWS.T))),
        kept=200,
        kept_new=25,
        power=4.0,
    )
    entry.save(tmp_path)
    opened = Entry.load(tmp_path)
    assert (opened.kernels, opened.groups) == (entry.kernels, entry.groups)
    assert (opened.kept, opened.kept_new, opened.power) == (200, 25, 4.0)
    for one, other in zip(opened.placed, entry.placed, strict=True):
        assert one.weight == other.weight
        np.testing.assert_array_equal(one.rows.todense(), other.rows.todense())
