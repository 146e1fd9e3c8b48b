"""Somebody who is erased, allows something anew and does something, all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from beholder.behaviour.event import Event
from beholder.errors import OverloadedError
from beholder.store import ItemRecord, Store, schema
from beholder.workspace import Workspace

ERASURES = 10


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
    done, wrote, failed = threading.Event(), threading.Event(), []
    event = Event("a", "review", user="ann", text="words")

    def again_and_again(work: Callable[[Store], object]) -> None:
        try:
            with Store.open(workspace) as store:
                while not done.is_set():
                    with suppress(OverloadedError):  # others hold the store: it comes again
                        work(store)
        except Exception as error:
            failed.append(error)

    def write(store: Store) -> None:
        if store.record([event])[0].status == "stored":
            wrote.set()

    others = [
        threading.Thread(target=again_and_again, args=(work,))
        for work in (lambda store: store.set_purposes("ann", {"recommend": True}), write)
    ]
    for thread in others:
        thread.start()
    with Store.open(workspace) as store:
        for _ in range(ERASURES):
            assert wrote.wait(timeout=30), "else there is nothing to erase"
            wrote.clear()
            store.erase("ann")
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
    assert left == [0, 0, 0]
