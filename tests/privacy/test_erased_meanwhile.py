"""Somebody who is erased, allows something anew and does something, all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from beholder.behaviour.event import Event
from beholder.store import ItemRecord, Store, schema
from beholder.workspace import Workspace

ERASURES = 25


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    toml = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        toml = f'[store]\nurl = "{url}"\nkeys_url = "{url}"\n'
    made = Workspace.create(tmp_path / "workspace", toml)
    with Store.open(made, create=True) as store:
        store.put_items([ItemRecord("a", "A")])
    return made


def test_nothing_is_left_that_nobody_can_erase(workspace: Workspace) -> None:
    done, failed = threading.Event(), []
    event = Event("a", "review", user="ann", text="words")

    def again_and_again(work: Callable[[Store], object]) -> None:
        try:
            with Store.open(workspace) as store:
                while not done.is_set():
                    work(store)
        except Exception as error:
            failed.append(error)

    others = [
        threading.Thread(target=again_and_again, args=(work,))
        for work in (
            lambda store: store.set_purposes("ann", {"recommend": True}),
            lambda store: store.record([event]),
        )
    ]
    for thread in others:
        thread.start()
    with Store.open(workspace) as store:
        erased = sum(store.erase("ann").events for _ in range(ERASURES))
        done.set()
        for thread in others:
            thread.join()
        store.erase("ann")
        with store.database.read() as connection:
            left = [
                connection.execute(select(func.count()).select_from(table)).scalar()
                for table in (schema.people, schema.events, schema.texts)
            ]
    assert failed == []
    assert erased, "else nothing was ever written between them"
    assert left == [0, 0, 0]
