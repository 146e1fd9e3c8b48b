from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from beholder.behaviour.event import Event
from beholder.privacy.export import export_lines
from beholder.store import ItemRecord, Store, Who
from beholder.workspace import Workspace


def new_store(folder: Path) -> Store:
    store = Store.open(Workspace.create(folder, 'title = "test"\n'), create=True)
    store.put_items([ItemRecord(name, name) for name in "abc"])
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "one") as opened:
        yield opened


AT = 1_700_000_000_000  # in November 2023
EVENTS = [
    Event("a", "click", user="sam", time=AT + 5),
    Event("b", "rating", user="sam", time=AT + 6, value=3.5),
    Event("c", "review", user="sam", time=AT + 7, text="naïve words, “quoted”", event_id="mine"),
    Event("c", "review", user="sam", time=AT + 7, text="and others", event_id="another"),
    Event("c", "review", user="sam", time=AT + 7),
    Event("b", "click", user="sam", time=AT + 8, answer="0a" * 8, place=19),
    *(Event("a", "view", user="sam", time=AT + 100 + i) for i in range(1_200)),
]


@pytest.mark.parametrize("who", [Who("user", "sam"), Who("session", "sam")])
def test_the_export_has_every_event_as_it_was_stored(store: Store, who: Who) -> None:
    events = EVENTS
    if who.kind == "session":
        events = [msgspec.structs.replace(e, user=None, session=e.user) for e in EVENTS]
    store.record(events)
    store.record([Event("b", "like", user="other")])
    store.set_purposes(who, {"recommend": False})
    _, person, *lines = map(msgspec.json.decode, export_lines(store, who))
    purposes = {"recommend": False, "train": True, "measure": True}
    told = {"profiling": False, "purposes": purposes}
    assert person == {"record": "person", who.kind: "sam", **told}
    fields = ("item", "kind", "time", "value", "text", "answer", "place")
    told = [{name: line[name] for name in fields if name in line} for line in lines]
    given = [{f: v for f in fields if (v := getattr(e, f)) is not None} for e in EVENTS]
    assert told == given
    assert [bool(line.get("own_id")) for line in lines] == [e.event_id is not None for e in EVENTS]


def test_the_export_says_what_the_data_is_for_and_how_long_it_is_kept(store: Store) -> None:
    head, *rest = export_lines(store, "nobody")
    about = msgspec.json.decode(head)
    assert about["purposes"] == ["recommend", "train", "measure"]
    assert about["kept_days"] == 180
    assert about["recipients"] == []
    assert rest == []
