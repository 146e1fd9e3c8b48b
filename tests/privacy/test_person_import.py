"""An export is taken in again: here it changes nothing, elsewhere it is the same data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_export import AT, EVENTS

from beholder.behaviour.event import Event
from beholder.privacy.export import export_lines
from beholder.store import ItemRecord, Purposes, Store, Who
from beholder.store.answer_log import Given
from beholder.store.answers import Shown, pack
from beholder.workspace import Workspace
from command_line import beholder


def made(folder: Path, items: str, more: str = "") -> Store:
    store = Store.open(Workspace.create(folder, f'title = "test"\n{more}'), create=True)
    store.put_items([ItemRecord(name, name) for name in items])
    return store


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Store]:
    with made(tmp_path / "one", "abc") as store:
        store.record(EVENTS)
        store.record([Event("b", "like", user="other")])
        store.set_purposes("sam", {"train": False})
        yield store


def lines(store: Store, who: str | Who = "sam") -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_lines(store, who)]


def comparable(record: dict[str, Any]) -> dict[str, Any]:
    """What must differ elsewhere: when it arrived, and the names the store itself gave."""
    own = record.get("own_id", record["record"] != "event")
    gone = {"arrived"} if own else {"arrived", "event_id"}
    return {name: value for name, value in record.items() if name not in gone}


@pytest.mark.parametrize("kind", ["user", "session"])
def test_an_export_taken_in_elsewhere_is_exported_as_it_was(
    tmp_path: Path, one: Store, kind: str
) -> None:
    who = Who(kind, "sam")  # type: ignore[arg-type]
    if kind == "session":
        one.record([Event("a", "click", session="sam", time=AT + 9, event_id="x")])
        one.set_purposes(who, {"measure": False})
    file = tmp_path / "sam.jsonl"
    words = ("--session",) if kind == "session" else ()
    beholder("user", "export", one.workspace.root, "sam", "--out", file, *words)
    # The other workspace numbers its items otherwise, and allows nothing by itself.
    off = "[privacy]\nprofiling_default = false\n"
    with made(tmp_path / "two", "xcba", off) as two:
        out, said = beholder("user", "import", two.workspace.root, file, "--json")
        told = json.loads(out)
        n = len(lines(one, who)) - 2
        assert (told["people"], told["events"], told["stored"]) == (1, n, n)
        assert (told["same"], told["refused"], said) == (0, 0, "")
        assert told["left_out"] == {"about": 1}
        was, now = lines(one, who), lines(two, who)
        assert [comparable(r) for r in now] == [comparable(r) for r in was]
        assert two.purposes(who) == one.purposes(who)
        again = json.loads(beholder("user", "import", two.workspace.root, file, "--json")[0])
        assert (again["stored"], again["same"]) == (0, n)
        assert [comparable(r) for r in lines(two, who)] == [comparable(r) for r in was]


def test_taken_in_where_it_came_from_it_changes_nothing(tmp_path: Path, one: Store) -> None:
    file = tmp_path / "sam.jsonl"
    file.write_bytes(b"".join(export_lines(one, "sam")))
    before = lines(one)
    one.set_purposes("sam", {"measure": False})  # since then
    out, _ = beholder("user", "import", one.workspace.root, file)
    n = len(EVENTS)
    assert out.splitlines()[-1:] == ["measure is off"], "an old file takes no refusal back"
    assert "left out: 1 about" in out
    assert lines(one)[2:] == before[2:]
    assert lines(one, "other")[1]["user"] == "other"
    assert str(n) in out


def test_what_is_no_event_or_cannot_be_kept_is_counted_and_named(
    tmp_path: Path, one: Store
) -> None:
    one.record(
        [Event("c", "like", user="ann", time=AT), Event("a", "like", user="ann", time=AT + 1)]
    )
    (person,) = one.snapshot("ann").persons
    shown = Shown(*(np.ones(1, kind) for kind in ("i4", "f4", "f4", "u1")))
    one.waiting.put(Given(b"answer!!", person, "bundle", 7, 0, pack(shown)))
    one.waiting.flush(one.database)
    file = tmp_path / "ann.jsonl"
    records = b"".join(export_lines(one, "ann"))
    broken = (
        b'{"record":"event","item":"a","kind":"dance","time":1700000000008}\n{"rec\n' + b"[" * 9_000
    )
    file.write_bytes(records + broken)
    with made(tmp_path / "two", "ab") as two:
        asked = "user", "import", two.workspace.root, file
        out, said = beholder(*asked, "--strict", status=3)
        for what in ("1 about", "1 answer"):
            assert f"left out: {what}" in out
        assert "refused: 2 no JSON object" in said
        assert "refused: 1 unknown-item (line 3 first)" in said
        assert "(line 6 first)" in said
        assert "dance" in said
        assert [r["item"] for r in lines(two, "ann")[2:]] == ["a"]


def test_what_is_no_export_is_one_line_that_says_what_to_do(tmp_path: Path, one: Store) -> None:
    other = tmp_path / "items.jsonl"
    other.touch()
    _, said = beholder("user", "import", one.workspace.root, other, status=1)
    assert "it is empty" in said
    other.write_text('{"item_id": "a"}\n')
    _, said = beholder("user", "import", one.workspace.root, other, status=1)
    assert said.startswith("beholder: this is no export of a person")
    assert said.count("\n") == 1
    beholder("user", "import", one.workspace.root, tmp_path / "missing", status=2)
    file = tmp_path / "sam.jsonl"
    file.write_bytes(b"".join(export_lines(one, "sam")))
    _, said = beholder("import", one.workspace.root, "--interactions", file, status=1)
    assert "beholder user import DIR sam.jsonl" in said
    head = b"".join(export_lines(one, "nobody"))
    for person in ({}, {"user": ""}, {"user": 7}, {"session": "a\x00b"}):
        file.write_bytes(head + json.dumps({"record": "person", **person}).encode())
        _, said = beholder("user", "import", one.workspace.root, file, status=1)
        assert "line 2 is a person without a valid id" in said
    two = b'{"record":"person","user":"x"}\n{"record":"person","user":"ann"}\n'
    file.write_bytes(head + two)
    _, said = beholder("user", "import", one.workspace.root, file, status=1)
    assert "line 3 is a second person" in said
    file.write_bytes(head + b'{"record":"person","user":"old","profiling":false}\n')
    out, _ = beholder("user", "import", one.workspace.root, file)
    assert "train is off" in out
    file.write_bytes(b"".join(export_lines(one, "sam")))
    one.erase("sam")
    _, said = beholder("user", "import", one.workspace.root, file, status=1)
    assert "erased less than a day ago" in said
    assert one.purposes("sam") == Purposes(False, False, False)


def test_of_a_damaged_file_the_whole_lines_are_taken_and_the_others_named(
    tmp_path: Path, one: Store
) -> None:
    moments = [0, 1, True, AT // 1_000, str(AT), None, AT * 1_000, AT]
    told = [{"record": "event", "item": "a", "kind": "like", "time": time} for time in moments]
    del told[5]["time"]
    head = b"\xef\xbb\xbf" + b"".join(export_lines(one, "nobody"))  # as an editor saved it
    person = b'{"record":"person","user":"eve"}\n'
    bad = b'{"record":"event","item":"\xff","kind":"like"}\n' + b"{" * (9 * 2**20) + b"\n"
    file = tmp_path / "eve.jsonl"
    file.write_bytes(head + person + bad + "\n".join(map(json.dumps, told)).encode())
    out, said = beholder("user", "import", one.workspace.root, file)
    assert "refused: 1 no JSON object: the file is cut or damaged there (line 3 first)" in said
    assert "refused: 1 a line longer than 8388608 bytes" in said
    assert (
        "refused: 7 time is no moment from 1990 until now in milliseconds since 1970 (line 5 first)"
        in said
    )
    assert out.splitlines()[2].split() == ["1", "10", "1", "0", "9"]
    assert [record["time"] for record in lines(one, "eve")[2:]] == [AT]


def test_however_many_reasons_there_are_few_are_told_apart(tmp_path: Path, one: Store) -> None:
    file = tmp_path / "eve.jsonl"
    events = [
        {"record": "event", "item": "a", "kind": f"kind {n}", "time": AT + n} for n in range(50)
    ]
    person = {"record": "person", "user": "eve"}
    file.write_bytes(
        b"".join(export_lines(one, "nobody"))
        + b"\n".join(json.dumps(each).encode() for each in (person, *events))
    )
    _, said = beholder("user", "import", one.workspace.root, file, status=1)
    assert len(said.splitlines()) == 20
    assert "refused: 31 other reasons (line 22 first)" in said


def test_a_file_without_an_end_of_line_is_refused_in_bounded_memory(
    tmp_path: Path, one: Store
) -> None:
    file = tmp_path / "one-line"
    with file.open("wb") as made_long:
        made_long.truncate(2**33)  # eight gigabytes of nothing
    _, said = beholder("user", "import", one.workspace.root, file, status=1)
    assert "this is no export of a person" in said


@pytest.mark.parametrize(
    "told",
    [
        {"purposes": dict.fromkeys(("recommend", "train", "measure"), "false")},
        {"purposes": {"recommend": True, "train": True, "measure": "no"}},
        {"purposes": {"measure": 0}},
        {"purposes": {"measure": None}},
        {"purposes": {"mesure": False}},
        {"purposes": [1]},
        {"purposes": None, "profiling": True},
        {"profiling": "no"},
    ],
)
def test_what_cannot_be_read_allows_nothing_and_is_said(
    tmp_path: Path, one: Store, told: dict[str, Any]
) -> None:
    file = tmp_path / "eve.jsonl"
    head = b"".join(export_lines(one, "nobody"))
    file.write_bytes(head + json.dumps({"record": "person", "user": "eve", **told}).encode())
    out, said = beholder("user", "import", one.workspace.root, file, status=1)
    assert "what this person allows could not be read: nothing is allowed" in said
    assert out.splitlines()[-3:] == ["recommend is off", "train is off", "measure is off"]
    assert one.purposes("eve") == Purposes(False, False, False)


def test_purposes_that_are_not_named_are_as_the_settings_say(tmp_path: Path, one: Store) -> None:
    file = tmp_path / "eve.jsonl"
    person = b'{"record":"person","user":"eve","purposes":{"train":false}}'
    file.write_bytes(b"".join(export_lines(one, "nobody")) + person)
    beholder("user", "import", one.workspace.root, file)
    assert one.purposes("eve") == Purposes(True, False, True)


def test_a_person_with_a_key_twice_is_refused_before_anything_is_stored(
    tmp_path: Path, one: Store
) -> None:
    file = tmp_path / "eve.jsonl"
    person = b'{"record":"person","user":"eve","purposes":{"train":false,"train":true}}'
    file.write_bytes(b"".join(export_lines(one, "nobody")) + person)
    _, said = beholder("user", "import", one.workspace.root, file, status=1)
    assert "line 2 is a person with a key twice" in said
    assert not one.snapshot("eve").known
