"""Answers are personal: they are exported, erased and expire like events, but sooner."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import insert, select

from beholder.behaviour.event import Event
from beholder.store import Store, Who, answers, people, schema
from beholder.store.answers import Shown, pack, seen_places, unpack
from beholder.store.ids import ANSWER, answer_id, now

DAY = 86_400_000
TWO = Shown(
    np.array([2, 1], np.int32),
    np.array([0.5, 0.25], np.float32),
    np.array([1.0, 0.125], np.float32),
    np.array([1, 6], np.uint8),
)


def answer(store: Store, user: str | None, name: str, time: int) -> None:
    """Store an answer to somebody known, or to nobody."""
    with store.database.write() as connection:
        person = None
        if user is not None:
            link = store.keys.find_one(store.keys.mac(Who("user", user)))
            assert link is not None
            person = people.find(connection, [link.subject])[link.subject][0]
        connection.execute(
            insert(schema.answers).values(
                id=bytes.fromhex(name),
                person=person,
                bundle="20261124T101500-7f3a",
                arm="",
                time=time,
                packed=pack(TWO),
                seen=b"\x02",
            )
        )


def left(store: Store) -> set[str]:
    with store.database.read() as connection:
        return {bytes(row[0]).hex() for row in connection.execute(select(schema.answers.c.id))}


def test_a_place_takes_thirteen_bytes_and_comes_back_as_it_was() -> None:
    packed = pack(TWO)
    assert packed.hex() == ("02000000010000000000003f0000803e0000803f0000003e0106")
    for got, given in zip(unpack(packed), TWO, strict=True):
        assert got.tolist() == given.tolist()
    assert unpack(b"").items.tolist() == []


def test_the_first_place_is_the_lowest_bit() -> None:
    assert seen_places(b"\x05\x80") == [0, 2, 15]
    assert seen_places(None) == []


def test_a_person_takes_away_what_they_were_answered(store: Store) -> None:
    store.record([Event("a", "like", user=user) for user in ("sam", "kim")])
    answer(store, "sam", "0a" * 8, 7)
    answer(store, "kim", "0b" * 8, 7)
    told = [record for record in store.export("sam") if record["record"] == "answer"]
    assert told == [
        {
            "record": "answer",
            "answer": "0a" * 8,
            "bundle": "20261124T101500-7f3a",
            "arm": "",
            "time": 7,
            "items": ["b", "a"],
            "scores": [0.5, 0.25],
            "chances": [1.0, 0.125],
            "sources": ["history", "explore"],
            "seen": [1],
        }
    ]


def test_more_answers_than_a_page_are_all_exported(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PAGE", 2)
    store.record([Event("a", "like", user="sam")])
    for n in range(5):
        answer(store, "sam", f"{n:016x}", n)
    told = [r["time"] for r in store.export("sam") if r["record"] == "answer"]
    assert told == [0, 1, 2, 3, 4]


def test_erasing_a_person_takes_their_answers_and_nobody_elses(store: Store) -> None:
    store.record([Event("a", "like", user=user) for user in ("sam", "kim")])
    for user, name in (("sam", "0a" * 8), ("kim", "0b" * 8), (None, "0c" * 8)):
        answer(store, user, name, 7)
    receipt = store.erase("sam")
    assert (receipt.answers, receipt.events) == (1, 1)
    assert left(store) == {"0b" * 8, "0c" * 8}


def test_answers_end_after_their_days_and_events_stay(store: Store) -> None:
    store.record([Event("a", "like", user="sam")])
    at = now()
    answer(store, "sam", "0a" * 8, at)
    answer(store, None, "0b" * 8, at - DAY)
    store.expire(at + 30 * DAY - 1000)
    assert left(store) == {"0a" * 8}
    assert store.expire(at + 31 * DAY) == 0
    assert left(store) == set()
    assert len(store.snapshot("sam").seqs) == 1


def test_ids_of_one_moment_lie_together_and_are_no_two_the_same() -> None:
    ids = [answer_id() for _ in range(500)]
    assert all(ANSWER.fullmatch(one) and len(one) == 16 for one in ids)
    assert len({one[:6] for one in ids}) <= 2, "a second, or the next one, too"
    assert len({one[6:] for one in ids}) == 500
