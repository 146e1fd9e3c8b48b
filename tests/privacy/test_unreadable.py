"""What a database, its log and its disk still have of somebody who was erased opens no more."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from beholder.behaviour.event import Event
from beholder.errors import StoreError
from beholder.store import ItemRecord, Store, Who, bucket_keys, schema
from beholder.store.bucket_file import NAME, BucketFile, bucket_of, encoded, new_ring
from beholder.store.keys import Link
from beholder.workspace import Workspace
from disk_bytes import Disk
from every_key import opened_with, wrapped_behind
from forked import Forked

CANARY = Who("user", "canary-7f3a9c")
WORDS = "words that only the canary wrote"
ERASING = """
import sys
from beholder.store import Store
from beholder.workspace import Workspace
with Store.open(Workspace.open(sys.argv[1])) as store:
    print("begun", flush=True)
    for number in range(int(sys.argv[2]), 3_000):
        store.erase(f"u{number}")
        print(number, flush=True)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    toml = 'title = "test"\n'
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        toml += f'[store]\nurl = "{url}"\nkeys_url = "{url}"\n'
    return Workspace.create(tmp_path / "workspace", toml)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    with Store.open(workspace, create=True) as opened:
        opened.put_items([ItemRecord(name, name) for name in "abc"])
        yield opened


def secrets_of(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in workspace.secrets.iterdir()}


def opened(workspace: Workspace, subject: bytes, raw: bytes) -> set[bytes]:
    """Every key of somebody that can be made of some bytes and the secrets that there are."""
    secrets = secrets_of(workspace)
    return {
        key
        for wrapped in wrapped_behind(subject, raw)
        for key in opened_with(secrets, wrapped, [subject])
    }


def neighbours(store: Store, n: int = 3) -> list[str]:
    """Users whose keys are in one bucket; each has written something."""
    names = [f"u{i}" for i in range(2_500)]
    links = store.keys.ensure([store.keys.mac(Who("user", name)) for name in names])
    found: dict[int, list[str]] = {}
    for name in names:
        subject = links[store.keys.mac(Who("user", name))].subject
        found.setdefault(bucket_of(subject), []).append(name)
    chosen = next(users for users in found.values() if len(users) >= n)[:n]
    store.record([Event("a", "review", user=name, time=1, text=f"of {name}") for name in chosen])
    return chosen


def subject_of(store: Store, name: str) -> bytes:
    link = store.keys.find_one(store.keys.mac(Who("user", name)))
    assert link is not None
    return link.subject


def texts(store: Store, names: list[str]) -> list[str]:
    return [
        record["text"]
        for name in names
        for record in store.export(Who("user", name))
        if "text" in record
    ]


def single(workspace: Workspace) -> bool:
    """Whether no bucket has a second key."""
    ring = BucketFile(workspace.secrets / NAME).read()
    return len(ring) == 1_024 and all(len(keys) == 1 for keys in ring.values())


def opening(store: Store) -> list[bytes]:
    """The keys of all people; none may fail to open."""
    links = schema.links
    with store.keys.database.read() as connection:
        rows = connection.execute(select(links.c.subject, links.c.wrapped_key)).all()
    return [store.keys.key(Link(*map(bytes, row))) for row in rows]


def test_nothing_in_secrets_opens_what_is_left_after_an_erasure(store: Store, disk: Disk) -> None:
    store.record(
        [
            *(Event("a", "review", user=f"u{i}", time=i, text=f"text {i}") for i in range(200)),
            Event("b", "review", user=CANARY.id, time=1, event_id="canary-event", text=WORDS),
        ]
    )
    link = store.keys.find_one(store.keys.mac(CANARY))
    assert link is not None
    key = store.keys.key(link)
    assert opened(store.workspace, link.subject, disk()) == {key}, "the control: before, it opens"
    store.erase(CANARY)
    left = disk()
    # PostgreSQL has it in its log still, which makes this more than a test of deleting. The log's
    # pages may break it in two.
    half = len(link.wrapped) // 2
    logged = link.wrapped[:half] in left or link.wrapped[half:] in left
    assert logged == bool(store.workspace.settings.store.url)
    assert opened(store.workspace, link.subject, left) == set()
    for trace in (key, WORDS.encode(), CANARY.id.encode(), b"canary-event"):
        assert trace not in left
    assert texts(store, ["u7"]) == ["text 7"]
    assert subject_of(store, "u7") in left, "what is not erased is found like this"


