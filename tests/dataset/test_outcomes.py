"""What followed where something was in sight, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.behaviour.kinds import CODES
from beholder.behaviour.reduce import Events
from beholder.dataset.build import lengths_of
from beholder.dataset.log import Log, log_of
from beholder.dataset.outcomes import LikedBefore, examples_of, histories_before
from beholder.store.in_sight import InSight

HOUR, DAY = 3_600_000, 86_400_000
NAN = np.nan
N = 4
SEQS = np.array([10, 11, 12, 13])
LENGTHS = np.array([NAN, 40, NAN, NAN], np.float32)
WEIGHTS = {"like": 1.0, "click": 0.5, "view": 0.3}


def log_with(*did: tuple[int, int, str, float, float]) -> Log:
    """Return events: who, which item, what, its value, and after how many hours."""
    users, items, kinds, values, hours = (list(one) for one in zip(*did, strict=True))
    signed = np.array([WEIGHTS.get(kind, 0.8) for kind in kinds], np.float32)
    coded = np.array([CODES[kind] for kind in kinds], np.uint8)
    times = (np.array(hours) * HOUR).astype(np.int64)
    told = Events(
        np.array(items, np.int32),
        times,
        signed,
        coded,
        np.array(values, np.float32),
        np.array(users, np.int32),
    )
    return log_of(told, max(users) + 1, N, 1)


def shown_at(*answers: tuple[int, float, list[int]], **more: int) -> InSight:
    """Return answers: the person's row number, after how many hours, and the items in sight."""
    lengths = [len(items) for _, _, items in answers]
    return InSight(
        np.array([person for person, _, _ in answers], np.int64),
        np.array([hours * HOUR for _, hours, _ in answers], np.int64),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([10 + item for _, _, items in answers for item in items], np.int64),
        np.array([at for n in lengths for at in range(n)], np.int64),
        **more,
    )


LIKED = (0, 3, "like", NAN, 1)
LATER = (0, 3, "like", NAN, 500)


def test_what_is_done_within_a_day_is_the_outcome() -> None:
    log = log_with(
        LIKED,
        (0, 0, "click", NAN, 11),
        (0, 0, "purchase", 1, 33),
        (0, 1, "watch", 5, 11),
        (0, 1, "watch", 30, 12),
        (0, 1, "rating", 2, 12),
        (0, 1, "rating", 5, 13),
        (0, 2, "purchase", 1, 35),  # a day and an hour later
        (0, 2, "rating", 1, 9),  # before it was in sight
        LATER,
    )
    found = examples_of(shown_at((77, 10, [0, 1, 2])), np.array([77]), log, SEQS, LENGTHS)
    expected = [[1, 1, NAN, NAN], [0, 0, 0.75, 1.0], [0, 0, NAN, NAN]]
    np.testing.assert_array_equal(found.outcomes, expected)
    np.testing.assert_allclose(found.places, np.log([1, 2, 3]), rtol=1e-6)
    assert (found.items.tolist(), found.users.tolist()) == ([0, 1, 2], [0])
    assert found.notes == []


def test_what_is_seen_again_has_the_outcome_that_followed_last() -> None:
    log = log_with(LIKED, (0, 0, "view", NAN, 14), LATER)
    shown = shown_at((77, 10, [0]), (77, 13, [0]))
    found = examples_of(shown, np.array([77]), log, SEQS, LENGTHS)
    assert found.outcomes[:, 0].tolist() == [0, 1]


def test_somebody_elses_reaction_is_not_ones_own() -> None:
    log = log_with(LIKED, (1, 3, "like", NAN, 1), (1, 0, "click", NAN, 11), LATER)
    shown = shown_at((77, 10, [0]), (5, 10, [0]))
    found = examples_of(shown, np.array([77, 5]), log, SEQS, LENGTHS)
    assert found.outcomes[:, 0].tolist() == [0, 1]
    assert found.users.tolist() == [0, 1]


