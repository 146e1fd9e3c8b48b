"""A workspace that version 0.1 made is brought forward, and nothing that it held is lost."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from click.testing import CliRunner

from beholder.behaviour.event import Event
from beholder.bundle.manifest import FORMAT
from beholder.cli.main import beholder
from beholder.engine.opening import open_engine
from beholder.errors import StoreError
from beholder.store import Store, Who, opening_keys, server_lock
from beholder.store.database import Database, parse_url, sqlite_url
from beholder.store.migrate import FOLDER
from beholder.store.upgrade import upgrade
from beholder.workspace import Workspace
from every_key import opened_with

OLD = Path(__file__).parent / "kept" / "version-0.1"
KEYS = (OLD / "keys.sql").read_text(encoding="utf-8")
HELD = json.loads((OLD / "held.json").read_text(encoding="utf-8"))
Make = Callable[[str], Workspace]


def as_old(folder: Path, toml: str = "") -> Workspace:
    """Return a workspace with the files of version 0.1, its databases on SQLite."""
    workspace = Workspace.create(folder, (OLD / "beholder.toml").read_text() + toml)
    for name in ("events", "keys"):
        with sqlite3.connect(workspace.store / f"{name}.db") as database:
            database.executescript((OLD / f"{name}.sql").read_text(encoding="utf-8"))
        database.close()
    shutil.copy(OLD / "root.key", workspace.secrets)
    (workspace.secrets / "root.key").chmod(0o600)
    shutil.copytree(OLD / "segments", workspace.store / "segments")
    return workspace


def into_postgres(workspace: Workspace, url: str) -> None:
    """Put the rows of the SQLite databases into tables that the first migrations make."""
    target = Database(parse_url(url, "store.url"))
    for which, name in (("store", "events"), ("keys", "keys")):
        config = Config()
        config.set_main_option("script_location", str(FOLDER / which))
        with target.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
        source = Database(sqlite_url(str(workspace.store / f"{name}.db")))
        tables, there = sa.MetaData(), sa.MetaData()
        tables.reflect(source.engine)
        there.reflect(target.engine)
        with source.read() as old, target.write() as connection:
            for table in tables.sorted_tables:
                if table.name.endswith("_version"):
                    continue
                copy = there.tables[table.name]
                connection.execute(sa.delete(copy))
                rows = [_typed(copy, row) for row in old.execute(sa.select(table)).mappings()]
                if rows:
                    connection.execute(sa.insert(copy), rows)
        source.close()
        (workspace.store / f"{name}.db").unlink()
    target.close()


def _typed(table: sa.Table, row: Any) -> dict[str, Any]:
    kinds = {column.name: column.type for column in table.columns}
    return {n: bool(v) if isinstance(kinds[n], sa.Boolean) else v for n, v in row.items()}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """The workspace of version 0.1, on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        return as_old(tmp_path / "old")
    url = request.getfixturevalue("postgres_url")
    workspace = as_old(tmp_path / "old", f'[store]\nurl = "{url}"\nkeys_url = "{url}"\n')
    into_postgres(workspace, url)
    return workspace


def exports(store: Store) -> dict[str, list[dict[str, Any]]]:
    found = {user: list(store.export(user)) for user in ("ann", "bob")}
    found["session:s1"] = list(store.export(Who("session", "s1")))
    for person, *_ in found.values():  # asked about one by one since
        assert set(person.pop("purposes").values()) == {person["profiling"]}
    return found


def test_people_and_what_they_did_are_as_they_were(old: Workspace) -> None:
    done = upgrade(old)
    assert done.before == {"store": "0001", "keys": "0001"}
    assert done.after["store"] == "0003"
    assert done.holds == {"items": 5, "pictures of items": 7, "events": 5, "people": 3}
    with Store.open(old) as store:
        now = exports(store)
    assert now == HELD["exports"]
    assert upgrade(old).before == done.after, "the second time there is nothing to do"


def test_keys_that_stood_under_the_root_key_open_with_nothing_that_is_left(old: Workspace) -> None:
    was = re.findall("X'([0-9A-F]{32})',X'([0-9A-F]{120})'", KEYS)
    assert len(was) == 3, "of three people"
    was.append((b"id".hex(), re.findall("'id',X'([0-9A-F]{120})'", KEYS)[0]))

    def opened() -> int:
        files = {path.name: path.read_bytes() for path in old.secrets.iterdir()}
        return sum(
            bool(opened_with(files, bytes.fromhex(wrapped), [bytes.fromhex(context)]))
            for context, wrapped in was
        )

    assert opened() == 4, "the control"
    Store.open(old).close()
    assert opened() == 0
    assert sorted(path.name for path in old.secrets.iterdir()) == ["buckets.key", "root.key"]