@pytest.mark.parametrize("step", ["before", "inside", "after"])
def test_a_renewal_that_was_stopped_leaves_all_readable_and_is_finished(
    store: Store, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, *others = neighbours(store)
    before = secrets_of(store.workspace)[NAME]

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "before":
            patch.setattr(BucketFile, "write", end)
        else:
            patch.setattr(bucket_keys, "_renew" if step == "inside" else "prune", end)
        with pytest.raises(KeyboardInterrupt):
            store.erase(gone)
    wanted = [f"of {name}" for name in others]
    assert texts(store, others) == wanted
    assert not [
        r for r in store.workspace.erasures.glob("*.json") if b'"done":0' not in r.read_bytes()
    ]
    with Store.open(store.workspace) as other:
        assert texts(other, others) == wanted
        assert single(store.workspace), "opening finishes it"
        assert (secrets_of(store.workspace)[NAME] != before) == (step == "after")
        assert store.erase(gone).known
        assert single(store.workspace)
        assert secrets_of(store.workspace)[NAME] != before
        assert texts(other, others) == texts(store, others) == wanted
        other.record([Event("b", "review", user=others[0], time=2, event_id="2", text="more")])
        assert "more" in texts(store, others)


def test_what_a_killed_renewal_wrote_aside_goes_with_the_next(store: Store) -> None:
    gone, *_ = neighbours(store)
    left = store.workspace.secrets / f".{NAME}.0123abcd.part"
    left.write_bytes((store.workspace.secrets / NAME).read_bytes())
    store.erase(gone)
    assert sorted(secrets_of(store.workspace)) == ["buckets.key", "root.key"]


@pytest.mark.long
def test_killed_renewals_leave_all_keys_readable(store: Store) -> None:
    store.keys.ensure([store.keys.mac(Who("user", f"u{i}")) for i in range(3_000)])
    erased = halfway = 0
    for number in range(25):
        words = [sys.executable, "-c", ERASING, str(store.workspace.root), str(erased)]
        child = Forked(words, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.02 + 0.013 * number)
        child.kill()
        erased += len(child.stdout.read().split())
        child.wait()
        child.stdout.close()
        halfway += not single(store.workspace)
        with Store.open(store.workspace) as other:
            assert single(store.workspace)
            assert len(opening(other)) in (3_000 - erased, 2_999 - erased)
    assert halfway, "the control: some were killed between the steps"


def test_erasing_goes_on_while_people_come(store: Store) -> None:
    first, second, *others = neighbours(store, 4)
    stop = threading.Event()

    def come(name: str) -> list[str]:
        came = []
        with Store.open(store.workspace) as own:
            while not stop.is_set():
                macs = [own.keys.mac(Who("user", f"{name}{len(came)}-{i}")) for i in range(300)]
                came += [bytes(link.subject) for link in own.keys.ensure(macs).values()]
        return came

    with ThreadPoolExecutor(4) as pool, Store.open(store.workspace) as other:
        coming = [pool.submit(come, name) for name in "xy"]
        receipts = list(
            pool.map(lambda pair: pair[0].erase(pair[1]), [(store, first), (other, second)])
        )
        stop.set()
        came = [subject for each in coming for subject in each.result()]
    assert all(receipt.known and receipt.done for receipt in receipts)
    assert came
    assert single(store.workspace)
    assert texts(store, others) == [f"of {name}" for name in others]
    assert len(opening(store)) == len(came) + 2_498


def test_whoever_has_an_older_copy_of_the_bucket_keys_is_told_so(store: Store) -> None:
    gone, *others = neighbours(store)
    path = store.workspace.secrets / NAME
    older = path.read_bytes()
    store.erase(gone)
    newer = path.read_bytes()
    path.write_bytes(older)
    with pytest.raises(StoreError, match="has not the keys of 1 of 1,024 buckets") as refused:
        Store.open(store.workspace)
    assert "copy secrets/buckets.key" in str(refused.value.remedy)
    for asks in (lambda: texts(store, others), lambda: store.erase(others[0])):
        with pytest.raises(StoreError, match="do not open the key of a person"):
            asks()
    path.write_bytes(encoded(new_ring()))
    with pytest.raises(StoreError, match=r"has not the keys of 1,024 of 1,024 buckets"):
        Store.open(store.workspace)
    with pytest.raises(StoreError, match="has not the key of bucket"):
        store.record([Event("a", "like", user="new")])  # nobody could read what it wraps
    path.write_bytes(newer)
    assert texts(store, others) == [f"of {name}" for name in others]
    assert store.erase(others[0]).known


@pytest.mark.parametrize("content", [b"", b"short", "flipped", "cut"])
def test_a_broken_file_of_bucket_keys_is_named(tmp_path: Path, content: bytes | str) -> None:
    workspace = Workspace.create(tmp_path / "workspace", 'title = "test"\n')
    Store.open(workspace, create=True).close()
    path = workspace.secrets / NAME
    data = path.read_bytes()
    if content == "flipped":
        content = data[:5_000] + bytes([data[5_000] ^ 1]) + data[5_001:]
    path.write_bytes(data[:-34] if isinstance(content, str) else content)
    with pytest.raises(StoreError, match=r"secrets/buckets\.key is broken"):
        Store.open(workspace)


@pytest.mark.postgres
def test_an_erasure_has_the_tables_of_postgres_cleaned_of_deleted_rows(
    tmp_path: Path, postgres_url: str
) -> None:
    toml = f'[store]\nurl = "{postgres_url}"\nkeys_url = "{postgres_url}"\n'
    with Store.open(Workspace.create(tmp_path / "workspace", toml), create=True) as store:
        store.put_items([ItemRecord(name, name) for name in "abc"])
        store.record([Event(name, "like", CANARY.id, time=1) for name in "abc"])
        store.erase(CANARY.id)
        wanted = {"people", "events", "links"}
        cleaned: set[str] = set()
        deadline = time.monotonic() + 30  # PostgreSQL counts a moment later
        while not wanted <= cleaned and time.monotonic() < deadline:
            with store.database.outside() as driver:
                counted = "SELECT relname FROM pg_stat_user_tables WHERE vacuum_count > 0"
                cleaned = {row[0] for row in driver.execute(counted)}
                driver.commit()
    assert wanted <= cleaned
