"""What was in sight is read of those who allow it, the newest first, and the rest is counted."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.behaviour.event import Event
from beholder.errors import UsageError
from beholder.store import Store, Who
from beholder.store.answer_log import Given, Sighted, write
from beholder.store.answers import Shown, pack
from beholder.store.in_sight import in_sight
from beholder.store.rates import DAY


def person_of(store: Store, user: str) -> int:
    return store.snapshot(user).persons[0]


def show(store: Store, user: str | None, name: str, time: int, seen: tuple[int, ...]) -> None:
    """Show `b` and `a`, as the service stores it, and say which places were in sight."""
    places = store.seqs(["b", "a"]).astype(np.int32)
    ones = np.ones(2, np.float32)
    person = None if user is None else person_of(store, user)
    packed = pack(Shown(places, ones, ones, np.ones(2, np.uint8)))
    given = Given(bytes.fromhex(name), person, "20261124T101500-7f3a", time, 0, packed)
    entries = [given, *([Sighted(given.id, seen, None)] if seen else [])]
    with store.database.write() as connection:
        write(connection, entries)


def test_only_places_in_sight_of_people_who_allow_it_are_read(store: Store) -> None:
    store.record([Event("a", "like", user=user) for user in ("sam", "kim", "lee")])
    show(store, "sam", "0a" * 8, 70, (1,))
    show(store, "sam", "0b" * 8, 60, (0, 1))
    show(store, "sam", "0c" * 8, 50, ())
    show(store, "kim", "0d" * 8, 70, (0,))
    show(store, None, "0e" * 8, 70, (0,))
    store.set_purposes(Who("user", "kim"), {"train": False})
    found = store.in_sight(newest=70 + DAY)
    a, b = store.seqs(["a", "b"]).tolist()
    assert found.persons.tolist() == [person_of(store, "sam")] * 2
    assert found.times.tolist() == [60, 70]
    assert found.indptr.tolist() == [0, 2, 3]
    assert found.seqs.tolist() == [b, a, a]
    assert found.places.tolist() == [0, 1, 1]
    assert (found.unmarked, found.nobodys, found.older, found.fresh) == (1, 2, 0, 0)
    newest = in_sight(store.database, "train", 70 + DAY, most=1)
    assert (newest.times.tolist(), newest.older) == ([70], 1)


@pytest.mark.parametrize(
    ("event", "times", "counts"),
    [(0, [2, 3], (9, 2)), (2 * DAY - 4, [DAY - 5, DAY - 4], (7, 4))],
    ids=["by the newest answer", "by the newest event"],
)
def test_the_last_day_is_left_out_however_much_was_shown_then(
    store: Store, event: int, times: list[int], counts: tuple[int, int]
) -> None:
    store.record([Event("a", "like", user="sam")])
    for at in range(4):
        show(store, "sam", f"0{at}" * 8, at, (0,))
    for at in range(9):
        show(store, "sam", f"1{at}" * 8, DAY - 5 + at, (0, 1))
    found = in_sight(store.database, "train", event, most=2)
    assert found.times.tolist() == times
    assert (found.fresh, found.older) == counts


def test_nothing_shown_is_nothing_in_sight(store: Store) -> None:
    found = store.in_sight()
    assert (len(found.times), found.indptr.tolist(), len(found.seqs)) == (0, [0], 0)


def test_a_purpose_that_nobody_was_asked_about_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="sell"):
        store.in_sight("sell")  # type: ignore[arg-type]


def test_who_is_erased_is_in_sight_no_more(store: Store) -> None:
    store.record([Event("a", "like", user="sam")])
    show(store, "sam", "0a" * 8, 70, (0,))
    store.erase("sam")
    assert len(store.in_sight(newest=70 + DAY).times) == 0
