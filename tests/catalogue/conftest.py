from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from beholder.store import Store
from beholder.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "workspace", 'title = "test"\n')


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    with Store.open(workspace, create=True) as opened:
        yield opened
