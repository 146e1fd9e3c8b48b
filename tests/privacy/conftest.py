from __future__ import annotations

import pytest

from beholder.workspace import Workspace
from disk_bytes import Disk, reader


@pytest.fixture
def disk(workspace: Workspace) -> Disk:
    """Reads the bytes of the databases and their write-ahead logs, as they are on the disk."""
    return reader(workspace)
