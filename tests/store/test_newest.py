"""What somebody did last is read without reading all that they did."""

from __future__ import annotations

import pytest

from beholder.behaviour.event import Event
from beholder.store import Store, Who

ANN = Who("session", "ann")


@pytest.fixture(params=["plain", "encrypted"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_is_what_the_export_says_of_these_kinds_oldest_first(store: Store) -> None:
    kinds = ["like", "view", "dislike", "save", "like", "hide"]
    items = ["a", "b", "a", "c", "b", "c"]
    told = [
        Event(item, kind, session="ann", time=50_000 - 1_000 * n)  # type: ignore[arg-type]
        for n, (item, kind) in enumerate(zip(items, kinds, strict=True))
    ]
    store.record([*told, Event("a", "like", user="ann", time=1)])
    wanted = [
        (each["item"], each["kind"], each["event_id"])
        for each in sorted(
            (each for each in store.export(ANN) if each["record"] == "event"),
            key=lambda each: each["time"],
        )
        if each["kind"] in ("like", "save", "dislike")
    ]
    assert len(wanted) == 4
    assert [tuple(did) for did in store.newest(ANN, ("like", "save", "dislike"))] == wanted
    assert store.newest(Who("session", "nobody"), ("like",)) == []


def test_what_came_after_it_hides_nothing(store: Store) -> None:
    store.record([Event("a", "like", session="ann", time=1)])
    store.record([Event("b", "view", session="ann", time=2 + n) for n in range(10_001)])
    assert [did.item for did in store.newest(ANN, ("like",))] == ["a"]


def test_of_very_many_the_newest_are_kept(store: Store) -> None:
    store.record([Event("a", "like", session="ann", time=1 + n) for n in range(10_001)])
    found = store.newest(ANN, ("like",))
    assert len(found) == 10_000
    assert found[0] == store.newest(ANN, ("like", "save"))[0]