def test_what_is_left_out_is_counted_and_named() -> None:
    log = log_with(LIKED, (0, 0, "watch", 9, 11), (1, 2, "click", NAN, 30), (0, 3, "like", NAN, 60))
    shown = shown_at(
        (77, 10, [0, 5]), (5, 10, [1]), (99, 10, [1]), unmarked=4, nobodys=3, older=2, fresh=1
    )
    found = examples_of(shown, np.array([77, 5]), log, SEQS, LENGTHS)
    assert len(found) == 1
    assert found.notes == [
        "4 answers of which nothing was said to be in sight (`/v1/seen`) are not learned from",
        "3 answers that name nobody, or somebody who does not allow it, are not learned from",
        "1 answers of the last day, after which more may follow, are not learned from",
        "2 answers older than the newest 3 before that are not learned from",
        "2 answers to people without a history are not learned from",
        "1 places whose item is gone are not learned from",
        "1 watched items last nobody knows how long: not learned from",
    ]


def test_watches_that_are_longer_than_what_lasts_count_as_whole_and_are_named() -> None:
    log = log_with(LIKED, (0, 1, "watch", 90, 11), LATER)
    found = examples_of(shown_at((77, 10, [1])), np.array([77]), log, SEQS, LENGTHS)
    assert found.outcomes[0, 2] == 1
    assert found.notes == [
        "1 of 1 watches are longer than what was watched lasts: they count as whole; "
        "is its length in seconds?"
    ]


def test_how_long_an_item_lasts_says_its_medium_or_its_attribute() -> None:
    media = [[{"seconds": None}, {"seconds": 12.5}], None, [], [{"seconds": None}]]
    attributes = [{"duration": 90}, {"duration": 90}, {"duration": "long"}, {"duration": True}]
    np.testing.assert_array_equal(lengths_of(media, attributes), [12.5, 90, NAN, NAN])


def test_ratings_on_no_usual_scale_are_not_learned_from() -> None:
    log = log_with(LIKED, (0, 0, "rating", 7000, 11), LATER)
    found = examples_of(shown_at((77, 10, [0])), np.array([77]), log, SEQS, LENGTHS)
    assert np.isnan(found.outcomes[0, 3])
    assert found.notes == ["1 ratings are on no usual scale: not learned from"]


def test_nothing_in_sight_is_nothing_to_learn_from() -> None:
    found = examples_of(shown_at(), np.array([77]), log_with(LIKED), SEQS, LENGTHS)
    assert (len(found), found.outcomes.shape) == (0, (0, 4))


def test_histories_and_popularity_are_those_of_then() -> None:
    log = log_with(LIKED, (0, 2, "like", NAN, 4), (0, 1, "like", NAN, 9), (1, 2, "like", NAN, 2))
    moments = np.array([4, 9.5]) * HOUR
    told = histories_before(log, np.array([0, 0]), moments.astype(np.int64))
    assert [told[0].items.tolist(), told[1].items.tolist()] == [[3], [3, 2, 1]]
    liked = LikedBefore(log)(np.array([2, 2], np.int32), moments.astype(np.int64))
    np.testing.assert_allclose(liked, np.log([2 / (1 + 2 / N), 3 / (1 + 4 / N)]), rtol=1e-6)
    far = np.array([0, 1000]) * HOUR
    popular = LikedBefore(log)(np.array([3, 3], np.int32), far.astype(np.int64))
    np.testing.assert_allclose(popular, np.log([1, 2 / (1 + 4 / N)]), rtol=1e-6)


@pytest.mark.parametrize("known", [[], [4, 9]])
def test_people_of_whom_nothing_is_known_are_left_out(known: list[int]) -> None:
    log = log_with(LIKED, LATER)
    found = examples_of(shown_at((77, 10, [0])), np.array(known, int), log, SEQS, LENGTHS)
    assert found.notes == ["1 answers to people without a history are not learned from"]
