"""What a person did stands nowhere in clear, if it is so set, and everything works as before."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from beholder.behaviour.event import Event
from beholder.behaviour.kinds import CODES
from beholder.errors import StoreError
from beholder.store import ItemRecord, Store, Who, schema
from beholder.store.event_cipher import decrypt
from beholder.store.ids import now
from beholder.store.loading import Loader
from beholder.store.marks import marks
from beholder.workspace import Workspace
from command_line import beholder
from disk_bytes import Disk

DAY = 86_400_000
ITEM, TIME, VALUE = 0x5A17C3D9, 0x18BD7FE35A1, 4.758203125
ANSWER = bytes.fromhex("9c1f5be07a3344d182e6c05bb1f7a92e")
NAME = "canary-order-7f3a9c"
ENCRYPTED = "[privacy]\nencrypt_events = true\n"
events, people = schema.events, schema.people


@pytest.fixture(params=["plain", "encrypted"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path, form: str) -> Workspace:
    toml = ENCRYPTED if form == "encrypted" else ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        toml += f'[store]\nurl = "{url}"\nkeys_url = "{url}"\n'
    return Workspace.create(tmp_path / "workspace", toml)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    """A store with the items `a`, `b` and `c`, and with `canary`, whose number is a rare one."""
    with Store.open(workspace, create=True) as opened:
        opened.put_items([ItemRecord(name, name) for name in ("a", "b", "c", "canary")])
        with opened.database.write() as connection:
            items = schema.items
            connection.execute(update(items).where(items.c.seq == 4).values(seq=ITEM))
        assert opened.seqs(["canary"]).tolist() == [ITEM]
        yield opened


def encodings(number: int, size: int) -> list[bytes]:
    return [number.to_bytes(size, order) for order in ("big", "little")]  # type: ignore[arg-type]


def traces(subject: bytes) -> dict[str, list[bytes]]:
    """What a table, a log or an index would have of the canary's event."""
    given = [hashlib.blake2b(NAME.encode(), key=subject, digest_size=16).digest()]
    mark = marks(np.array([ITEM]), np.array([CODES["rating"]], np.uint8), np.array([VALUE]))[0]
    return {
        "item": encodings(ITEM, 4),
        "time": [*encodings(TIME, 6), f"{TIME:x}".encode(), str(TIME).encode()],
        "value": [struct.pack(">d", VALUE), struct.pack("<d", VALUE)],
        "answer": [ANSWER, ANSWER.hex().encode()],
        "name": [NAME.encode(), *given],
        "mark": [mark.tobytes(), mark.tobytes()[::-1]],
    }


def test_no_byte_of_what_somebody_did_is_in_the_databases(
    store: Store, disk: Disk, form: str
) -> None:
    store.record([Event("a", "like", user="canary", time=1)])
    (link,) = store.keys.find([store.keys.mac(Who("user", "canary"))]).values()
    wanted, before = traces(link.subject), disk()
    store.record(
        [
            Event("canary", "rating", user="canary", time=TIME, value=VALUE),
            Event(
                "canary", "rating", "canary", time=TIME, value=VALUE, event_id=NAME,
                answer=ANSWER.hex(), place=7,
            ),
        ]
    )  # fmt: skip
    after = disk()
    more = {
        what: sum(after.count(trace) - before.count(trace) for trace in them)
        for what, them in wanted.items()
    }
    found = {what for what, times in more.items() if times > 0}
    assert found == (set(wanted) if form == "plain" else set()), more
    store.expire(now() + 400 * DAY, anyway=True)
    assert len(store.snapshot("canary")) == 0


