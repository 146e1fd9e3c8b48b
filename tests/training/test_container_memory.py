"""The memory of a container: its own bound, without what it keeps of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.training import hardware

MIB = 2**20


def group(folder: Path, limit: str, used: int, files: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used * MIB}\n")
    half = files * MIB // 2
    (folder / "memory.stat").write_text(
        f"anon 4096\ninactive_anon 7\ninactive_file {half}\nactive_file {half}\n"
    )


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(hardware, "GROUP", tmp_path)
    monkeypatch.setattr(hardware, "CGROUPS", tmp_path / "own")
    return tmp_path


def test_what_is_kept_of_files_is_free(root: Path) -> None:
    group(root, str(64 * MIB), used=60, files=50)
    assert hardware.memory() == hardware.Memory(64 * MIB, 54 * MIB)


def test_the_narrowest_of_the_groups_around_bounds_it(root: Path) -> None:
    (root / "own").write_text("0::/system.slice/shop.service\n")
    group(root, "max", used=90)
    group(root / "system.slice", str(64 * MIB), used=60)
    group(root / "system.slice" / "shop.service", str(32 * MIB), used=8)
    assert hardware.memory() == hardware.Memory(32 * MIB, 4 * MIB), "of the outer one 4 are left"


def test_groups_of_the_first_version_bound_it_too(root: Path) -> None:
    (root / "own").write_text("4:cpu:/x\n3:memory:/shop\n")
    folder = root / "memory" / "shop"
    group(folder, "max", used=0, files=10)
    (folder / "memory.limit_in_bytes").write_text(f"{48 * MIB}\n")
    (folder / "memory.usage_in_bytes").write_text(f"{30 * MIB}\n")
    assert hardware.memory() == hardware.Memory(48 * MIB, 28 * MIB)


def test_a_machine_without_groups_has_what_the_system_says(root: Path) -> None:
    found = hardware.memory()
    assert found.all is not None
    assert found.free is not None
    assert MIB < found.free <= found.all
