from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from beholder.behaviour.event import Event
from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.errors import StoreError
from beholder.store import GroupWriter, ItemRecord, Store, Who, erase, ledger
from beholder.store.answer_log import Given, Sighted
from beholder.store.answers import Shown, pack
from beholder.store.keys import fingerprint
from beholder.store.records import Receipt
from beholder.workspace import Workspace

CANARY = Who("user", "canary-7f3a9c")
WORDS = "words that only the canary wrote"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    workspace = Workspace.create(tmp_path / "workspace", 'title = "test"\n')
    with Store.open(workspace, create=True) as opened:
        opened.put_items([ItemRecord(name, name) for name in "abc"])
        yield opened


def plant(store: Store) -> tuple[bytes, bytes]:
    """Everything that can be held of a person, among others; return their subject and key."""
    events = [
        Event("a", "click", user=f"u{i % 30}", time=i, text=f"words {i}" if i % 9 else None)
        for i in range(400)
    ]
    mine = [
        Event("b", "review", user=CANARY.id, time=i, event_id=f"canary-event-{i}", text=WORDS)
        for i in range(20)
    ]
    store.record(events[:200] + mine[:10])
    store.seal()
    store.record(mine[10:] + events[200:])
    store.set_profiling(CANARY, True)
    link = store.keys.find_one(store.keys.mac(CANARY))
    assert link is not None
    return link.subject, store.keys.key(link)


