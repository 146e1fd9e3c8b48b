from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from planted import World, workspace_of
from small_shop import PASSPHRASE, make_small


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
    train_workspace(workspace, budget="2s")
    return workspace


@pytest.fixture
def there(shop: Workspace, request: pytest.FixtureRequest) -> str:
    """What `--store` is when the shop is restored: files, or another empty database."""
    if not shop.settings.store.url:
        return "sqlite"
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()
