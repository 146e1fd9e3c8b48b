"""Strangers are held out whole, and asked for the same likes as they become known."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.cold_users import KNOWN, cold_users
from beholder.dataset.dataset import Dataset
from beholder.dataset.log import Log
from beholder.dataset.splits import Split
from beholder.testing.sample_log import log_of_arrays
from planted import dataset_of, make_world

LIKE, DISLIKE, SEEN = 1.0, -1.0, 0.0


def log_of_rows(rows: list[tuple[int, int, float]], n_users: int, n_items: int = 12) -> Log:
    """Return a log of (user, item, weight), each at a moment of its own."""
    users, items, signed = (np.array(column) for column in zip(*rows, strict=True))
    return log_of_arrays(
        users.astype(np.int32),
        items.astype(np.int32),
        np.arange(len(rows), dtype=np.int64),
        signed.astype(np.float32),
        n_users,
        n_items,
        seed=1,
    )


def asked(rows: list[tuple[int, int, float]], others: int = 3) -> Split:
    """Hold out one of four people who did all the same."""
    everybody = [(user, *event) for user in range(1 + others) for event in _events(rows)]
    log = log_of_rows(everybody, 1 + others)
    return cold_users(Dataset(log, {}, [""] * 12), seed=3)


def _events(rows: list[tuple[int, int, float]]) -> list[tuple[int, float]]:
    return [(item, weight) for _, item, weight in rows]


ROWS = [
    (0, 1, LIKE), (0, 2, DISLIKE), (0, 3, SEEN), (0, 4, LIKE), (0, 5, LIKE),
    (0, 6, DISLIKE), (0, 2, LIKE), (0, 7, LIKE), (0, 8, LIKE), (0, 8, LIKE),
    (0, 9, LIKE), (0, 10, LIKE), (0, 11, LIKE), (0, 0, LIKE),
]  # fmt: skip


def test_a_stranger_is_asked_for_what_was_liked_after_the_fifth_event() -> None:
    made = asked(ROWS)
    assert len(made.cases) == 1
    assert list(made.after) == [0, 1, 2, 5]
    for cases in made.after.values():
        # Not 6, which was disliked; not 2, which was disliked among the first five; not 0, the
        # sixth like; 8 once.
        assert cases.target(0).tolist() == [7, 8, 9, 10, 11]


def test_he_is_known_by_so_many_of_his_earliest_events_dislikes_included() -> None:
    made = asked(ROWS)
    told = {known: cases.history(0) for known, cases in made.after.items()}
    assert [told[known].items.tolist() for known in KNOWN] == [[], [1], [1], [1, 4, 5]]
    assert [told[known].disliked.tolist() for known in KNOWN] == [[], [], [2], [2]]
    assert [told[known].seen.tolist() for known in KNOWN] == [[], [1], [1, 2], [1, 2, 3, 4, 5]]
    assert made.cases is made.after[5]
    assert [len(one.cases.history(0).seen) for one in made.asked] == [0, 1, 2, 5]


def test_nothing_that_a_stranger_did_is_learned_from() -> None:
    dataset = dataset_of(make_world(n_users=300))
    made = cold_users(dataset, seed=5)
    assert len(made.cases) == 50  # more than a tenth, less than a quarter
    assert not np.isin(made.train.log.users, made.cases.users).any()
    kept = ~np.isin(dataset.log.users, made.cases.users)
    np.testing.assert_array_equal(made.train.log.items, dataset.log.items[kept])
    counts = np.bincount(dataset.interactions.items[
        ~np.isin(dataset.interactions.users, made.cases.users)
    ], minlength=240)  # fmt: skip
    np.testing.assert_array_equal(made.train.interactions.item_counts, counts)
    assert (made.train.interactions.item_counts < dataset.interactions.item_counts).any()


@pytest.mark.parametrize(("n_users", "expected"), [(3, 0), (30, 7), (300, 50), (900, 90)])
def test_a_tenth_is_held_out_or_fifty_where_that_is_at_most_a_quarter(
    n_users: int, expected: int
) -> None:
    made = cold_users(dataset_of(make_world(n_users=n_users)), seed=1)
    assert len(made.cases) == expected


def test_the_seed_draws_who_is_held_out() -> None:
    dataset = dataset_of(make_world(n_users=300))
    drawn = [cold_users(dataset, seed).cases.users.tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_who_liked_nothing_later_is_not_asked() -> None:
    assert not len(asked([*ROWS[:5], (0, 6, DISLIKE), (0, 2, LIKE)]).cases)