@pytest.mark.parametrize("form", ["encrypted"], indirect=True)
def test_a_row_tells_whose_it_is_and_the_day_and_no_more(store: Store) -> None:
    same = [Event("a", "like", user=name, time=TIME) for name in ("ann", "bob")]
    store.record([*same, Event("b", "view", user="ann", answer=ANSWER.hex(), place=0)])
    with store.database.read() as connection:
        rows = connection.execute(select(events).order_by(events.c.seq)).mappings().all()
    assert [(r["item"], r["kind"], r["time"], r["value"], r["place"]) for r in rows] == [
        (0, 0, 0, None, None)
    ] * 3
    assert {row["arrived"] % DAY for row in rows} == {0}
    assert len({row["mark"] for row in rows}) == 3, "the same of two people looks different"
    assert len({len(row["cipher"]) for row in rows}) == 1
    ann, bob = (store.keys.find_one(store.keys.mac(Who("user", name))) for name in ("ann", "bob"))
    assert ann is not None
    assert bob is not None
    cipher, place = bytes(rows[0]["cipher"]), (rows[0]["seq"], rows[0]["mark"])
    own, other = AESGCM(store.keys.key(ann)), AESGCM(store.keys.key(bob))
    told = decrypt(own, ann.subject, *place, cipher)
    assert (told.item, told.time) == (1, TIME), "the control: it opens with the person's key"
    for key, subject in ((other, ann.subject), (other, bob.subject), (own, bob.subject)):
        with pytest.raises(StoreError, match="cannot be decrypted"):
            decrypt(key, subject, *place, cipher)
    with store.database.write() as connection:  # an event that is put in the place of another
        connection.execute(
            update(events).where(events.c.seq == rows[2]["seq"]).values(cipher=cipher)
        )
    with pytest.raises(StoreError, match="a stored event cannot be decrypted"):
        list(store.export("ann"))
    assert len(store.snapshot("bob")) == 1


def test_files_of_events_are_loaded_once_and_learned_from(store: Store, form: str) -> None:
    rng = np.random.default_rng(5)
    n = 3_000
    told = (
        rng.integers(1, 4, n).astype(np.int32),
        rng.integers(1, 5, n).astype(np.uint8),
        rng.integers(TIME, TIME + 10**9, n),
        np.where(rng.random(n) < 0.5, np.nan, rng.random(n)).astype(np.float32),
    )
    for turn in range(2):
        with Loader(store) as loader:
            people = loader.people([Who("user", f"u{i}") for i in range(100)])
            loader.add(people[np.arange(n) % 100], *told)
        assert (loader.stored, loader.same) == ((n, 0) if turn == 0 else (0, n))
    found = store.training_events()
    assert (found.n_users, len(found)) == (100, n)
    mine = sorted(zip(told[2].tolist(), *(a.tolist() for a in told[:2]), strict=True))
    columns = (found.times, found.seqs, found.kinds)
    assert sorted(zip(*(a.tolist() for a in columns), strict=True)) == mine
    assert np.nansum(found.values) == pytest.approx(np.nansum(told[3]), rel=1e-5)
    i = int(np.flatnonzero(np.isnan(told[3]))[0])
    kind = {code: name for name, code in CODES.items()}[int(told[1][i])]
    again = Event("abc"[told[0][i] - 1], kind, user=f"u{i % 100}", time=int(told[2][i]))
    assert [outcome.status for outcome in store.record([again])] == ["same"]
    assert store.seal() == (n if form == "plain" else 0)
    assert store.segments.exists() == (form == "plain")
    assert store.erase("u7").events == n // 100
    assert store.training_events().n_users == 99


@pytest.mark.parametrize("form", ["encrypted"], indirect=True)
def test_an_erasure_takes_away_the_key_of_events_that_a_copy_still_has(store: Store) -> None:
    store.record([Event("canary", "like", user="canary", time=TIME)])
    (link,) = store.keys.find([store.keys.mac(Who("user", "canary"))]).values()
    with store.database.read() as connection:
        kept = [(table, connection.execute(select(table)).one()) for table in (people, events)]
    store.erase("canary")
    assert store.keys.living(link) is None
    with store.database.write() as connection:  # pages that a disk still has
        for table, row in kept:
            connection.execute(table.insert().values(row._asdict()))
    assert store.highest_person() == kept[0][1].person
    assert len(store.training_events()) == 0
    assert len(store.rises().seqs) == 0


