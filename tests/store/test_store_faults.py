from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path

import numpy as np
import pytest

import forked
from beholder.behaviour.event import Event
from beholder.errors import DataError, OverloadedError, SettingsError, StoreError
from beholder.store import GroupWriter, ItemRecord, Outcome, Store, schema, server_lock
from beholder.store.answer_log import Given
from beholder.store.answers import Shown, pack
from beholder.store.bulk import insert_new
from beholder.store.database import parse_url
from beholder.workspace import Workspace
from forked import Forked


def like(i: int, **more: object) -> Event:
    return Event("a", "like", user=f"u{i % 30}", time=i, **more)  # type: ignore[arg-type]


def test_many_threads_are_written_together_and_each_gets_its_own_answer(store: Store) -> None:
    with GroupWriter(store) as writer:
        futures = [writer.submit([like(i), like(i)]) for i in range(600)]
        for future in futures:
            assert [o.status for o in future.result(30)] == ["stored", "same"]
    assert len(store.training_events()) == 600


def test_a_malformed_event_fails_its_caller_alone(store: Store) -> None:
    with GroupWriter(store) as writer:
        good = writer.submit([like(1)])
        with pytest.raises(DataError):
            writer.submit([Event("a", "like")])
        assert good.result(10)[0].status == "stored"
        assert writer.submit([]).result(1) == []


