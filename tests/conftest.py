"""What several rooms need: one trained workspace of the planted world, made once."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from own_postgres import own_postgres
from planted import STEADY, World, make_world, workspace_of

# A slow machine is no error, and a run can be repeated.
settings.register_profile("beholder", deadline=None, derandomize=True)
settings.load_profile("beholder")
NUMBERS = itertools.count()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="session")
def world() -> World:
    """240 items in eight tastes, 160 people."""
    return make_world()


@pytest.fixture(scope="session")
def trained(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a trained workspace that no test may change."""
    workspace = workspace_of(world, tmp_path_factory.mktemp("planted") / "workspace")
    train_workspace(workspace, budget="600s", models=STEADY)
    return workspace.root


@pytest.fixture
def workspace(trained: Path, tmp_path: Path) -> Workspace:
    """A copy of the trained workspace, to be changed."""
    shutil.copytree(trained, tmp_path / "workspace")
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[Engine]:
    """The engine over a workspace of its own."""
    with open_engine(workspace.root) as opened:
        yield opened


@pytest.fixture(scope="session")
def reader(trained: Path) -> Iterator[Engine]:
    """An engine for questions alone: tests share it, so none may record."""
    with open_engine(trained) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real server of our own; `{name}` stands for a database."""
    with own_postgres() as server:
        yield server.get_uri()


@pytest.fixture
def new_database(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes a new, empty database and returns its address."""
    import psycopg

    made: list[str] = []

    def make() -> str:
        made.append(f"beholder_{next(NUMBERS)}")
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return postgres_server.replace("/postgres?", f"/{made[-1]}?")

    yield make
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(new_database: Callable[[], str]) -> str:
    """The address of a new, empty database."""
    return new_database()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI has Chromium"
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
