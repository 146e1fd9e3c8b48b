"""The folded blend against a sum over its members, written out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import scipy.sparse as sp

from beholder.dataset.new_items import new_items
from beholder.models.ease import Ease, EaseSettings
from beholder.models.ials import IALS, IALSSettings
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.placement import over
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.variants import Variants, VariantsSettings
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from beholder.scorers import rows
from beholder.scorers.blend import Blend
from beholder.scorers.entry import Kernel, SameGroup
from beholder.scorers.fold import Weights, combined, fold
from beholder.scorers.interface import NewItems, Scorer
from beholder.scorers.item_item import ItemItem, asked
from beholder.scorers.recency import Recency
from beholder.testing.sample_histories import drawn_histories, history_of, together
from small_data import random_dataset

WEIGHTS = Weights(
    scale={"itemknn": 0.2, "ease": 0.5, "visual-knn": 2.0, "placement": 0.1, "variants": 3.0},
    warm={"itemknn": 1.0, "ease": 0.35},
    cold={"visual-knn": 0.8, "itemknn": 0.1, "placement": 0.6, "variants": 0.5},
    popularity=0.05,
    decay=0.7,
    older=0.9,
)
COLD = [3, 16, 17]


@pytest.fixture(scope="module")
def dataset():
    """Items 3, 16 and 17 have no behaviour; 3 and 5 are variants of one product."""
    whole = random_dataset()
    groups = np.full(18, -1, np.int32)
    groups[[3, 5]] = 0
    log = whole.log.keep(whole.log.items != 3)
    return replace(whole, log=log, groups=groups)


@pytest.fixture(scope="module")
def members(dataset) -> dict[str, Scorer]:
    base = ItemKNN.fit(dataset, ItemKNNSettings())
    return {
        "itemknn": base,
        "ease": Ease.fit(dataset, EaseSettings(regularization=5.0)),
        "visual-knn": VisualKNN.fit(dataset, VisualKNNSettings()),
        "variants": Variants.fit(dataset, VariantsSettings()),
        "placement": over(base, 2.0),
    }


@pytest.fixture(scope="module")
def popularity(dataset) -> np.ndarray:
    return counts_of(dataset, PopularitySettings())


@pytest.fixture(scope="module")
def new(dataset) -> NewItems:
    found = new_items(dataset, {"sample": 1.0, "words": 0.5})
    assert found.positions.tolist() == COLD
    return found


def shares_of(dataset, power: float) -> np.ndarray:
    """What each known item counts for each cold one, float64 (3, 18)."""
    similarity = dataset.content.weighed({"sample": 1.0, "words": 0.5})
    alike = np.maximum(similarity.block(np.array(COLD)).astype(np.float64), 0)
    alike[:, COLD] = 0
    powered = alike**power
    return powered / powered.sum(axis=1, keepdims=True)


def by_hand(dataset, members: dict[str, ItemItem], power: float) -> np.ndarray:
    """M: warm columns from members, cold ones from entries, cold rows from their neighbours."""
    knn, ease = members["itemknn"].rows.todense(), members["ease"].rows.todense()
    total = 1.0 / 0.2 * knn + 0.35 / 0.5 * ease
    cosines = dataset.content.spaces["sample"].cosines(slice(None)).astype(np.float64)
    total[:, COLD] = 0.8 / 2.0 * np.maximum(cosines[:, COLD], 0) ** 3
    total[:, COLD] += 0.6 / 0.1 * knn @ shares_of(dataset, power).T
    total[5, 3] += 0.5 / 3.0  # a variant of one product
    shares, known = shares_of(dataset, power), np.delete(np.arange(18), COLD)
    near = shares / shares.max(axis=1, keepdims=True)
    np.fill_diagonal(total, 0)
    total[COLD] = shares @ total + near * np.maximum(total[:, known].max(axis=1), 0)
    np.fill_diagonal(total, 0)
    return total


@pytest.mark.parametrize("power", [2.0, 3.0])
def test_warm_columns_are_the_members_and_cold_ones_come_from_their_entries(
    dataset, members, popularity, new, power: float
) -> None:
    blend = fold(members, popularity, new, WEIGHTS, (100, 100), power)
    expected = by_hand(dataset, members, power)
    np.testing.assert_allclose(blend.item_item.rows.todense(), expected, atol=2e-5)
    np.testing.assert_allclose(blend.base, 0.05 * popularity, rtol=1e-6)
    assert np.abs(expected[:, COLD]).max(axis=0).min() > 0
    assert (blend.recency, blend.mass) == (Recency(0.7, 0.9), 0.0)


def test_the_terms_of_members_stay_for_items_to_come(members, popularity, new) -> None:
    entry = fold(members, popularity, new, WEIGHTS, (50, 20), 2.0).item_item.entry
    assert entry.kernels == (Kernel("sample", 3.0, pytest.approx(0.4)),)
    assert entry.groups == (SameGroup(pytest.approx(0.5 / 3)),)
    assert [placed.weight for placed in entry.placed] == [pytest.approx(6.0)]
    assert (entry.kept, entry.kept_new, entry.power) == (50, 20, 2.0)


def test_a_row_keeps_its_largest_entries(members, popularity, new) -> None:
    whole = fold(members, popularity, new, WEIGHTS, (100, 100)).item_item.rows
    cut = fold(members, popularity, new, WEIGHTS, (4, 2)).item_item.rows
    cold = np.isin(np.arange(18), COLD)
    known = np.flatnonzero(~cold)
    expected = rows.cut_apart(whole, cold, 4, 2)
    np.testing.assert_allclose(
        cut[known].todense(), expected[known].todense(), rtol=1e-5, atol=1e-7
    )
    kept = (cut.todense() != 0).astype(int)
    assert kept[:, ~cold].sum(axis=1).max() == 4
    assert kept[:, cold].sum(axis=1).max() == 2


def test_rows_are_folded_in_blocks(members, popularity, new, monkeypatch) -> None:
    whole = fold(members, popularity, new, WEIGHTS)
    monkeypatch.setattr("beholder.scorers.fold.STEP", 5)
    found = fold(members, popularity, new, WEIGHTS)
    np.testing.assert_array_equal(found.item_item.rows.todense(), whole.item_item.rows.todense())


def test_members_without_weight_cost_nothing(members, popularity, new) -> None:
    none = Weights(scale={"ease": 1.0}, warm={"ease": 0.0}, cold={}, popularity=1.0)
    blend = fold(members, popularity, new, none)
    assert blend.item_item.rows.nnz == 0
    entry = blend.item_item.entry
    assert (entry.kernels, entry.groups, entry.placed) == ((), (), ())
    np.testing.assert_array_equal(blend.base, popularity)


def test_what_training_weighs_is_what_is_folded(dataset, members, popularity, new) -> None:
    """Members that took the new items in, combined uncut, score as the folded blend does."""
    weights = msgspec.structs.replace(WEIGHTS, mass=2.0)
    ials = IALS.fit(dataset, IALSSettings(factors=4))
    weights.scale["ials"], weights.warm["ials"], weights.cold["ials"] = 0.3, 0.2, 0.1
    members = {**members, "ials": ials, "placement": over(members["itemknn"], 3.0)}
    grown = {name: member.grown(new) for name, member in members.items()}
    cold = np.isin(np.arange(18), COLD)
    told = together([history_of([]), *drawn_histories(15, 20)])
    keep = ~np.isin(told.items, COLD)
    assert not keep.all()
    uncut = combined(grown, popularity, cold, weights).scores(told)
    blend = fold(members, popularity, new, weights, (100, 100), 3.0)
    served = blend.scores(blend.ask(told))
    query = asked(told, 18, weights.recency)
    for place in range(21):
        own = query.items[query.indptr[place] : query.indptr[place + 1]]
        if not np.isin(own, COLD).any():  # members know each a part of what a cold item says
            np.testing.assert_allclose(served[place], uncut[place], rtol=1e-4, atol=1e-4)


def test_a_vector_member_counts_by_column_and_stays_itself(
    dataset, members, popularity, new
) -> None:
    ials = IALS.fit(dataset, IALSSettings(factors=4))
    weights = Weights(
        scale={"ials": 0.5, "itemknn": 0.2},
        warm={"ials": 0.3, "itemknn": 1.0},
        cold={"ials": 0.1},
        decay=0.7,
        mass=3.0,
        popularity=0.4,
    )
    some = {"itemknn": members["itemknn"], "ials": ials}
    blend = fold(some, popularity, new, weights, (100, 100))
    (member,) = blend.vectors
    cold = np.isin(np.arange(18), COLD)
    np.testing.assert_allclose(member.factors, np.where(cold, 0.2, 0.6), rtol=1e-6)
    assert member.new == pytest.approx(0.2)
    known = np.flatnonzero(~cold)
    np.testing.assert_array_equal(member.scorer.items[known], ials.items[known])
    mean = shares_of(dataset, 3.0) @ ials.items
    np.testing.assert_allclose(member.scorer.items[COLD], mean, atol=1e-5)
    told = history_of([2, 5, 9])
    recent = told.weights * np.array([0.49, 0.7, 1.0], np.float32)
    u = member.scorer.folded(told.items, recent)
    lift = recent.sum() / 3.0
    assert 0 < lift < 1
    expected = lift * 0.4 * popularity + recent @ blend.item_item.rows.todense()[told.items]
    expected += member.factors * (member.scorer.items @ u)
    np.testing.assert_allclose(blend.scores(blend.ask(told))[0], expected, rtol=1e-4, atol=1e-5)


def test_nothing_can_be_folded_of_nothing() -> None:
    nothing = NewItems(
        np.empty(0, np.int64),
        {},
        lambda block: np.zeros((0, 0), np.float32),
        (np.empty(0, np.int32), np.empty(0, np.int32)),
        np.empty(0, bool),
    )
    blend = fold({}, np.empty(0, np.float32), nothing, Weights({}, {}, {}))
    assert blend.n_items == 0
    assert not len(blend.read(blend.ask(history_of([]))).best(5).positions)


def test_saved_it_comes_back_whole(members, popularity, new, tmp_path: Path) -> None:
    weights = msgspec.structs.replace(WEIGHTS, mass=3.5)
    blend = fold(members, popularity, new, weights, (7, 3))
    blend.save(tmp_path)
    opened = Blend.load(tmp_path)
    np.testing.assert_array_equal(opened.item_item.rows.todense(), blend.item_item.rows.todense())
    np.testing.assert_array_equal(opened.base, blend.base)
    assert (opened.recency, opened.mass) == (Recency(0.7, 0.9), 3.5)
    assert opened.item_item.entry.kernels == blend.item_item.entry.kernels


def test_a_member_that_says_nothing_of_some_items_is_folded_too(popularity, new) -> None:
    rows_of = sp.csr_array((np.ones(2, np.float32), ([0, 1], [1, 2])), shape=(18, 18))
    weights = Weights(scale={"own": 2.0}, warm={"own": 1.0}, cold={})
    blend = fold({"own": ItemItem(rows_of)}, popularity, new, weights)
    found = blend.item_item.rows.todense()
    assert (found[0, 1], found[1, 2]) == (0.5, 0.5)
    assert not found[:, COLD].any()


def test_each_row_says_how_much_of_what_it_kept_is_content() -> None:
    """Of the two largest entries alone, by size: what was cut away counts for neither."""
    said = np.zeros((4, 4), np.float32)
    said[0, 1:] = 3, -1, 0.5
    looks = np.zeros((4, 4), np.float32)
    looks[0, 1:] = 1, 0.5, 1
    kernel = (Kernel("look", 1.0),)
    behaviour, content = ItemItem(sp.csr_array(said)), ItemItem(sp.csr_array(looks), content=kernel)
    weights = Weights(scale={"a": 1, "b": 1}, warm={"a": 1.0, "b": 1.0}, cold={})
    parts = combined(
        {"a": behaviour, "b": content}, np.zeros(4, np.float32), np.zeros(4, bool), weights
    )
    found = parts.folded(2, 1, 3.0)
    assert found.rows[[0]].toarray().tolist() == [[0, 4, 0, 1.5]]
    # Who says nothing of what people did lends nothing.
    np.testing.assert_allclose(found.by_content, [2 / 5.5, 1, 1, 1])
    assert found.content == kernel
