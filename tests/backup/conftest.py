from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_shop import PASSPHRASE, make_small

from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from planted import World, workspace_of


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEHOLDER_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    """A workspace with a file of each kind, not trained."""
    return make_small(tmp_path / "small")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """A trained workspace on SQLite, then one on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("trained"), tmp_path / "shop")
        return Workspace.open(tmp_path / "shop")
    url = request.getfixturevalue("postgres_url")
    world: World = request.getfixturevalue("world")
    stores = f'\n[store]\nurl = "{url}"\nkeys_url = "{url}"\n'
    workspace = workspace_of(world, tmp_path / "shop", stores)
    train_workspace(workspace, budget="2s", models=("itemknn", "words"))
    return workspace


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """A small workspace on SQLite, then one on PostgreSQL."""
    if request.param == "sqlite":
        return make_small(tmp_path / "small")
    url = request.getfixturevalue("postgres_url")
    return make_small(tmp_path / "small", more=f'[store]\nurl = "{url}"\nkeys_url = "{url}"\n')


@pytest.fixture
def there(request: pytest.FixtureRequest) -> str:
    """What `--store` is where a workspace is restored: files, or another empty database."""
    if "postgres" not in request.node.name:
        return "sqlite"
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()