@pytest.mark.parametrize("step", ["write_file", "_bring", "overwrite_file", "unlink_overwritten"])
def test_bringing_keys_forward_that_was_stopped_is_finished_by_the_next_opening(
    old: Workspace, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(opening_keys, step, end)
        with pytest.raises(KeyboardInterrupt):
            Store.open(old)
    with Store.open(old) as store:
        assert exports(store) == HELD["exports"]
    assert sorted(path.name for path in old.secrets.iterdir()) == ["buckets.key", "root.key"]


def test_items_keep_all_their_pictures_in_order(old: Workspace) -> None:
    with Store.open(old) as store:
        table = store.items()
        red, blue, green = store.item("0001")["pictures"]
        was = set(HELD["items"][0])
        held = [dict(row) for row in HELD["items"]]
        # Its first picture was never read, so that the second one is the cover now.
        shown = {"picture": red, "width": 30, "height": 40, "colour": "#ff0000"}
        next(row for row in held if row["item_id"] == "shy").update(shown)
        assert [{k: v for k, v in row.items() if k in was} for row in table.to_pylist()] == held
        assert store.item("2")["pictures"] == [blue]
        assert store.item("shy")["pictures"] == [green, red]
        assert store.item("lamp")["pictures"] == []
        facts = [(m["kind"], m["width"], m["colour"]) for m in table["media"].to_pylist()[0]]
        assert facts == [("picture", 30, "#ff0000"), ("picture", 50, "#0000ff"), (None,) * 3]
        assert (
            store.items(1)["media"].to_pylist()[2][0]["hash"]
            == store.pictures_of(["gone"])["gone"][0]
        ), "a deleted item that comes back has its pictures"


def test_sealed_files_of_before_are_read_and_not_made_again(old: Workspace) -> None:
    sealed = {path.name for path in (OLD / "segments").iterdir()}
    with Store.open(old) as store:
        found = store.training_events()
        assert sorted(zip(found.times.tolist(), found.kinds.tolist(), strict=True)) == [
            (1_000, 9),
            (2_000, 2),
            (3_000, 13),
            (5_000, 3),
        ], "bob has profiling off"
        assert sealed <= {path.name for path in store.segments.iterdir()}


def test_ids_of_events_that_came_before_are_still_known(old: Workspace) -> None:
    seven = Event("2", "click", user="ann", time=2_000, event_id="order-7")
    bought = Event("lamp", "purchase", user="bob", time=4_000, value=2.0)
    with Store.open(old) as store:
        outcomes = store.record(
            [
                seven,
                Event("lamp", "click", user="ann", time=2_000, event_id="order-7"),
                Event("0001", "like", user="ann", time=6_000, event_id="undone"),
                bought,
                Event("lamp", "purchase", user="bob", time=4_000, value=2.0, event_id="p2"),
                Event("lamp", "purchase", user="bob", time=4_000, value=2.0, event_id="p3"),
            ]
        )
        statuses = [outcome.status for outcome in outcomes]
        assert statuses == ["same", "conflict", "same", "same", "same", "stored"]


def test_a_store_that_a_server_has_open_is_not_upgraded(tmp_path: Path) -> None:
    workspace = as_old(tmp_path / "old")
    with server_lock(workspace), pytest.raises(StoreError, match="serves this workspace"):
        upgrade(workspace)


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = as_old(tmp_path / "old")
    with sqlite3.connect(workspace.store / "events.db") as database:
        database.execute("UPDATE items SET pictures = 'no list' WHERE item_id = 'shy'")
        before = list(database.iterdump())
    database.close()
    with pytest.raises(ValueError, match="Expecting value"):
        upgrade(workspace)
    with sqlite3.connect(workspace.store / "events.db") as database:
        assert list(database.iterdump()) == before
    database.close()


def test_the_command_says_what_it_did_and_names_bundles_of_another_format(tmp_path: Path) -> None:
    workspace = as_old(tmp_path / "old")
    for name, text in (("older", '{"format": 0}'), ("ours", json.dumps({"format": FORMAT}))):
        (workspace.bundles / name).mkdir()
        (workspace.bundles / name / "manifest.json").write_text(text)
    result = CliRunner().invoke(beholder, ["upgrade", str(workspace.root)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "store database  0001  0003" in result.stdout
    assert "5 items, 7 pictures of items, 5 events, 3 people" in result.stdout
    assert "bundle older is of another format" in result.stdout
    assert "ours" not in result.stdout
    again = CliRunner().invoke(beholder, ["upgrade", str(workspace.root), "--json"])
    said = json.loads(again.stdout)
    assert said["before"]["store"] == "0003"
    assert said["trained"] is None, "nothing was served that is of another format"


def test_what_was_served_in_another_format_is_trained_again(tmp_path: Path) -> None:
    workspace = as_old(tmp_path / "old")
    (workspace.bundles / "older").mkdir()
    (workspace.bundles / "older" / "manifest.json").write_text('{"format": 1}')
    (workspace.root / "current").write_text("older\n")
    left = CliRunner().invoke(beholder, ["upgrade", str(workspace.root), "--no-train"])
    assert left.exit_code == 0
    assert "nothing is served until you train" in left.stdout
    assert (workspace.root / "current").read_text() == "older\n"
    done = CliRunner().invoke(
        beholder, ["upgrade", str(workspace.root), "--budget", "2s"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert "takes the place of the one that was served" in done.stdout
    with open_engine(workspace.root) as engine:
        assert engine.bundle in done.stdout
        assert engine.recommend(k=3).ids