def test_too_much_at_once_is_refused_and_taken_later(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", "[serve]\nmax_queue = 50\n")
    with Store.open(workspace, create=True) as store, GroupWriter(store) as writer:
        store.put_items([ItemRecord("a", "A")])
        holder = sqlite3.connect(workspace.store / "events.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        futures: list[Future[list[Outcome]]] = []

        def flood() -> None:
            for i in range(200):
                futures.append(writer.submit([like(i)]))

        with pytest.raises(OverloadedError, match="wait to be written"):
            flood()
        holder.execute("ROLLBACK")
        holder.close()
        assert len(futures) >= 50
        assert all(future.result(10)[0].status == "stored" for future in futures)
        assert writer.submit([like(999)]).result(10)[0].status == "stored"


def test_a_closed_writer_has_written_what_waited_and_takes_no_more(store: Store) -> None:
    writer = GroupWriter(store)
    futures = [writer.submit([like(i)]) for i in range(100)]
    writer.close()
    assert all(future.result(0)[0].status == "stored" for future in futures)
    with pytest.raises(OverloadedError):
        writer.submit([like(1)])


def test_a_caller_who_gave_up_harms_nobody(store: Store) -> None:
    with GroupWriter(store) as writer:
        futures = [writer.submit([like(i)]) for i in range(200)]
        for future in futures[::2]:
            future.cancel()
        wait(futures, 10)
        assert all(f.cancelled() or f.result()[0].status == "stored" for f in futures)


def test_a_full_disk_fails_the_batch_and_writing_goes_on_with_space(
    sqlite_workspace: Workspace,
) -> None:
    with Store.open(sqlite_workspace, create=True) as store:
        store.put_items([ItemRecord("a", "A")])
        store.record([like(i) for i in range(300)])
        database = store.database
        pragmas = database.pragmas
        database.close()
        # SQLite says "full" at this many pages exactly as it does when the disk has no more.
        database.pragmas = (*pragmas, "PRAGMA max_page_count=1")
        with GroupWriter(store) as writer:
            futures = [writer.submit([like(i) for i in range(n, n + 500)]) for n in (500, 1_500)]
            for future in futures:
                with pytest.raises(StoreError, match="full"):
                    future.result(10)
            assert len(store.snapshot("u1").seqs) == 10, "reading goes on"
            database.close()
            database.pragmas = pragmas
            assert writer.submit([like(500)]).result(10)[0].status == "stored"
        assert len(store.training_events()) == 301


@pytest.mark.parametrize("table", ["items", "events", "people", "answers"])
def test_whatever_a_table_refuses_is_an_error_of_the_store_with_a_remedy(
    store: Store, table: str
) -> None:
    """Rows go to the drivers themselves, whose own errors are none of ours."""
    writes: dict[str, Callable[[], object]] = {
        "items": lambda: store.put_items([ItemRecord("d", "D")]),
        "events": lambda: store.record([like(1)]),
        "people": lambda: store.record([like(1)]),
        "answers": lambda: store.waiting.flush(store.database),
    }
    shown = Shown(*(np.zeros(1, kind) for kind in (np.int32, "f4", "f4", np.uint8)))
    store.waiting.put(Given(b"12345678", None, "bundle", 7, 0, pack(shown)))
    with store.database.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away")
    with pytest.raises(StoreError, match=table) as caught:
        writes[table]()
    assert caught.value.remedy
    with store.database.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE away RENAME TO {table}")
    store.waiting.put(Given(b"12345678", None, "bundle", 7, 0, pack(shown)))
    writes[table]()


@pytest.mark.postgres
def test_a_connection_that_ends_in_the_middle_is_an_error_of_the_store_and_the_next_works(
    store: Store,
) -> None:
    if store.database.is_sqlite:
        pytest.skip("SQLite has no connection that could end")

    def cut() -> None:
        with store.database.write() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with store.database.outside() as other:
                other.execute(f"SELECT pg_terminate_backend({pid})")
            insert_new(connection, schema.answers, [(b"1", None, "b", "", 1, b"", None)])

    with pytest.raises(StoreError, match="refused") as caught:
        cut()
    assert caught.value.remedy
    assert store.record([like(1)])[0].status == "stored"


def test_a_store_that_another_holds_is_refused_within_the_deadline(
    sqlite_workspace: Workspace,
) -> None:
    with Store.open(sqlite_workspace, create=True) as store:
        store.put_items([ItemRecord("a", "A")])
        holder = sqlite3.connect(sqlite_workspace.store / "events.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(OverloadedError, match="another writer"):
            store.record([like(1)])
        assert store.catalogue_version() == 1, "reading goes on"
        holder.execute("ROLLBACK")
        holder.close()
        assert store.record([like(1)])[0].status == "stored"


def test_a_damaged_store_says_so(sqlite_workspace: Workspace) -> None:
    Store.open(sqlite_workspace, create=True).close()
    (sqlite_workspace.store / "events.db").write_bytes(b"this is no database, " * 500)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(sqlite_workspace)


def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    url = f"postgresql://nobody@/none?host={tmp_path}"
    workspace = Workspace.create(tmp_path / "w", f'[store]\nurl = "{url}"\n')
    with pytest.raises(StoreError, match="refused") as caught:
        Store.open(workspace, create=True)
    assert str(tmp_path) not in caught.value.message  # which callers of a server are told
    assert str(tmp_path) in caught.value.remedy


@pytest.mark.parametrize("text", ["mysql://x/y", "nonsense", "http://x"])
def test_an_address_of_no_database_is_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError, match=r"store\.url"):
        parse_url(text, "store.url")


HOLD = """
import sys
from pathlib import Path
from beholder.store import server_lock
from beholder.workspace import Workspace
with server_lock(Workspace(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_server_is_refused_until_the_first_dies(sqlite_workspace: Workspace) -> None:
    first = Forked(
        [sys.executable, "-c", HOLD, str(sqlite_workspace.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert first.stdin is not None
    assert first.stdout is not None
    with first.stdin, first.stdout:
        assert first.stdout.readline() == b"held\n"
        with (
            pytest.raises(StoreError, match=rf"another server \(process {first.pid}\)"),
            server_lock(sqlite_workspace),
        ):
            pass
        with Store.open(sqlite_workspace, create=True) as store:  # an import may run beside
            store.put_items([ItemRecord("a", "A")])
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        with server_lock(sqlite_workspace):
            pass


def test_several_stores_write_at_once_without_losing_any(store: Store) -> None:
    def work(n: int) -> None:
        with Store.open(store.workspace) as mine:
            for i in range(20):
                mine.record([Event("a", "click", user=f"t{n}", time=i)])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.training_events()) == 80


def test_a_second_store_of_the_process_takes_no_lock_from_the_first(
    sqlite_workspace: Workspace,
) -> None:
    """Else the next process that closes the store deletes the log that the first writes to."""
    count = (
        "import sys; from beholder.store import ItemRecord, Store;"
        "from beholder.workspace import Workspace;"
        "store = Store.open(Workspace.open(sys.argv[1]));"
        "store.put_items([ItemRecord(sys.argv[2], 'from elsewhere')]);"
        "print(len(store.training_events())); store.close()"
    )

    def elsewhere(item: str) -> int:
        command = [sys.executable, "-c", count, str(sqlite_workspace.root), item]
        return int(forked.run(command).stdout)

    with Store.open(sqlite_workspace, create=True) as first:
        first.put_items([ItemRecord("a", "A")])
        first.record([Event("a", "like", user="before")])
        Store.open(sqlite_workspace).close()
        with Store.open(sqlite_workspace):
            assert elsewhere("b") == 1
            for n in range(5):
                first.record([Event("a", "like", user=f"after-{n}")])
            assert elsewhere("c") == 6
            assert first.item("c")["title"] == "from elsewhere"
    assert elsewhere("d") == 6