def raw(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_after_erasing_no_byte_of_the_person_is_left_in_the_workspace(store: Store) -> None:
    subject, key = plant(store)
    link = store.keys.find_one(store.keys.mac(CANARY))
    assert link is not None
    root = store.workspace.root
    assert subject in raw(root), "the control: what is looked for can be found"
    assert link.wrapped in raw(root)
    receipt = store.erase(CANARY)
    after = raw(root)
    for trace in (subject, key, link.wrapped, CANARY.id.encode(), WORDS.encode(), b"canary-event"):
        assert trace not in after
    assert (receipt.known, receipt.events, receipt.texts) == (True, 20, 20)
    assert receipt.segments == 1
    assert receipt.key_fingerprint == fingerprint(key)
    assert receipt.asked <= receipt.done
    assert not store.snapshot(CANARY.id).known
    assert len(store.training_events()) == 400
    assert list(store.export(CANARY)) == []


def test_after_erasing_no_answer_of_the_person_is_left_on_disk_or_waiting(store: Store) -> None:
    plant(store)
    (person,) = store.snapshot(CANARY.id).persons
    places = pack(Shown(*(np.zeros(3, kind) for kind in (np.int32, "f4", "f4", np.uint8))))
    written, waiting = b"canary-1", b"canary-2"
    store.waiting.put(Given(written, person, "bundle", 7, 0, places))
    GroupWriter(store).close()
    store.waiting.put(Given(waiting, person, "bundle", 7, 0, places))
    store.waiting.put(Sighted(written, (1,), (person,)))
    assert written in raw(store.workspace.root)
    assert store.erase(CANARY).answers == 2
    assert len(store.waiting) == 0
    GroupWriter(store).close()
    assert written not in raw(store.workspace.root)
    assert waiting not in raw(store.workspace.root)


def test_an_imported_person_is_erased_from_reports_and_refusals_too(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "events.csv"
    file.write_text(f"user,item,time\n{CANARY.id},a,1\n{CANARY.id},zzz,1\n{CANARY.id},b,x\nu,a,1\n")
    import_files(store.workspace, store, Request(interactions=file))
    store.erase(CANARY)
    assert CANARY.id.encode() not in raw(store.workspace.root)


def test_late_events_revive_nothing_for_a_day(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(store)
    store.erase(CANARY)
    late = Event("a", "click", user=CANARY.id, event_id="late")
    assert [o.status for o in store.record([late, Event("a", "view", user="u1")])] == [
        "erased",
        "stored",
    ]
    store.set_profiling(CANARY, False)
    assert not store.snapshot(CANARY.id).known
    assert store.record([late])[0].status == "erased"
    from beholder.store import keys

    day = time.time_ns() // 1_000_000 + keys.TOMBSTONE + 1
    monkeypatch.setattr(keys, "now", lambda: day)
    assert store.record([late])[0].status == "stored"
    history = store.snapshot(CANARY.id)
    assert len(history.seqs) == 1, "a new person, without anything of the old one"


def test_who_allows_profiling_again_is_known_at_once_as_somebody_new(store: Store) -> None:
    plant(store)
    store.erase(CANARY)
    store.set_profiling(CANARY, True)
    again = Event("a", "click", user=CANARY.id)
    assert store.record([again])[0].status == "stored"
    assert len(store.snapshot(CANARY.id).seqs) == 1


def test_the_same_id_as_a_session_is_another_person(store: Store) -> None:
    store.record([Event("a", "click", session=CANARY.id)])
    assert not store.erase(CANARY).known
    assert len(store.snapshot(session=CANARY.id).seqs) == 1
    assert store.erase(Who("session", CANARY.id)).known


def test_someone_unknown_gets_a_receipt_as_well(store: Store) -> None:
    receipt = store.erase("nobody")
    assert (receipt.known, receipt.events, receipt.key_fingerprint) == (False, 0, "")
    assert len(receipt.number) == 32


def test_erasing_while_events_arrive_leaves_none(store: Store) -> None:
    stop = threading.Event()
    statuses: set[str] = set()

    def pour(writer: GroupWriter) -> None:
        i = 0
        while not stop.is_set():
            i += 1
            event = Event("a", "click", user=CANARY.id, time=i)
            statuses.update(o.status for o in writer.submit([event]).result(30))

    with GroupWriter(store) as writer:
        threads = [threading.Thread(target=pour, args=(writer,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        link = store.keys.find_one(store.keys.mac(CANARY))
        assert link is not None
        receipt = store.erase(CANARY)
        time.sleep(0.1)
        stop.set()
        for thread in threads:
            thread.join()
    assert receipt.events > 0
    assert "erased" in statuses
    assert not store.snapshot(CANARY.id).known
    assert link.subject not in raw(store.workspace.root)


def test_an_erasure_that_was_interrupted_is_finished_by_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, key = plant(store)
    bundle_of(store, "later", "2126-01-01T00:00:00Z")
    monkeypatch.setattr(erase, "PATIENCE", 0.05)
    reader = sqlite3.connect(store.workspace.store / "events.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    with pytest.raises(StoreError, match="readers keep old pages"):
        store.erase(CANARY)
    assert not store.snapshot(CANARY.id).known, "the rows are gone already"
    (begun,) = ledger.read(store.workspace.erasures)
    assert (begun.subject, begun.done) == (ledger.hashed(subject), 0), "no backup brings them back"
    reader.execute("COMMIT")
    reader.close()
    (begun,) = (store.workspace.reports / "erasures").glob("*.begun")
    assert begun.stat().st_mode & 0o777 == 0o600
    receipt = store.erase(CANARY)
    assert subject not in raw(store.workspace.root)
    assert (receipt.known, receipt.events, receipt.texts) == (True, 20, 20)
    assert receipt.key_fingerprint == fingerprint(key)
    assert receipt.bundles == ["later"]
    assert (store.workspace.bundles / "later.erased").read_text().count("\n") == 1
    assert not begun.exists()
    assert not store.erase(CANARY).known, "the whole is told once"


@pytest.mark.parametrize("ended", ["deleted", "forgotten"])
def test_an_erasure_that_ended_anywhere_is_finished_with_one_receipt(
    store: Store, ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, key = plant(store)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if ended == "deleted":
            patch.setattr(store.keys, "forget", end)
        else:
            patch.setattr(erase, "empty_log", end)
        with pytest.raises(KeyboardInterrupt):
            store.erase(CANARY)
    receipt = store.erase(CANARY)
    assert (receipt.known, receipt.events, receipt.texts) == (True, 20, 20)
    assert receipt.key_fingerprint == fingerprint(key)
    assert subject not in raw(store.workspace.root)


def test_bundles_are_marked_before_anything_is_deleted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(store)
    bundle_of(store, "later", "2126-01-01T00:00:00Z")

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erase, "delete_rows", end)
        with pytest.raises(KeyboardInterrupt):
            store.erase(CANARY)
    assert (store.workspace.bundles / "later.erased").exists()
    assert store.erase(CANARY).bundles == ["later"]


def test_a_bundle_may_hold_what_was_taken_back_before_the_erasure(store: Store) -> None:
    event = Event("a", "like", user=CANARY.id, event_id="one")
    store.record([event])
    bundle_of(store, "later", "2126-01-01T00:00:00Z")
    assert store.retract(CANARY, "one")
    assert store.erase(CANARY).bundles == ["later"]


def bundle_of(store: Store, name: str, created: str) -> None:
    (store.workspace.bundles / name).mkdir()
    path = store.workspace.bundles / name / "manifest.json"
    path.write_text(json.dumps({"created": created}))


def test_bundles_that_have_seen_the_person_are_marked(store: Store) -> None:
    bundles = store.workspace.bundles
    for name, manifest in {
        "old": {"created": "2026-01-01T00:00:00Z"},
        "new": {"created": "2126-01-01T00:00:00Z"},
        "silent": {"format": 1},
        "broken": None,
    }.items():
        (bundles / name).mkdir()
        text = "no json" if manifest is None else json.dumps(manifest)
        (bundles / name / "manifest.json").write_text(text)
    plant(store)
    for name in ("silent", "broken"):  # they say nothing of their events: their age decides
        late = time.time() + 60
        os.utime(bundles / name / "manifest.json", (late, late))
    receipt = store.erase(CANARY)
    assert receipt.bundles == ["broken", "new", "silent"]
    assert sorted(path.name for path in bundles.glob("*.erased")) == [
        "broken.erased",
        "new.erased",
        "silent.erased",
    ]
    assert store.erase("nobody").bundles == []


def test_receipts_are_kept_and_name_no_one(store: Store) -> None:
    plant(store)
    numbers = [store.erase(who).number for who in (CANARY, "u1", "nobody")]
    kept = (store.workspace.reports / "erasures").glob("*.json")
    found = [msgspec.json.decode(path.read_bytes(), type=Receipt) for path in kept]
    known = numbers[:2]  # of somebody unknown nothing is kept, not even that they asked
    assert sorted(receipt.number for receipt in found) == sorted(known)
    assert len(set(numbers)) == 3


@pytest.mark.long
def test_a_thousand_canaries_leave_no_byte(store: Store) -> None:
    names = [f"canary-{i:04d}-end" for i in range(1_000)]
    for name in names:
        store.record([Event("a", "review", user=name, text=WORDS), Event("b", "like", user=name)])
    store.seal()
    subjects = []
    for name in names:
        link = store.keys.find_one(store.keys.mac(Who("user", name)))
        assert link is not None
        subjects.append(link.subject)
        store.erase(name)
    after = raw(store.workspace.root)
    assert not [subject for subject in subjects if subject in after]
    assert b"canary-" not in after
