"""Answers wait in memory, follow the events into the store, and are the first to be dropped."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update

from beholder.behaviour.event import Event
from beholder.store import GroupWriter, Store, answer_log, schema
from beholder.store.answer_log import AnswerLog, Given, Sighted, chosen
from beholder.store.answers import HISTORY, POPULAR, Shown, pack, seen_places, unpack

FIRST, SECOND = bytes.fromhex("0a" * 8), bytes.fromhex("0b" * 8)


def shown(*items: int) -> Shown:
    n = len(items)
    scores = np.linspace(1, 0.5, n).astype(np.float32)
    sources = np.where(np.arange(n) == 0, HISTORY, POPULAR).astype(np.uint8)
    return Shown(np.array(items, np.int32), scores, np.ones(n, np.float32), sources)


def given(person: int | None, name: bytes = FIRST, place: int = 0, items: Any = (2, 1)) -> Given:
    return Given(name, person, "20261124T101500-7f3a", 7, place, pack(shown(*items)))


def person_of(store: Store, user: str) -> int:
    store.record([Event("a", "like", user=user)])
    return store.snapshot(user).persons[0]


def rows(store: Store) -> dict[bytes, Any]:
    with store.database.read() as connection:
        return {bytes(row.id): row for row in connection.execute(select(schema.answers))}


def items_of(row: Any) -> list[int]:
    return unpack(bytes(row.packed)).items.tolist()


def test_the_writer_stores_what_waits_before_it_ends(store: Store) -> None:
    sam = person_of(store, "sam")
    with GroupWriter(store) as writer:
        writer.submit([Event("b", "like", user="sam")]).result()
        store.waiting.put(given(sam))
        store.waiting.put(given(None, SECOND))
    found = rows(store)
    assert (found[FIRST].person, found[SECOND].person) == (sam, None)
    assert items_of(found[FIRST]) == [2, 1]
    assert (found[FIRST].bundle, found[FIRST].arm) == ("20261124T101500-7f3a", "")
    assert (len(store.waiting), store.waiting.counts.stored) == (0, 2)


def test_the_writer_stores_answers_without_any_event(store: Store) -> None:
    with GroupWriter(store):
        store.waiting.put(given(None))
        for _ in range(500):
            if rows(store):
                break
            time.sleep(0.02)
        assert rows(store).keys() == {FIRST}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"profiling": False}, False),
        ({"purposes": 0b001}, False),
        ({"purposes": 0b011}, False),
        ({"purposes": 0b100}, True),
        ({"purposes": None}, True),
    ],
)
def test_an_answer_names_its_person_only_where_that_may_be_measured(
    store: Store, told: dict[str, Any], kept: bool
) -> None:
    sam = person_of(store, "sam")
    with store.database.write() as connection:
        connection.execute(update(schema.people).values(told))
    store.waiting.put(given(sam))
    GroupWriter(store).close()
    assert rows(store)[FIRST].person == (sam if kept else None)


def test_what_waits_of_an_erased_person_is_dropped_and_in_the_receipt(store: Store) -> None:
    sam, kim = person_of(store, "sam"), person_of(store, "kim")
    store.waiting.put(given(sam))
    store.waiting.put(given(kim, SECOND))
    assert store.erase("sam").answers == 1
    assert len(store.waiting) == 1
    GroupWriter(store).close()
    assert rows(store).keys() == {SECOND}


def test_what_waits_in_another_process_is_dropped_when_it_would_be_written(store: Store) -> None:
    sam = person_of(store, "sam")
    with Store.open(store.workspace) as other:
        other.waiting.put(given(sam))
        store.erase("sam")
        GroupWriter(other).close()
        assert rows(store) == {}
        assert (other.waiting.counts.stored, other.waiting.counts.dropped) == (0, 1)


def test_a_page_goes_on_with_its_answer_and_counts_once(store: Store) -> None:
    log = store.waiting
    log.put(given(None, items=(2, 1)))
    log.put(given(None, place=2, items=(3,)))
    GroupWriter(store).close()
    log.put(given(None, place=2, items=(3,)))  # loaded anew
    log.put(given(None, place=3, items=(0,)))
    GroupWriter(store).close()
    assert items_of(rows(store)[FIRST]) == [2, 1, 3, 0]
    log.put(given(None, place=9, items=(5,)))  # the pages between were dropped
    log.put(given(None, SECOND, place=2))  # and here the first one
    GroupWriter(store).close()
    assert items_of(rows(store)[FIRST]) == [2, 1, 3, 0]
    assert log.counts.dropped == 2


def test_a_page_of_somebody_else_is_not_added(store: Store) -> None:
    sam, kim = person_of(store, "sam"), person_of(store, "kim")
    store.waiting.put(given(sam))
    store.waiting.put(given(kim, place=2, items=(3,)))
    GroupWriter(store).close()
    assert items_of(rows(store)[FIRST]) == [2, 1]


def test_places_in_sight_are_marked_by_those_who_were_answered(store: Store) -> None:
    sam, kim = person_of(store, "sam"), person_of(store, "kim")
    log = store.waiting
    log.put(given(sam, items=range(10)))
    log.put(given(None, SECOND))
    log.put(Sighted(FIRST, (0, 9), (sam,)))
    log.put(Sighted(FIRST, (2,), None))  # a server
    log.put(Sighted(FIRST, (2,), None))
    log.put(Sighted(FIRST, (4,), (kim,)))
    log.put(Sighted(FIRST, (10,), (sam,)))  # the answer has ten places
    log.put(Sighted(FIRST, (150, 7), (sam,)))  # of these one is there
    log.put(Sighted(SECOND, (1,), ()))  # nobody's answer
    log.put(Sighted(b"\x00" * 8, (0,), None))
    GroupWriter(store).close()
    found = rows(store)
    assert seen_places(bytes(found[FIRST].seen)) == [0, 2, 7, 9]
    assert seen_places(bytes(found[SECOND].seen)) == [1]
    assert log.counts.unknown == 3


def test_the_queue_has_a_bound_and_counts_what_it_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_log, "MOST", 2 * (answer_log.AROUND + 2 * 13))
    log = AnswerLog()
    for _ in range(5):
        log.put(given(None))
    assert (len(log), log.counts.dropped) == (2, 3)


def test_more_than_fits_in_one_transaction_is_all_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_log, "BATCH", 3)
    names = [bytes([n]) * 8 for n in range(10)]
    with GroupWriter(store):
        for name in names[:5]:
            store.waiting.put(given(None, name))
    for name in names[5:]:
        store.waiting.put(given(None, name))
    store.waiting.flush(store.database)
    assert len(store.waiting) == 2
    GroupWriter(store).close()
    assert (rows(store).keys(), store.waiting._bytes) == ({*names}, 0)


def test_a_table_that_fails_drops_answers_and_stops_no_event(store: Store) -> None:
    with store.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE answers RENAME TO away")
    with GroupWriter(store) as writer:
        store.waiting.put(given(None))
        writer.submit([Event("b", "like", user="sam")]).result()
    assert len(store.snapshot("sam")) == 1
    assert (len(store.waiting), store.waiting.counts.dropped) == (0, 1)


def test_a_share_of_answers_is_chosen_by_their_ids() -> None:
    names = [f"{n:016x}" for n in range(4_000)]
    kept = [name for name in names if chosen(name, 0.25)]
    assert kept == [name for name in names if chosen(name, 0.25)]
    assert 900 < len(kept) < 1_100  # within 3.7 standard deviations of 1,000
    assert not any(chosen(name, 0.0) for name in names)
    assert all(chosen(name, 1.0) for name in names)
    assert set(kept) <= {name for name in names if chosen(name, 0.5)}


def test_a_page_that_was_asked_for_again_stands_as_it_was_shown_last(store: Store) -> None:
    """With more places, after an event: and what stood behind a shorter one stays."""
    log = store.waiting
    log.put(given(None, items=(2, 1)))
    log.put(given(None, place=2, items=(3, 0)))
    log.put(given(None, place=2, items=(5, 3, 4, 0)))
    log.put(given(None, place=4, items=(6,)))
    GroupWriter(store).close()
    assert items_of(rows(store)[FIRST]) == [2, 1, 5, 3, 6, 0]
