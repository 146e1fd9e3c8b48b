from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ext4_disk import SIZE, Disk, format_image, mounted


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    format_image(tmp_path / "disk.img", SIZE)
    with mounted(tmp_path / "disk.img", tmp_path / "disk") as disk:
        yield disk
