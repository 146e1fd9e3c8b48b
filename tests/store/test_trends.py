"""What rises is counted in people, of the newest week, against the four before."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.behaviour.event import Event
from beholder.store import Store, encrypted_events, plain_events

DAY = 86_400_000
NOW = 1_700_000_000_000


@pytest.fixture(params=["plain", "encrypted"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def views(item: str, days_ago: float, *users: str, kind: str = "view") -> list[Event]:
    time = NOW - int(days_ago * DAY)
    return [Event(item, kind, user=user, time=time) for user in users]  # type: ignore[arg-type]


def found(store: Store) -> dict[str, float]:
    rises = store.rises()
    names = dict(zip(store.seqs(["a", "b", "c"]).tolist(), "abc", strict=True))
    return {
        names[seq]: value
        for seq, value in zip(rises.seqs.tolist(), rises.rises.tolist(), strict=True)
    }


def test_a_rise_is_how_far_a_week_is_above_its_rate_before(store: Store) -> None:
    store.record(
        [
            *views("a", 1, "p1", "p2", "p3", "p4"),
            *views("a", 20, "p5", "p6", "p7", "p8"),  # one a week
            *views("b", 1, "p1"),
            *views("b", 8, "p2", "p3", "p4", "p5"),
            *views("c", 0, "p1", "p2"),
            *views("c", 40, "p3", "p4"),  # before everything that is compared
        ]
    )
    assert found(store) == pytest.approx({"a": (4 - 1) / np.sqrt(1 + 1), "c": 2.0})


def test_a_young_store_does_not_rise_as_a_whole(store: Store) -> None:
    """Two days lie before the week: their rate a week is 3.5 times what they had."""
    store.record(
        [
            *views("a", 0, *(f"p{i}" for i in range(7))),
            *views("a", 9, "q1", "q2"),
            *views("b", 0, *(f"p{i}" for i in range(9))),
            *views("b", 9, "q1", "q2"),
        ]
    )
    assert found(store) == pytest.approx({"b": 2 / np.sqrt(8)})


def test_one_person_counts_once_and_dislikes_do_not(store: Store) -> None:
    store.record(
        [
            *views("a", 0, "p1", "p2"),
            *views("a", 1, "p1"),
            *views("a", 2, "p1"),
            *views("b", 1, "p1", "p2", kind="dislike"),
            *views("c", 1, "p1", "p2", kind="hide"),
        ]
    )
    assert found(store) == {"a": 2.0}


def test_what_one_person_took_up_is_no_trend(store: Store) -> None:
    store.record([*views("a", 0, "p1"), *views("b", 0, "p1", "p2")])
    assert found(store) == {"b": 2.0}


def test_a_bad_rating_is_a_dislike_here_too(store: Store) -> None:
    for user in ("p1", "p2"):
        bad = Event("a", "rating", user=user, time=NOW, value=1.0)
        good = Event("b", "rating", user=user, time=NOW, value=5.0)
        store.record([bad, good])
    assert found(store) == {"b": 2.0}


def test_people_without_profiling_do_not_count(store: Store) -> None:
    store.record([*views("a", 1, "p1", "p2", "p3"), *views("b", 1, "p1", "p3")])
    store.set_profiling("p3", False)
    assert found(store) == {"a": 2.0}


def test_the_newest_events_alone_are_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in (plain_events, encrypted_events):
        monkeypatch.setattr(form, "RECENT", 4)
    store.record([event for item in "abc" for event in views(item, 1, "p1", "p2")])
    assert found(store).keys() == {"b", "c"}


def test_without_events_nothing_rises(store: Store) -> None:
    assert found(store) == {}
