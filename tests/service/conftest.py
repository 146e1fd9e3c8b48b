from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from small_gallery import build_workspace

from beholder.workspace import Workspace
from live_server import Server


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    build_workspace(folder / "workspace", folder / "files")
    return folder / "workspace"


@pytest.fixture
def workspace(trained: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(trained, tmp_path / "copy")
    return Workspace.open(tmp_path / "copy")


@pytest.fixture(scope="session")
def server(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that only add people and events of their own."""
    root = tmp_path_factory.mktemp("served") / "copy"
    shutil.copytree(trained, root)
    with Server(root) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as each:
        yield each
