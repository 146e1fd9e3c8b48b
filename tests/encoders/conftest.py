from __future__ import annotations

from pathlib import Path

import pytest

from beholder.workspace import Workspace


@pytest.fixture(scope="session")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of built graphs for all tests: building takes 0.7 s."""
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws", "[encode]\nworkers = 1\nencoders = ['colour']\n")
