"""Nothing of a target is left in what is learned from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder.blending.validation import validation
from beholder.dataset.dataset import Dataset
from beholder.dataset.new_items import new_items
from beholder.dataset.splits import Split, cold_items, leave_last_out, next_basket
from beholder.models.ease import ContentEase, ContentEaseSettings
from beholder.models.placement import over
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays


def random_dataset(seed: int, n_users: int = 20, n_items: int = 30, n: int = 200) -> Dataset:
    rng = np.random.default_rng(seed)
    log = log_of_arrays(
        rng.integers(0, n_users, n).astype(np.int32),
        rng.integers(0, n_items, n).astype(np.int32),
        rng.integers(1, 12, n).astype(np.int64),
        rng.choice([0.3, 1.0], n).astype(np.float32),
        n_users,
        n_items,
        seed,
    )
    present = rng.random(n_items) < 0.9
    vectors = np.where(present[:, None], rng.normal(size=(n_items, 8)), 0).astype(np.float32)
    texts = [" ".join(rng.choice(["ab", "cd", "ef", "gh", "ij"], 3)) for _ in range(n_items)]
    return Dataset(log, {"sample": Modality.of_rows(vectors, present)}, texts)


def pairs_of(split: Split) -> set[tuple[int, int]]:
    train = split.train.interactions
    return set(zip(train.users.tolist(), train.items.tolist(), strict=True))


def targets_of(split: Split) -> set[tuple[int, int]]:
    cases = split.cases
    return {
        (int(cases.users[case]), item)
        for case in range(len(cases))
        for item in cases.target(case).tolist()
    }


def check_nothing_leaks(dataset: Dataset, split: Split) -> None:
    whole = dataset.interactions
    everything = set(zip(whole.users.tolist(), whole.items.tolist(), strict=True))
    assert not pairs_of(split) & targets_of(split)
    assert pairs_of(split) | targets_of(split) <= everything
    for case in range(len(split.cases)):
        history = split.cases.history(case)
        assert not set(history.items.tolist()) & set(split.cases.target(case).tolist())
        assert set(history.items.tolist()) <= set(history.seen.tolist())
        user = int(split.cases.users[case])
        assert {(user, item) for item in history.items.tolist()} <= pairs_of(split)


@given(st.integers(0, 500))
@settings(max_examples=30)
def test_leave_last_out_holds_out_a_newest_pair_of_each_active_user(seed: int) -> None:
    dataset = random_dataset(seed)
    pairs = dataset.interactions
    split = leave_last_out(dataset)
    check_nothing_leaks(dataset, split)
    counts = np.bincount(pairs.users, minlength=pairs.n_users)
    assert split.cases.users.tolist() == np.flatnonzero(counts >= 5).tolist()
    assert len(split.train.interactions) == len(pairs) - len(split.cases)
    for case in range(len(split.cases)):
        user, target = split.cases.users[case], split.cases.target(case)
        assert len(target) == 1
        own = pairs.users == user
        moment = pairs.times[own & (pairs.items == target[0])]
        assert moment == pairs.times[own].max()


@given(st.integers(0, 500))
@settings(max_examples=30)
def test_next_basket_holds_out_all_of_the_last_moment(seed: int) -> None:
    dataset = random_dataset(seed)
    pairs = dataset.interactions
    split = next_basket(dataset)
    check_nothing_leaks(dataset, split)
    asked = []
    for user in range(pairs.n_users):
        own = pairs.users == user
        if not own.any():
            continue
        last = own & (pairs.times == pairs.times[own].max())
        if own.sum() - last.sum() >= 3:
            asked.append(user)
            case = split.cases.users.tolist().index(user)
            assert set(split.cases.target(case).tolist()) == set(pairs.items[last].tolist())
            assert split.cases.history(case).times.max() < pairs.times[last][0]
    assert split.cases.users.tolist() == asked


@given(st.integers(0, 500))
@settings(max_examples=30)
def test_cold_items_are_in_no_training_pair_and_in_no_statistic(seed: int) -> None:
    dataset = random_dataset(seed)
    pairs = dataset.interactions
    split = cold_items(dataset, seed, share=0.2)
    cold = np.flatnonzero(split.pool)
    check_nothing_leaks(dataset, split)
    compared = dataset.content.present  # words that nearly all have say nothing of an item
    assert len(cold) == round(0.2 * compared.sum())
    assert compared[cold].all()
    assert not split.train.fitted[cold].any()
    assert split.train.fitted.sum() == dataset.n_items - len(cold)
    assert not np.isin(split.train.interactions.items, cold).any()
    remaining = np.bincount(split.train.interactions.users, minlength=pairs.n_users)
    expected = {
        (user, item)
        for user, item in zip(pairs.users.tolist(), pairs.items.tolist(), strict=True)
        if split.pool[item] and remaining[user] >= 3
    }
    assert targets_of(split) == expected


@pytest.mark.parametrize("protocol", ["leave-last-out", "next-basket"])
def test_validation_leaves_no_target_in_what_is_fitted(protocol: str) -> None:
    dataset = random_dataset(3, n_users=80, n_items=90, n=1600)
    held = validation(dataset, seed=5, protocol=protocol)
    train = held.train.interactions
    known = set(zip(train.users.tolist(), train.items.tolist(), strict=True))
    assert held.cold.sum() == 9
    assert not np.isin(train.items, np.flatnonzero(held.cold)).any()
    assert not held.train.fitted[held.cold].any()
    for cases in (held.tune, held.learn, held.fresh, held.mixed):
        assert len(cases)
        for case in range(len(cases)):
            user = int(cases.users[case])
            assert not {(user, item) for item in cases.target(case).tolist()} & known
            history = cases.history(case)
            assert {(user, item) for item in history.items.tolist()} <= known
    warm = np.concatenate([held.tune.targets, held.learn.targets])
    assert not held.cold[warm].any()
    assert held.cold[held.fresh.targets].all()
    assert (train.item_counts[warm] > 0).all()  # items with behaviour alone teach their weights
    assert not set(held.tune.users.tolist()) & set(held.learn.users.tolist())


def test_a_basket_with_a_new_item_is_still_asked_for_its_other_items() -> None:
    dataset = random_dataset(3, n_users=80, n_items=90, n=1600)
    held = validation(dataset, seed=5, protocol="next-basket")
    warm = {
        int(cases.users[case]): set(cases.target(case).tolist())
        for cases in (held.tune, held.learn)
        for case in range(len(cases))
    }
    for case in range(len(held.mixed)):
        basket = set(held.mixed.target(case).tolist())
        rest = {item for item in basket if held.train.interactions.item_counts[item] > 0}
        assert warm.get(int(held.mixed.users[case]), set()) == rest - set(np.flatnonzero(held.cold))


def test_where_few_came_often_last_visits_of_others_are_asked_too() -> None:
    """Four people with three pairs and a visit, thirty with one, sixteen with a single visit."""
    before = np.array([3] * 4 + [1] * 30 + [0] * 16)
    users = np.repeat(np.arange(50), before + 2)
    times = np.concatenate([[*range(1, n + 1), 100, 100] for n in before])
    items = np.concatenate([np.arange(u, u + n + 2) % 60 for u, n in enumerate(before.tolist())])
    log = log_of_arrays(
        users.astype(np.int32),
        items.astype(np.int32),
        times.astype(np.int64),
        np.ones(len(users), np.float32),
        50,
        60,
        seed=0,
    )
    held = validation(random_dataset(3, 50, 60, 600).with_log(log), 5, "next-basket")
    asked = {*held.tune.users.tolist(), *held.learn.users.tolist()}
    assert len(asked) > 20
    assert max(asked) < 34


def changed_content(dataset: Dataset, items: np.ndarray, seed: int = 9) -> Dataset:
    """Return the dataset with other pictures and texts for some items."""
    rng = np.random.default_rng(seed)
    before = dataset.pictures["sample"]
    vectors = before.vectors.copy()
    own = np.isin(before.owner, items)
    vectors[own] = rng.normal(5.0, 9.0, (int(own.sum()), before.dim))
    texts = list(dataset.texts)
    for item in items:
        texts[item] = "entirely other words ab ab"
    modality = Modality(vectors, before.owner, before.present)
    return Dataset(dataset.log, {"sample": modality}, texts, dataset.groups, dataset.fitted)


def test_content_of_held_out_items_changes_nothing_that_is_fitted() -> None:
    dataset = random_dataset(1)
    split = cold_items(dataset, 4, share=0.2)
    cold = np.flatnonzero(split.pool)
    train = split.train
    other = changed_content(train, cold)
    ours, theirs = train.content, other.content
    for name in ("mean", "directions", "gains"):
        a = getattr(ours.spaces["sample"].whitening, name)
        np.testing.assert_array_equal(a, getattr(theirs.spaces["sample"].whitening, name))
    assert ours.spaces["words"].tfidf.vocabulary == theirs.spaces["words"].tfidf.vocabulary
    np.testing.assert_array_equal(ours.spaces["words"].tfidf.idf, theirs.spaces["words"].tfidf.idf)
    warm = np.flatnonzero(~split.pool)
    np.testing.assert_array_equal(
        ours.spaces["sample"].between(warm, warm), theirs.spaces["sample"].between(warm, warm)
    )
    fitted = ContentEase.fit(train, ContentEaseSettings())
    again = ContentEase.fit(other, ContentEaseSettings())
    np.testing.assert_array_equal(fitted.rows.todense(), again.rows.todense())
    # And the check can fail: what enters by their content does change.
    placed, others = (
        over(scorer, power=3.0).grown(new_items(data, dict.fromkeys(data.content.spaces, 1.0)))
        for scorer, data in ((fitted, train), (again, other))
    )
    assert (placed.rows.todense() != others.rows.todense()).any()


def test_content_of_items_that_are_fitted_does_change_the_statistics() -> None:
    dataset = random_dataset(1)
    other = changed_content(dataset, np.array([2, 3]))
    assert (
        dataset.content.spaces["sample"].whitening.mean
        != other.content.spaces["sample"].whitening.mean
    ).any()
    assert (
        dataset.content.spaces["words"].tfidf.vocabulary
        != other.content.spaces["words"].tfidf.vocabulary
    )


def log_with(rows: list[tuple[int, int, int, float]], n_items: int = 12) -> Dataset:
    """A data set of (user, item, time, signed weight)."""
    users, items, times, signed = zip(*rows, strict=True)
    log = log_of_arrays(
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(times, np.int64),
        np.array(signed, np.float32),
        max(users) + 1,
        n_items,
        0,
    )
    return Dataset(log, {}, [""] * n_items)


FIVE = [(0, item, item, 1.0) for item in range(5)]


def test_nothing_after_the_moment_asked_about_reaches_the_history() -> None:
    later = [(0, 0, 9, -1.0), (0, 9, 9, -1.0), (0, 1, 9, 1.0)]  # after the last first like
    split = leave_last_out(log_with(FIVE + later))
    history = split.cases.history(0)
    assert split.cases.target(0).tolist() == [4]
    assert history.items.tolist() == [0, 1, 2, 3]
    assert history.times.tolist() == [0, 1, 2, 3]
    assert not len(history.disliked)
    assert split.train.interactions.items.tolist() == [0, 1, 2, 3]


def test_people_are_asked_with_their_dislikes_which_are_masked() -> None:
    split = leave_last_out(log_with([*FIVE, (0, 7, 2, -1.0), (0, 1, 3, -1.0)]))
    history = split.cases.history(0)
    assert history.items.tolist() == [0, 2, 3]
    assert history.disliked.tolist() == [7, 1]
    assert sorted(history.seen.tolist()) == [0, 1, 2, 3, 7]


def test_what_was_disliked_first_is_masked_and_not_asked_for() -> None:
    asked = leave_last_out(
        log_with([*FIVE, (1, 4, 0, -1.0), *[(1, i, 1 + i, 1.0) for i in range(5)]])
    )
    assert asked.cases.users.tolist() == [0]  # the second one had seen the answer before
    basket = [(0, 5, 9, 1.0), (0, 6, 9, 1.0), (0, 6, 2, -1.0), (0, 8, 9, -1.0)]
    split = next_basket(log_with(FIVE + basket))
    assert split.cases.target(0).tolist() == [5]
    assert 8 not in split.cases.history(0).seen  # disliked in that very basket


def test_some_targets_of_some_cases_can_be_asked_alone() -> None:
    cases = next_basket(log_with([*FIVE, (0, 5, 9, 1.0), (0, 6, 9, 1.0)])).cases
    assert cases.owner.tolist() == [0, 0]
    assert cases.only(cases.targets == 6).target(0).tolist() == [6]
    assert not len(cases.only(cases.targets == 3))
