from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from beholder.demo.families import FAMILIES
from beholder.demo.gallery import Factors
from beholder.demo.palettes import PALETTES
from beholder.demo.truth import Truth, make_truth
from beholder.demo.visitors import BEGIN, COLUMNS, DAYS, KINDS, simulate, to_csv

N_ITEMS, N_VISITORS = 600, 300


def factors_of(n_items: int) -> list[Factors]:
    families, palettes = tuple(FAMILIES), tuple(PALETTES)
    rng = np.random.default_rng(1)
    return [
        Factors(index, families[rng.integers(12)], palettes[rng.integers(16)], "plain", "paper",
                "poster", 10, 10)
        for index in range(n_items)
    ]  # fmt: skip


def truth_of(seed: int) -> Truth:
    ids = [f"p{index}" for index in range(N_ITEMS)]
    return make_truth(factors_of(N_ITEMS), ids, N_VISITORS, seed)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return truth_of(7)


@pytest.fixture(scope="module")
def events(truth):
    return simulate(truth, 7)


def test_the_same_seed_gives_the_same_file(truth, events):
    assert to_csv(simulate(truth_of(7), 7), truth) == to_csv(events, truth)


def test_another_seed_gives_other_tastes_and_other_events(truth, events):
    other = truth_of(8)
    assert not np.array_equal(other.likes_family, truth.likes_family)
    assert not np.array_equal(other.cold, truth.cold)
    assert to_csv(simulate(other, 8), other) != to_csv(events, truth)


def test_visitors_like_one_to_three_families_and_palettes(truth):
    for likes in (truth.likes_family, truth.likes_palette):
        count = (likes > 0).sum(axis=1)
        assert set(count) == {1, 2, 3}
        assert np.allclose(likes.max(axis=1), 1.0)
    assert np.all((truth.likes_family < 0).sum(axis=1) == 1)


def test_affinity_is_the_sum_that_the_documentation_states():
    one = np.array([0], np.int16)
    truth = Truth(
        item_ids=np.array(["p"]), user_ids=np.array(["v"]), item_family=one, item_palette=one,
        item_pattern=one, item_texture=one, popularity=np.zeros(1, np.float32),
        cold=np.zeros(1, bool), likes_family=np.array([[0.5]], np.float32),
        likes_palette=np.array([[0.8]], np.float32), likes_pattern=np.array([[1.0]], np.float32),
        likes_texture=np.array([[0.4]], np.float32),
    )  # fmt: skip
    expected = 1.0 * 0.5 + 0.8 * 0.8 + 1.4 * 0.5 * 0.8 + 0.3 * 1.0 + 0.15 * 0.4
    assert truth.affinity(0) == pytest.approx([expected])
    assert truth.affinity(0).dtype == np.float32


def test_a_tenth_of_the_pictures_is_cold_and_has_no_event(truth, events):
    assert truth.cold.sum() == N_ITEMS // 10
    seen = np.zeros(N_ITEMS, bool)
    seen[events.items] = True
    assert not np.any(seen & truth.cold)
    assert seen[~truth.cold].mean() > 0.95


def test_cold_pictures_are_not_the_last_ones(truth):
    positions = np.flatnonzero(truth.cold) / N_ITEMS
    assert 0.35 < positions.mean() < 0.65


def test_what_is_liked_fits_the_taste_better_than_what_is_seen(truth, events):
    affinity = truth.affinities(np.arange(N_VISITORS))[events.users, events.items]
    mean = {name: affinity[events.kinds == code].mean() for code, name in enumerate(KINDS)}
    assert mean["like"] > mean["click"] > mean["view"] > affinity.mean() - 1.0
    assert mean["view"] > mean["hide"]
    assert mean["view"] > mean["dislike"]
    assert set(events.kinds) == set(range(len(KINDS)))


