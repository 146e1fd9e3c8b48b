"""People are numbered by what they did, not by when they came."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from beholder.dataset.people import marks_of_people, numbers_of_people
from beholder.store.records import TrainingEvents

EVENTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 9),
        st.integers(-5, 10**13),
        st.integers(1, 13),
        st.sampled_from([float("nan"), 0.0, 4.5]),
    ),
    min_size=1,
    max_size=30,
)


def made(events: list[tuple[int, int, int, int, float]], users: list[int]) -> TrainingEvents:
    _, seqs, times, kinds, values = zip(*events, strict=True)
    return TrainingEvents(
        np.array(users, np.int32),
        np.array(seqs, np.int64),
        np.array(times, np.int64),
        np.array(kinds, np.uint8),
        np.array(values, np.float32),
        6,
        np.ones(6, bool),
    )


@given(EVENTS, st.permutations(range(6)), st.randoms(use_true_random=False))
def test_numbers_follow_the_behaviour_through_any_store(events, renamed, random) -> None:
    """Other numbers and another order in the store: the same people get the same numbers."""
    users = [user for user, *_ in events]
    marks = marks_of_people(made(events, users))
    shuffled = list(events)
    random.shuffle(shuffled)
    turned = made(shuffled, [renamed[user] for user, *_ in shuffled])
    others = marks_of_people(turned)
    np.testing.assert_array_equal(np.sort(others), np.sort(marks))
    ours, theirs = numbers_of_people(marks), numbers_of_people(others)
    for user in range(6):
        if (marks == marks[user]).sum() == 1:
            assert ours[user] == theirs[renamed[user]]


def test_people_who_did_different_things_have_different_marks() -> None:
    base = (0, 3, 1000, 3, float("nan"))
    others = [
        (1, 4, 1000, 3, float("nan")),
        (2, 3, 1001, 3, float("nan")),
        (3, 3, 1000, 4, float("nan")),
        (4, 3, 1000, 3, 2.0),
    ]
    events = [base, *others]
    marks = marks_of_people(made(events, [user for user, *_ in events]))
    assert len(set(marks.tolist())) == 6  # the sixth did nothing
    assert sorted(numbers_of_people(marks).tolist()) == list(range(6))
