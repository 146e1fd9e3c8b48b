from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from beholder.behaviour.kinds import KINDS
from beholder.errors import StoreError
from beholder.store import Store, schema
from beholder.store.database import Database, sqlite_url
from beholder.store.migrate import FOLDER, HEADS, migrate, version
from beholder.workspace import Workspace

KEPT = Path(__file__).parent / "kept"


@pytest.mark.parametrize("which", HEADS)
def test_the_newest_migration_is_the_one_the_program_asks_for(which: str) -> None:
    assert ScriptDirectory(str(FOLDER / which)).get_current_head() == HEADS[which]


@pytest.mark.parametrize("which", HEADS)
def test_every_migration_has_a_kept_file(which: str) -> None:
    made = {r.revision for r in ScriptDirectory(str(FOLDER / which)).walk_revisions()}
    assert {path.name.split(".")[0] for path in KEPT.glob(f"*.{which}.sql")} == made


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.sql")), ids=lambda path: path.name)
def test_a_kept_old_file_comes_forward_with_its_rows(path: Path, tmp_path: Path) -> None:
    which = path.name.split(".")[1]
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as old:
        old.executescript(path.read_text())
    old.close()
    database = Database(sqlite_url(str(file)))
    migrate(database, which)
    with database.read() as connection:
        assert version(connection, which) == HEADS[which]
        if which == "store":
            events = connection.execute(sa.select(schema.events)).mappings().all()
            assert [(e["item"], e["kind"], e["time"], e["value"]) for e in events] == [
                (1, 9, 1_000, 4.5),
                (2, 2, 2_000, None),
            ]
            titles = connection.execute(sa.select(schema.items.c.title)).scalars().all()
            assert titles == ["Chair", "Table é"]
            shown = connection.execute(sa.select(schema.item_media)).all()
            assert shown[0] == (1, 0, "ab" * 32)
            assert len(shown) == {"0001": 1, "0002": 2, "0003": 2}[path.name.split(".")[0]]
            assert connection.execute(sa.select(schema.kinds)).all() == list(enumerate(KINDS, 1))
        else:
            links = connection.execute(sa.select(schema.links)).all()
            assert len(links) == 1
    database.close()


def test_the_migrations_make_the_tables_that_the_program_describes(workspace: Workspace) -> None:
    with Store.open(workspace, create=True) as store, store.database.read() as connection:
        one = workspace.settings.store.keys_url == workspace.settings.store.url
        if one and workspace.settings.store.url:
            both = sa.MetaData()
            for table in (*schema.store.sorted_tables, *schema.keys.sorted_tables):
                table.to_metadata(both)
            wanted = both
        else:
            wanted = schema.store
        context = MigrationContext.configure(connection)
        differences = [d for d in compare_metadata(context, wanted) if "_version" not in str(d)]
        assert differences == []


def test_a_store_of_a_newer_program_is_refused(sqlite_workspace: Workspace) -> None:
    Store.open(sqlite_workspace, create=True).close()
    with sqlite3.connect(sqlite_workspace.store / "events.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StoreError, match="9999"):
        Store.open(sqlite_workspace)
