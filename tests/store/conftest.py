from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_postgres import own_postgres

from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real server of our own; `{name}` stands for a database."""
    with own_postgres() as server:
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a new, empty database."""
    import psycopg

    name = f"beholder_{next(NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """A workspace whose store is SQLite, then one whose store is PostgreSQL."""
    toml = 'title = "test"\n'
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        toml += f'[store]\nurl = "{url}"\nkeys_url = "{url}"\n'
    return Workspace.create(tmp_path / "workspace", toml)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    """A store with the items `a`, `b` and `c`."""
    with Store.open(workspace, create=True) as opened:
        opened.put_items([ItemRecord(name, name.upper()) for name in "abc"])
        yield opened


@pytest.fixture
def sqlite_workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "plain", 'title = "test"\n')
