"""How many entries a row keeps, by worlds in which the right number can be counted."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.blending.kept import COLD, USUAL, WARM, choose_kept, usual_kept
from beholder.blending.validation import Validation
from beholder.dataset.dataset import Dataset
from beholder.dataset.log import Log
from beholder.dataset.splits import Cases
from beholder.scorers.entry import Entry
from beholder.scorers.fold import Combined, Weights
from beholder.testing.sample_log import log_of_arrays

N, PEOPLE, RIGHT = 700, 6, 2


def log_of(warm: bool) -> Log:
    """Everybody takes 0, then 1; one more takes all the others, where they are not new."""
    users = np.repeat(np.arange(PEOPLE), 2).astype(np.int32)
    items = np.tile([0, 1], PEOPLE).astype(np.int32)
    if warm:
        users = np.append(users, np.full(N - 2, PEOPLE)).astype(np.int32)
        items = np.append(items, np.arange(2, N)).astype(np.int32)
    ones = np.ones(len(users), np.float32)
    return log_of_arrays(users, items, np.arange(len(users)), ones, PEOPLE + 1, N, 0)


def asked(warm: bool) -> Validation:
    """Everybody went on with item 2: among all items, or among the new ones alone."""
    log = log_of(warm)
    everybody = np.arange(PEOPLE, dtype=np.int32)
    right = np.full(PEOPLE, RIGHT, np.int32)
    cases = Cases(log, everybody, np.arange(PEOPLE + 1), right)
    none = cases.take(np.empty(0, np.int64))
    fresh, mixed = (none, cases) if warm else (cases, none)
    cold = np.zeros(N, bool) if warm else np.arange(N) >= 2
    return Validation(Dataset(log, {}, [""] * N), none, none, fresh, mixed, cold, none)


def rows_with(rivals: int, held: Validation) -> Combined:
    """Rows of 0 and 1: rivals of their own at 1.5 each, and at 1 the item that both speak of.

    It is the best of all, 1 + 0.8 to 1.5, as long as no row loses it behind its rivals.
    """
    dense = np.zeros((N, N), np.float32)
    dense[0, 10 : 10 + rivals] = dense[1, 350 : 350 + rivals] = 1.5
    dense[:2, RIGHT] = 1.0
    weights = Weights({"m": 1.0}, {"m": 1.0}, {"m": 1.0}, decay=0.8)
    matrices = ((sp.csr_array(dense), np.ones(N, np.float32)),)
    base = np.zeros(N, np.float32)
    return Combined(
        matrices, (), Entry(), base, weights, held.untouched, (), (False,) * len(matrices)
    )


@pytest.mark.parametrize(("rivals", "fewest"), [(50, 100), (150, 200), (250, 400)])
def test_among_warm_items_the_fewest_entries_that_lose_nothing_are_kept(
    rivals: int, fewest: int
) -> None:
    held = asked(warm=True)
    kept = choose_kept(held, rows_with(rivals, held))
    assert kept.warm == fewest
    assert kept.cold == COLD[-1]  # nothing is asked of new items
    assert kept.top == pytest.approx(1.8)
    (said,) = kept.notes
    assert said.startswith(
        f"each item keeps its {fewest} nearest known items (NDCG@10, by how many: "
    )
    assert f"{fewest}: 1.0000" in said


@pytest.mark.parametrize(("rivals", "fewest"), [(10, 25), (60, 100), (160, 200)])
def test_among_new_items_the_fewest_entries_that_lose_nothing_are_kept(
    rivals: int, fewest: int
) -> None:
    held = asked(warm=False)
    kept = choose_kept(held, rows_with(rivals, held))
    assert kept.cold == fewest
    assert kept.warm == WARM[-1]
    (said,) = kept.notes
    assert said.startswith(
        f"each item keeps its {fewest} nearest new items (NDCG@10 among new items"
    )


def test_where_no_number_is_enough_nothing_is_lost_by_the_fewest() -> None:
    """The item is lost behind 300 rivals whatever is kept of new ones."""
    held = asked(warm=False)
    assert choose_kept(held, rows_with(300, held)).cold == COLD[0]


def test_without_time_to_choose_the_usual_numbers_and_the_size_of_a_good_score_are_taken() -> None:
    held = asked(warm=True)
    kept = usual_kept(held, rows_with(150, held))
    assert (kept.warm, kept.cold) == USUAL
    assert kept.top == pytest.approx(1.8)
    assert kept.notes == []


def test_where_nobody_can_be_asked_a_good_score_is_that_of_one_item() -> None:
    held = asked(warm=False)
    # The best of the rows of the first 200 items: 1.5 of two, nothing of the others.
    assert usual_kept(held, rows_with(150, held)).top == pytest.approx(2 * 1.5 / 200)
