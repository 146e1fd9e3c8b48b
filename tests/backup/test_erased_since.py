"""Whoever was erased after a backup was made does not come back with it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest
from small_shop import BUNDLE

from beholder.behaviour.event import Event
from beholder.store import Store, Who, ledger
from beholder.store.records import Receipt
from beholder.workspace import Workspace
from command_line import beholder

CANARY = "canary-7f3a9c"
WORDS = "words that only the canary wrote"


@pytest.fixture
def subject(either: Workspace, tmp_path: Path) -> bytes:
    """The subject of somebody who is in a backup, and was erased since."""
    with Store.open(either) as store:
        events = [Event("a", "like", CANARY, time=9_000 + i, event_id=f"e{i}") for i in range(5)]
        store.record([*events, Event("b", "review", CANARY, time=1, text=WORDS)])
        link = store.keys.find_one(store.keys.mac(Who("user", CANARY)))
        assert link is not None
        after = time.time() + 60
        os.utime(either.bundles / BUNDLE / "manifest.json", (after, after))  # it has seen them
        beholder("backup", either.root, tmp_path / "shop.tar", "--keys", tmp_path / "shop.keys")
        assert store.erase(CANARY).events == 6
        store.erase("nobody")
    return link.subject


def restored(place: Path, there: str, *words: object, status: int = 0) -> tuple[str, str]:
    keys = ("--keys", place / "shop.keys", "--store", there)
    return beholder("restore", place / "shop.tar", place / "new", *keys, *words, status=status)


def raw(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_who_was_erased_is_erased_again(
    either: Workspace, there: str, subject: bytes, tmp_path: Path
) -> None:
    told, _ = restored(tmp_path, there, "--erasures", either.erasures)
    assert "1 person erased again" in told
    new = Workspace.open(tmp_path / "new")
    with Store.open(new) as store:
        assert not store.snapshot(CANARY).known
        assert len(store.training_events()) == 3, "all others are there"
        assert list(store.export("ann"))
        late = store.record([Event("a", "like", CANARY, time=9_999)])
        assert [outcome.status for outcome in late] == ["erased"]
    after = raw(new.root)
    for trace in (subject, CANARY.encode(), WORDS.encode()):
        assert trace not in after
    assert (new.bundles / f"{BUNDLE}.erased").exists(), "it was fitted while they were there"
    assert {r.number for r in ledger.read(new.erasures)} == {
        r.number for r in ledger.read(either.erasures)
    }, "the ledger goes on"
    beholder("backup", new.root, tmp_path / "next.tar")
    words = ("--no-erasures", "--store", "sqlite")
    beholder("restore", tmp_path / "next.tar", tmp_path / "next", *words)
    assert subject not in raw(tmp_path / "next")


def test_it_is_asked_who_was_erased_and_without_the_ledger_they_come_back(
    there: str, subject: bytes, tmp_path: Path
) -> None:
    _, told = restored(tmp_path, there, status=2)
    assert "whoever was erased since would come back" in told
    assert not (tmp_path / "new").exists()
    restored(tmp_path, there, "--no-erasures")
    with Store.open(Workspace.open(tmp_path / "new")) as store:
        assert len(list(store.export(CANARY))) == 7, "the control: this is what must not happen"


def test_a_ledger_may_be_one_file(
    either: Workspace, there: str, subject: bytes, tmp_path: Path
) -> None:
    receipts = [path.read_bytes() for path in either.erasures.iterdir()]
    (tmp_path / "ledger").write_bytes(b"".join(receipts))
    told, _ = restored(tmp_path, there, "--erasures", tmp_path / "ledger")
    assert "1 person erased again" in told


def test_people_are_erased_from_a_backup_without_keys_too(
    either: Workspace, there: str, subject: bytes, tmp_path: Path
) -> None:
    words = ("--erasures", either.erasures, "--store", there)
    beholder("restore", tmp_path / "shop.tar", tmp_path / "new", *words)
    with Store.open(Workspace.open(tmp_path / "new")) as store:
        assert len(store.training_events()) == 3
    assert subject not in raw(tmp_path / "new")


def test_a_ledger_that_cannot_be_read_restores_nothing(small: Workspace, tmp_path: Path) -> None:
    beholder("backup", small.root, tmp_path / "b.tar")
    folder = tmp_path / "ledger"
    words = ("restore", tmp_path / "b.tar", tmp_path / "new", "--erasures", folder)
    assert "there is no ledger" in beholder(*words, status=2)[1]
    folder.mkdir()
    assert "has no receipts" in beholder(*words, status=2)[1]
    (folder / "x.json").write_text('{"number": "cut')
    assert "x.json is no receipt" in beholder(*words, status=1)[1]
    (folder / "x.json").write_bytes(msgspec.json.encode(receipt("../../x", 0)))
    assert "x.json is no receipt" in beholder(*words, status=1)[1]
    (folder / "x.json").write_bytes(msgspec.json.encode(receipt("a" * 32, 2**50)))
    assert "is of an older version" in beholder(*words, status=1)[1]
    assert not (tmp_path / "new").exists()
    (folder / "x.json").write_bytes(msgspec.json.encode(receipt("a" * 32, 0)))
    beholder(*words)


def receipt(number: str, asked: int) -> Receipt:
    """Return one as version 0.1 wrote it, without a subject."""
    return Receipt(number, asked, asked, True, 1, 0, 0, "", [])
