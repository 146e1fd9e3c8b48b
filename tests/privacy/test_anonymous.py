"""The anonymous export: every line is of k people, and what is not in it is counted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beholder.behaviour.event import Event
from beholder.privacy.anonymous import anonymous
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace
from command_line import beholder


def at(day: str, hour: int = 12) -> int:
    return int(datetime.fromisoformat(f"{day}T{hour:02}:34:56+00:00").timestamp() * 1000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(Workspace.create(tmp_path / "w", 'title = "t"\n'), create=True) as opened:
        opened.put_items([ItemRecord(name, name) for name in "abcdef"])
        yield opened


def written(store: Store, *words: object) -> tuple[list[dict[str, Any]], str]:
    file = store.workspace.root / "out.jsonl"
    said, _ = beholder(
        "export", store.workspace.root, "--anonymous", "--out", file, "--force", *words
    )
    return [json.loads(line) for line in file.read_text().splitlines()], said


def test_what_two_people_share_is_told_as_far_as_they_share_it(store: Store) -> None:
    store.record(
        [
            Event("a", "like", user="ann", time=at("2024-03-01", 8)),  # the same day
            Event("a", "like", user="bob", time=at("2024-03-01", 23)),
            Event("a", "like", user="bob", time=at("2024-03-01", 22)),
            Event("a", "like", user="cat", time=at("2024-03-07")),  # the same month, two days
            Event("a", "like", user="ann", time=at("2024-03-09")),
            Event("b", "purchase", user="ann", time=at("2023-01-01")),  # the same item alone
            Event("b", "purchase", session="bob", time=at("2024-12-31")),
            Event("c", "rating", user="ann", time=at("2024-03-01"), value=4),  # the same value
            Event("c", "rating", user="bob", time=at("2024-03-01"), value=4),
            Event("d", "rating", user="ann", time=at("2024-03-01"), value=5),  # three values
            Event("d", "rating", user="bob", time=at("2024-03-01"), value=5),
            Event("d", "rating", user="cat", time=at("2024-03-01"), value=1),
            Event("e", "view", user="cat", time=at("2024-03-01")),  # one person, twice
            Event("e", "view", user="cat", time=at("2024-03-02")),
            Event("f", "view", user="dan", time=at("2024-03-01")),  # both refuse something
            Event("f", "view", user="eve", time=at("2024-03-01")),
            Event("a", "like", user="eve", time=at("2024-03-01")),
            Event("c", "review", user="ann", time=at("2024-03-01"), text="a canary of words"),
        ]
    )
    store.set_purposes("dan", {"train": False})
    store.set_purposes("eve", {"measure": False})
    (about, *lines), said = written(store, "--k", 2)
    assert lines == [
        {"item": "b", "kind": "purchase", "people": 2, "events": 2},
        {"item": "a", "kind": "like", "people": 2, "events": 2, "when": "2024-03"},
        {"item": "a", "kind": "like", "people": 2, "events": 3, "when": "2024-03-01"},
        {
            "item": "c", "kind": "rating", "people": 2, "events": 2, "when": "2024-03-01",
            "value": 4.0,
        },
        {"item": "d", "kind": "rating", "people": 3, "events": 3, "when": "2024-03-01"},
    ]  # fmt: skip
    assert about == {
        "record": "about",
        "schema": "beholder-anonymous-1",
        "k": 2,
        "lines": 5,
        "events": 12,
        "items": 4,
        "left_out": {
            "people_refusing": 2,
            "events_refused": 3,
            "events_without_item": 0,
            "events_few": 3,
            "items_few": 1,
            "to_the_month": 2,
            "without_time": 2,
            "without_value": 3,
        },
    }
    assert "3 events that too few people share: left out" in said
    assert "2 people refuse `train` or `measure`" in said
    assert json.loads(written(store, "--k", 2, "--json")[1]) == about
    (of_three, *_), said = written(store, "--k", 3)
    refused = (of_three["left_out"]["people_refusing"], of_three["left_out"]["events_refused"])
    assert refused == (None, None), "else it would say what two people did"
    assert "fewer than 3 people refuse" in said
    whole = (store.workspace.root / "out.jsonl").read_text()
    for secret in ("ann", "bob", "canary", "08:34", str(at("2024-03-01", 8))):
        assert secret not in whole


def test_events_without_a_moment_and_of_items_that_are_gone(store: Store) -> None:
    for user in ("ann", "bob"):
        store.record([Event("a", "like", user=user, time=0), Event("b", "like", user=user)])
    store.delete_item("b")
    store.record([Event("c", "like", user="ann", time=0), Event("c", "like", user="bob", time=5)])
    about, *lines = written(store, "--k", 2)[0]
    assert lines == [
        {"item": "a", "kind": "like", "people": 2, "events": 2},
        {"item": "c", "kind": "like", "people": 2, "events": 2},
    ], "no moment is no day of 1970"
    assert about["left_out"]["events_without_item"] == 2


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from("abc"),
        st.sampled_from(["like", "rating"]),
        st.sampled_from([0, 1, 2, 40]),
        st.sampled_from([1.0, 2.0]),
    ),
    max_size=40,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS, k=st.integers(2, 4))
def test_every_line_is_of_k_people_whoever_counts(
    tmp_path_factory: pytest.TempPathFactory, events: list[Any], k: int
) -> None:
    root = tmp_path_factory.mktemp("any") / "w"
    day = at("2024-03-01", 0)
    with Store.open(Workspace.create(root, 'title = "t"\n'), create=True) as store:
        store.put_items([ItemRecord(name, name) for name in "abc"])
        made = [
            Event(
                item,
                kind,
                user=f"u{user}",
                time=day + days * 86_400_000 + i,
                value=value if kind == "rating" else None,
            )
            for i, (user, item, kind, days, value) in enumerate(events)
        ]
        store.record(made)
        told, lines = anonymous(store, k)
    assert told.events + told.left_out.events_few == len(made)
    keys = [(line.item, line.kind, line.when, line.value) for line in lines]
    assert len(set(keys)) == len(keys)
    fits: dict[int, set[str]] = defaultdict(set)
    for event in made:
        assert event.time is not None
        moment = datetime.fromtimestamp(event.time / 1000, UTC).strftime("%Y-%m-%d")
        for i, line in enumerate(lines):
            same = (line.item, line.kind) == (event.item, event.kind)
            if same and moment.startswith(line.when or "") and line.value in (None, event.value):
                fits[i].add(str(event.user))
    for i, line in enumerate(lines):
        assert k <= line.people <= len(fits[i])
        assert line.people <= line.events
    for line in lines:  # what tells no value is no rest that tells one
        others = {
            x.value for x in lines if (x.item, x.kind, x.when) == (line.item, line.kind, line.when)
        }
        assert len(others) == 1 or None not in others


def test_what_cannot_be_meant_is_one_line(store: Store, tmp_path: Path) -> None:
    root = store.workspace.root
    _, said = beholder("export", root, "--out", tmp_path / "x", status=2)
    assert "add --anonymous" in said
    _, said = beholder("export", root, "--anonymous", "--out", tmp_path / "no/x", status=2)
    assert "cannot be written" in said
    for k in ("1", "0", "many"):
        beholder("export", root, "--anonymous", "--out", tmp_path / "x", "--k", k, status=2)
    beholder("export", root, "--anonymous", "--out", tmp_path)
    (line,) = (tmp_path / "anonymous.jsonl").read_text().splitlines()
    assert json.loads(line)["lines"] == 0