def test_the_setting_and_the_store_never_disagree(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "shop", "")
    Store.open(workspace, create=True).close()
    workspace.toml.write_text(ENCRYPTED)
    with Store.open(Workspace.open(workspace.root)) as store:  # nobody did anything yet
        store.put_items([ItemRecord("a", "a")])
        store.record([Event("a", "like", user="ann", event_id="one")])
        store.retract(Who("user", "ann"), "one")
    workspace.toml.write_text("[privacy]\nencrypt_events = false\n")
    with pytest.raises(StoreError, match="holds events encrypted, and") as refused:
        Store.open(Workspace.open(workspace.root))
    assert "set it to true" in str(refused.value.remedy)
    said = beholder("check", workspace.root, status=1)[1]
    assert "set it to true" in said
    workspace.toml.write_text(ENCRYPTED)
    with Store.open(Workspace.open(workspace.root)) as store:
        store.erase("ann")
    workspace.toml.write_text("")
    with Store.open(Workspace.open(workspace.root)) as store:
        workspace.toml.write_text(ENCRYPTED)
        Store.open(Workspace.open(workspace.root)).close()
        with pytest.raises(StoreError, match="was changed since this program started") as late:
            store.record([Event("a", "like", user="bob")])
    assert "start it again" in str(late.value.remedy)
    with Store.open(Workspace.open(workspace.root)) as store:
        assert len(store.snapshot("bob")) == 0
        store.record([Event("a", "like", user="bob")])
    workspace.toml.write_text("")
    with pytest.raises(StoreError, match="encrypted"):
        Store.open(Workspace.open(workspace.root))


def test_an_export_from_one_form_is_taken_in_by_the_other(tmp_path: Path) -> None:
    told = [
        Event("a", "rating", user="ann", time=TIME, value=VALUE),
        Event("b", "review", user="ann", time=TIME + 1, text="words", event_id=NAME),
        Event("a", "view", user="ann", time=TIME + 2, answer=ANSWER.hex(), place=3),
    ]
    shops = {}
    for name, toml in (("plain", ""), ("encrypted", ENCRYPTED), ("back", "")):
        shops[name] = Workspace.create(tmp_path / name, toml)
        with Store.open(shops[name], create=True) as store:
            store.put_items([ItemRecord(item, item) for item in "ab"])
            if name == "plain":
                store.record(told)
    for one, other in (("plain", "encrypted"), ("encrypted", "back")):
        beholder("user", "export", shops[one].root, "ann", "--out", tmp_path / f"{one}.jsonl")
        beholder("user", "import", shops[other].root, tmp_path / f"{one}.jsonl")
    beholder("user", "export", shops["back"].root, "ann", "--out", tmp_path / "back.jsonl")
    lines = {
        name: [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text().splitlines()]
        for name in shops
    }
    for found in lines.values():
        for line in found:
            line.pop("arrived", None)
    assert [line for line in lines["plain"] if line["record"] == "event"] == [
        line for line in lines["encrypted"] if line["record"] == "event"
    ]
    assert lines["plain"][1:] == lines["back"][1:]


@pytest.mark.parametrize("form", ["encrypted"], indirect=True)
def test_a_backup_of_encrypted_events_comes_back_with_its_keys_alone(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEHOLDER_PASSPHRASE", "correct horse battery")
    with Store.open(workspace, create=True) as store:
        store.put_items([ItemRecord("a", "a")])
        store.record([Event("a", "like", user="ann", time=TIME)])
        before = list(store.export("ann"))
    file, keys, new = tmp_path / "shop.tar", tmp_path / "shop.keys", tmp_path / "new"
    beholder("backup", workspace.root, file, "--keys", keys)
    words = ("restore", file, new, "--no-erasures", "--store", "sqlite")
    said = beholder(*words, status=1)[1]
    assert "encrypted" in said
    assert "--keys" in said
    assert not new.exists()
    beholder(*words, "--keys", keys)
    shutil.rmtree(workspace.root)
    with Store.open(Workspace.open(new)) as store:
        assert list(store.export("ann")) == before
        assert len(store.training_events()) == 1
    (new / "secrets/root.key").unlink()
    with pytest.raises(StoreError, match=r"root\.key is missing"):
        Store.open(Workspace.open(new))
