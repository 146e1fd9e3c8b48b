from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ext4_disk import Disk, made


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with made(tmp_path) as disk:
        yield disk
