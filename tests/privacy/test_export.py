from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from beholder.behaviour.event import Event
from beholder.errors import DataError
from beholder.privacy.export import export_lines, import_export
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


EVENTS = [
    Event("a", "click", user="sam", time=5),
    Event("b", "rating", user="sam", time=6, value=3.5),
    Event("c", "review", user="sam", time=7, text="naïve words, “quoted”", event_id="mine"),
    Event("c", "review", user="sam", time=7, text="and others", event_id="another"),
    Event("c", "review", user="sam", time=7),
    Event("b", "click", user="sam", time=8, answer="0a" * 8, place=19),
    *(Event("a", "view", user="sam", time=100 + i) for i in range(1_200)),
]


@pytest.mark.parametrize("who", [Who("user", "sam"), Who("session", "sam")])
def test_importing_an_export_gives_the_same_data(store: Store, tmp_path: Path, who: Who) -> None:
    events = EVENTS
    if who.kind == "session":
        events = [msgspec.structs.replace(e, user=None, session=e.user) for e in EVENTS]
    store.record(events)
    store.record([Event("b", "like", user="other")])
    store.set_profiling(who, False)
    lines = list(export_lines(store, who))
    assert len(lines) == 2 + len(EVENTS)
    with new_store(tmp_path / "two") as other:
        outcomes = import_export(other, lines)
        assert {outcome.status for outcome in outcomes} == {"stored"}

        def held(where: Store) -> list[dict[str, object]]:
            ignored = ("arrived",)
            records = [msgspec.json.decode(line) for line in export_lines(where, who)]
            return [{k: v for k, v in r.items() if k not in ignored} for r in records]

        assert held(other) == held(store)
        assert {outcome.status for outcome in import_export(other, lines)} == {"same"}


def test_the_export_says_what_the_data_is_for_and_how_long_it_is_kept(store: Store) -> None:
    head, *rest = export_lines(store, "nobody")
    about = msgspec.json.decode(head)
    assert about["purposes"] == ["recommend", "train", "measure"]
    assert about["kept_days"] == 180
    assert about["recipients"] == []
    assert rest == []


@pytest.mark.parametrize("lines", [[], [b"{}\n"], [b"nonsense"], [b"[1]"]])
def test_what_is_no_export_is_refused(store: Store, lines: list[bytes]) -> None:
    with pytest.raises(DataError):
        import_export(store, lines)
