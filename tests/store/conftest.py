from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace


@pytest.fixture
def form() -> str:
    """The form of events; modules that go through both say so."""
    return "plain"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path, form: str) -> Workspace:
    """A workspace whose store is SQLite, then one whose store is PostgreSQL."""
    toml = 'title = "test"\n'
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        toml += f'[store]\nurl = "{url}"\nkeys_url = "{url}"\n'
    toml += f"[privacy]\nencrypt_events = {str(form == 'encrypted').lower()}\n"
    return Workspace.create(tmp_path / "workspace", toml)


@pytest.fixture(scope="session")
def empty_stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Workspaces with an empty SQLite store, by the form of events, to be copied."""
    roots = {form: tmp_path_factory.mktemp("empty") / form for form in ("plain", "encrypted")}
    for form, root in roots.items():
        toml = f"[privacy]\nencrypt_events = {str(form == 'encrypted').lower()}\n"
        Store.open(Workspace.create(root, toml), create=True).close()
    return roots


@pytest.fixture
def store(workspace: Workspace, form: str, empty_stores: dict[str, Path]) -> Iterator[Store]:
    """A store with the items `a`, `b` and `c`."""
    if not workspace.settings.store.url:
        for part in ("store", "secrets"):
            shutil.copytree(empty_stores[form] / part, workspace.root / part, dirs_exist_ok=True)
    with Store.open(workspace, create=True) as opened:
        opened.put_items([ItemRecord(name, name.upper()) for name in "abc"])
        yield opened


@pytest.fixture
def sqlite_workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "plain", 'title = "test"\n')
