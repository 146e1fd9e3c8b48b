"""What the small network learns from, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.behaviour.histories import Histories
from beholder.errors import DataError
from beholder.settings import BehaviourSettings
from beholder.store.records import Snapshot, TrainingEvents
from beholder.training import likes
from beholder.training.likes import likes_of, of_everybody, of_person

LIKE, CLICK, DISLIKE, HIDE = 3, 2, 4, 6
SETTINGS = BehaviourSettings()


def events(*rows: tuple[int, int, int]) -> TrainingEvents:
    """Person, item number and kind, one a second."""
    users, seqs, kinds = (np.array(column) for column in zip(*rows, strict=True))
    n = int(users.max()) + 1
    return TrainingEvents(
        users.astype(np.int32),
        seqs.astype(np.int64),
        np.arange(1, len(rows) + 1, dtype=np.int64) * 1000,
        kinds.astype(np.uint8),
        np.full(len(rows), np.nan, np.float32),
        n,
        np.ones(n, bool),
    )


def places(n: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.arange(-1, n, dtype=np.int32)  # item number 1 is at position 0


def everybody(*rows: tuple[int, int, int], n: int) -> Histories:
    told, left = of_everybody(events(*rows), places(n), SETTINGS)
    assert left == []
    return told


def test_likes_are_ones_dislikes_zeros_and_the_rest_is_drawn_from_the_untouched() -> None:
    liked = [(0, i, LIKE) for i in range(1, 13)]
    refused = [(0, 13, DISLIKE), (0, 14, HIDE)]
    looked = [(0, i, CLICK) for i in range(15, 31)]
    told = everybody(*liked, *refused, *looked, n=100)
    found = likes_of(told, np.ones(100, bool), SETTINGS.like, 7)
    assert (found.liked, found.disliked, found.drawn, found.left) == (12, 2, 34, 0)
    ones, zeros = (sorted(found.items[found.labels == label].tolist()) for label in (1, 0))
    assert ones == list(range(12))
    assert zeros[:2] == [12, 13]
    assert all(item >= 30 for item in zeros[2:]), "what was looked at is no zero"
    assert len(set(zeros)) == 36


def test_what_one_never_touched_may_be_what_another_likes() -> None:
    rows = [(user, user * 12 + i, LIKE) for user in (0, 1) for i in range(1, 13)]
    found = likes_of(everybody(*rows, n=24), np.ones(24, bool), SETTINGS.like, 7)
    assert (found.liked, found.drawn) == (24, 24), "all that there is, none twice of a person"
    assert sorted(found.items[found.labels == 0].tolist()) == list(range(24))


def test_items_without_a_picture_count_for_nothing() -> None:
    pictured = np.ones(80, bool)
    pictured[[0, 50]] = False
    told = everybody(*[(0, i, LIKE) for i in range(1, 13)], n=80)
    found = likes_of(told, pictured, SETTINGS.like, 7)
    assert found.liked == 11
    assert not {0, 50} & set(found.items.tolist())


def test_one_person_is_read_as_everybody_is() -> None:
    rows = [(0, i, LIKE) for i in range(1, 13)] + [(0, 13, DISLIKE)]
    told = events(*rows)
    held = zip(told.times, told.seqs, told.kinds, told.values, range(len(rows)), strict=True)
    alone = of_person(Snapshot(1, True, rows=list(held)[::-1]), places(60), SETTINGS)
    found, same = (
        likes_of(each, np.ones(60, bool), SETTINGS.like, 7)
        for each in (alone, everybody(*rows, n=60))
    )
    np.testing.assert_array_equal(found.items, same.items)
    np.testing.assert_array_equal(found.labels, same.labels)


@pytest.mark.parametrize(("n_liked", "n_items"), [(9, 100), (12, 21)])
def test_too_little_is_refused(n_liked: int, n_items: int) -> None:
    told = everybody(*[(0, i, LIKE) for i in range(1, n_liked + 1)], n=n_items)
    with pytest.raises(DataError, match="too few to learn a taste from"):
        likes_of(told, np.ones(n_items, bool), SETTINGS.like, 7)


def test_more_than_enough_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likes, "MOST", 20)
    told = everybody(*[(0, i, LIKE) for i in range(1, 13)], n=100)
    found = likes_of(told, np.ones(100, bool), SETTINGS.like, 7)
    assert (len(found.items), found.left) == (20, 28)
