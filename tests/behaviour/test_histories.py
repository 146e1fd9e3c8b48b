"""The reduction of many people together is that of each alone, and serves what it learns from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.behaviour import reduce
from beholder.behaviour.history import EMPTY
from beholder.behaviour.kinds import CODES, weigh
from beholder.behaviour.reduce import Events, histories, history
from beholder.dataset.log import log_of
from beholder.errors import ShapeError
from beholder.settings import EVENT_WEIGHTS

PARTS = ("items", "times", "kinds", "values", "weights", "disliked", "seen")
ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),  # person
        st.integers(-1, 5),  # item
        st.sampled_from(["view", "like", "dislike", "hide", "purchase", "rating", "watch"]),
        st.integers(0, 4),  # time
        st.sampled_from([0.0, 2.0, 4.0, 50.0]),
    ),
    max_size=40,
)


def events(rows: list[tuple[int, int, str, int, float]]) -> Events:
    people, items, kinds, times, values = zip(*rows, strict=True) if rows else ((),) * 5
    codes = np.array([CODES[kind] for kind in kinds], np.uint8)
    rated = [v if k in ("rating", "watch") else np.nan for k, v in zip(kinds, values, strict=True)]
    valued = np.array(rated, np.float32)
    return Events(
        np.array(items, np.int32),
        np.array(times, np.int64),
        weigh(codes, valued, EVENT_WEIGHTS, 3.5),
        codes,
        valued,
        np.array(people, np.int32),
    )


@given(ROWS, st.integers(1, 5))
def test_many_people_together_are_each_on_their_own(rows, limit) -> None:
    told = events(rows)
    together = histories(told, 1.0, limit, n_people=5)
    assert len(together) == 5
    for person in range(5):
        alone = told.take(told.people == person)._replace(people=None)
        own, found = history(alone, 1.0, limit), together[person]
        for part in PARTS:
            np.testing.assert_array_equal(getattr(found, part), getattr(own, part), part)
        np.testing.assert_array_equal(found.age, own.age)


@given(ROWS, st.lists(st.integers(0, 4), max_size=6))
def test_taking_some_people_takes_all_that_is_theirs(rows, people) -> None:
    together = histories(events(rows), 1.0, 4, n_people=5)
    some = together.take(np.array(people, np.int64))
    assert len(some) == len(people)
    ages = [together[person].age for person in people]
    np.testing.assert_array_equal(some.age, np.concatenate([EMPTY.age, *ages]))
    for place, person in enumerate(people):
        for part in PARTS:
            np.testing.assert_array_equal(
                getattr(some[place], part), getattr(together[person], part), part
            )


def test_kind_and_value_are_those_of_the_strongest_event_the_newer_of_equals() -> None:
    nan = float("nan")
    rows = [(0, 3, "rating", 5, 4.0), (0, 3, "view", 9, nan), (0, 4, "rating", 1, 4.0)]
    rows += [(0, 4, "rating", 2, 50.0), (0, 5, "watch", 7, 50.0)]
    found = histories(events(rows), 1.0, 200)[0]
    assert found.items.tolist() == [4, 5, 3]
    assert found.times.tolist() == [2, 7, 9]
    assert found.kinds.tolist() == [CODES["rating"], CODES["watch"], CODES["rating"]]
    assert found.values.tolist() == [50.0, 50.0, 4.0]
    np.testing.assert_allclose(found.weights, [1.0, 0.7 * 50 / 60, 1.0])


@given(ROWS, st.integers(0, 99))
def test_what_is_learned_from_and_asked_with_is_what_is_served(rows, seed) -> None:
    """The log of a data set and one person's request reduce the same events to the same."""
    distinct = {(who, item, time): (who, item, kind, time, v) for who, item, kind, time, v in rows}
    told = events(list(distinct.values()))  # one event a pair and moment: no order to be drawn
    log = log_of(told, 5, 6, seed, like=1.0, limit=3)
    for person in range(5):
        alone = told.take(told.people == person)._replace(people=None)
        served, learned = history(alone, 1.0, 3), log.histories[person]
        np.testing.assert_array_equal(np.sort(served.seen), np.sort(learned.seen))
        np.testing.assert_array_equal(np.sort(served.times), np.sort(learned.times))
        if len(set(alone.times.tolist())) == len(alone.times):  # no basket
            for part in PARTS:
                np.testing.assert_array_equal(getattr(learned, part), getattr(served, part), part)


@pytest.mark.parametrize(
    ("told", "liked", "disliked"),
    [
        ([(7, "like"), (3, "like"), (7, "like")], [3, 7], []),
        ([(7, "like"), (3, "like"), (7, "dislike")], [3], [7]),
        ([(7, "dislike"), (3, "like"), (7, "like")], [3, 7], []),
    ],
)
def test_a_second_opinion_means_the_same_in_training_as_when_served(told, liked, disliked) -> None:
    rows = [(0, item, kind, time, 0.0) for time, (item, kind) in enumerate(told)]
    log = log_of(events(rows), 1, 8, seed=0)
    assert log.histories[0].items.tolist() == liked
    assert log.histories[0].disliked.tolist() == disliked
    assert sorted(log.interactions.items.tolist()) == sorted(liked)


def test_three_hundred_likes_are_two_hundred_in_training_as_when_served() -> None:
    log = log_of(events([(0, i, "like", i, 0.0) for i in range(300)]), 1, 300, seed=0)
    assert log.histories[0].items.tolist() == list(range(100, 300))
    assert len(log.histories[0].seen) == len(log.interactions) == 300


def test_events_of_different_lengths_are_refused() -> None:
    told = events([(0, 1, "like", 2, 0.0)])
    with pytest.raises(ShapeError):
        history(told._replace(times=told.times[:0]), 1.0, 200)
    with pytest.raises(ShapeError):
        histories(told._replace(people=told.people[:0]), 1.0, 200, 1)


@given(ROWS)
def test_of_each_person_the_newest_events_are_known_as_a_store_reads_them(rows) -> None:
    """Three of them here: the store's limit cuts a request as this cuts what is learned from."""
    told = events(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reduce, "NEWEST", 3)
        found = reduce.newest(told)
        log = log_of(told, 4, 6, seed=1)
    for person in range(4):
        mine = [i for i, row in enumerate(rows) if row[0] == person]
        kept = sorted(sorted(mine, key=lambda i: (rows[i][3], i))[-3:])
        own = found.take(found.people == person)
        np.testing.assert_array_equal(own.items, told.items[kept])
        np.testing.assert_array_equal(own.times, told.times[kept])
        assert np.count_nonzero(log.users == person) == np.count_nonzero(told.items[kept] >= 0)
