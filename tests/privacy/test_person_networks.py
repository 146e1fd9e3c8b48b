"""A network of one person on the disk: sealed, ended by time, and gone with its person."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from beholder.behaviour.event import Event
from beholder.durable import beside
from beholder.errors import ErasedError, UsageError
from beholder.store import ItemRecord, Store, Who, checkpoints, people_reports
from beholder.store.taken_away import TAKEN
from beholder.workspace import Workspace

SECRET = b"what ann likes, as a network tells it"
DAY = 86_400


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    workspace = Workspace.create(tmp_path / "workspace", "[privacy]\nretention_days = 30\n")
    with Store.open(workspace, create=True) as opened:
        opened.put_items([ItemRecord("a", "A")])
        opened.record([Event("a", "like", user=user) for user in ("ann", "bob")])
        yield opened


def files(store: Store) -> list[Path]:
    return sorted(store.workspace.networks.iterdir())


def test_it_is_read_for_its_person_alone_and_replaced(store: Store) -> None:
    assert store.network_of("ann") is None
    store.keep_network("ann", b"first")
    store.keep_network("ann", SECRET)
    (file,) = files(store)
    assert SECRET not in file.read_bytes()
    assert store.network_of("ann") == SECRET
    assert store.network_of("bob") is None
    assert store.network_of(Who("session", "ann")) is None
    store.erase("bob")
    assert store.network_of("ann") == SECRET


def test_of_somebody_unknown_none_is_kept(store: Store) -> None:
    with pytest.raises(UsageError, match="nothing is known"):
        store.keep_network("nobody", SECRET)


def test_who_is_erased_while_it_is_trained_leaves_none(store: Store) -> None:
    store.keys.bury(store.keys.mac(Who("user", "ann")))  # an erasure begins
    with pytest.raises(ErasedError):
        store.keep_network("ann", SECRET)
    assert files(store) == []


def test_an_erasure_takes_what_was_left_aside_and_what_learned_from_everybody(
    store: Store,
) -> None:
    store.keep_network("ann", SECRET)
    (file,) = files(store)
    (file.parent / f"{beside(file)}1234abcd.part").write_bytes(b"half")
    for folder in (file.parent, checkpoints.make(store.workspace)):  # as it was once, and as it is
        for name in ("small-cnn.safetensors", ".small-cnn.safetensors.part"):
            (folder / name).write_bytes(b"everybody")
    (checkpoints.make(store.workspace) / "stray" / "deep").mkdir(parents=True)
    interrupted = file.parent / f"{TAKEN}1234"
    interrupted.mkdir()
    (interrupted / "member-1.safetensors").write_bytes(b"everybody")
    assert store.erase("ann").networks == 2
    assert files(store) == []


def test_who_refuses_training_or_whose_events_end_takes_along_where_trainings_stand(
    store: Store,
) -> None:
    def stands() -> bool:
        return any(store.workspace.networks.rglob("member-1.safetensors"))

    def put() -> None:
        (checkpoints.make(store.workspace) / "member-1.safetensors").write_bytes(b"everybody")

    put()
    store.set_purposes("ann", {"measure": False, "recommend": False})
    store.set_purposes("nobody", {"train": False})
    store.expire()
    assert stands(), "none of these was learned from, or all of them still may be"
    store.set_purposes("ann", {"train": False})
    assert not stands()
    put()
    store.set_profiling("bob", on=False)
    assert not stands()
    put()
    later = time.time_ns() // 1_000_000 + 31 * DAY * 1000
    assert store.expire(later, anyway=True) == 2
    assert not stands()


def test_it_ends_with_what_it_learned_from(store: Store) -> None:
    for user in ("ann", "bob"):
        store.keep_network(user, SECRET)
    old, new = files(store)
    then = time.time() - 31 * DAY
    os.utime(old, (then, then))
    store.expire()
    assert files(store) == [new]


def test_reports_that_show_people_fall_with_any_of_them(store: Store) -> None:
    def stands() -> bool:
        return any(store.workspace.reports.rglob("report-*.html"))

    def put() -> None:
        (people_reports.make(store.workspace) / "report-1.html").write_bytes(b"strips")

    put()
    store.set_purposes("ann", {"train": False, "recommend": False})
    store.set_purposes("nobody", {"measure": False})
    store.expire()
    assert stands()
    store.set_purposes("ann", {"measure": False})
    assert not stands()
    put()
    later = time.time_ns() // 1_000_000 + 31 * DAY * 1000
    assert store.expire(later, anyway=True) == 2
    assert not stands()
    put()
    store.erase("ann")
    assert not stands()