def test_an_oracle_finds_held_out_likes_and_popularity_does_not(truth, events):
    like = events.kinds == KINDS.index("like")
    oracle, popular = [], []
    counts = np.bincount(events.items[like], minlength=N_ITEMS)
    for user in range(0, N_VISITORS, 3):
        liked = events.items[like & (events.users == user)]
        if not len(liked):
            continue
        last = liked[-1]
        oracle.append(np.mean(truth.affinity(user)[~truth.cold] > truth.affinity(user)[last]))
        popular.append(np.mean(counts[~truth.cold] > counts[last]))
    assert np.mean(oracle) < 0.12
    assert np.mean(popular) > 2 * np.mean(oracle)


def test_tastes_can_be_learned_from_the_factors_of_earlier_likes(truth, events):
    like = events.kinds == KINDS.index("like")
    cell = truth.item_family.astype(int) * 16 + truth.item_palette
    ranks = []
    for user in range(N_VISITORS):
        liked = events.items[like & (events.users == user)]
        if len(liked) < 4:
            continue
        known, last = liked[:-1], liked[-1]
        score = (
            np.isin(truth.item_family, truth.item_family[known]).astype(float)
            + np.isin(truth.item_palette, truth.item_palette[known])
            + np.isin(cell, cell[known])
        )
        ranks.append(np.mean(score > score[last]) + np.mean(score == score[last]) / 2)
    assert len(ranks) > 50
    assert np.mean(ranks) < 0.2


def test_events_lie_within_sixty_days_and_are_in_order(events):
    begin = int(BEGIN.timestamp())
    assert np.all(np.diff(events.times) >= 0)
    assert events.times.min() >= begin
    assert events.times.max() <= begin + (DAYS + 2) * 86_400


def test_a_reaction_comes_after_its_view_and_a_view_comes_once(events):
    views = events.kinds == KINDS.index("view")
    pairs = list(zip(events.users[views].tolist(), events.items[views].tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    seen = dict(zip(pairs, events.times[views].tolist(), strict=True))
    for user, item, time in zip(
        events.users[~views].tolist(), events.items[~views].tolist(),
        events.times[~views].tolist(), strict=True,
    ):  # fmt: skip
        assert time > seen[user, item]


def test_neither_place_in_a_second_nor_time_tells_the_item(events):
    same = (np.diff(events.times) == 0) & (np.diff(events.users) == 0)
    rising = np.diff(events.items.astype(int))[same] > 0
    assert same.sum() > 1000
    assert rising.mean() == pytest.approx(0.5, abs=0.04)
    assert abs(np.corrcoef(events.items, events.times)[0, 1]) < 0.05
    assert abs(np.corrcoef(events.items, events.users)[0, 1]) < 0.05


def test_the_first_picture_of_a_visitor_fits_no_better_than_the_last(truth, events):
    views = events.kinds == 0
    affinity = truth.affinities(np.arange(N_VISITORS))[events.users[views], events.items[views]]
    order = np.argsort(events.users[views], kind="stable")
    users, affinity = events.users[views][order], affinity[order]
    half = np.concatenate([np.arange(n) < n // 2 for n in np.bincount(users)])
    assert affinity[half].mean() == pytest.approx(affinity[~half].mean(), abs=0.1)


def test_activity_has_a_long_tail(events):
    counts = np.bincount(events.users, minlength=N_VISITORS)
    assert counts.min() >= 4
    assert np.percentile(counts, 95) > 2.5 * np.median(counts)


def test_the_truth_comes_back_from_its_file(tmp_path, truth):
    truth.save(tmp_path / "truth.npz")
    back = Truth.load(tmp_path / "truth.npz")
    for field in dataclasses.fields(Truth):
        assert np.array_equal(getattr(back, field.name), getattr(truth, field.name))
    assert np.array_equal(back.affinity(5), truth.affinity(5))


def test_the_file_has_the_columns_and_utc_times(truth, events):
    head, first, *_ = to_csv(events, truth).splitlines()
    assert head.split(",") == list(COLUMNS)
    user, item, stamp, kind, value = first.split(",")
    assert (user in truth.user_ids, item in truth.item_ids, kind, value) == (True, True, "view", "")
    assert stamp.startswith("2026-01-05T")
    assert stamp.endswith("Z")
