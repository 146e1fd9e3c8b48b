"""Files and folders are whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.durable import (
    file_aside,
    folder_aside,
    overwrite_file,
    unlink_overwritten,
    write_file,
)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "current"
    write_file(path, b"old")
    write_file(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["current"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "current"
    write_file(path, b"old")
    with pytest.raises(TypeError):
        write_file(path, "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["current"]


def test_a_file_appears_when_its_block_ends_and_not_when_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    with file_aside(path, 0o600) as file:
        file.write(b"first")
        assert not path.exists()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(TypeError), file_aside(path) as file:
        file.writelines([b"half", "no bytes"])  # type: ignore[list-item]
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["backup"]


def test_an_error_of_another_file_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, file_aside(tmp_path / "backup"):
        (tmp_path / "gone").read_bytes()
    assert caught.value.filename == str(tmp_path / "gone")


def test_a_folder_appears_when_its_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    with folder_aside(target) as aside:
        (aside / "inner").mkdir()
        (aside / "inner" / "file").write_text("whole")
        assert not target.exists()
    assert (target / "inner" / "file").read_text() == "whole"
    assert [entry.name for entry in tmp_path.iterdir()] == ["bundle"]


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with folder_aside(tmp_path / "bundle") as aside:
            (aside / "file").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "old").write_text("old")
    with pytest.raises(OSError), folder_aside(tmp_path / "bundle") as aside:
        (aside / "new").write_text("new")
    assert [entry.name for entry in (tmp_path / "bundle").iterdir()] == ["old"]


@pytest.mark.parametrize("replaced", [True, False])
def test_zeros_stand_where_an_overwritten_file_stood(tmp_path: Path, replaced: bool) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"old secret")
    with path.open("rb", buffering=0) as old:
        if replaced:
            overwrite_file(path, b"new")
        else:
            unlink_overwritten(path)
        assert old.read() == bytes(10)
    assert [each.read_bytes() for each in tmp_path.iterdir()] == ([b"new"] if replaced else [])


def test_a_file_that_is_overwritten_for_the_first_time_is_its_owners(tmp_path: Path) -> None:
    overwrite_file(tmp_path / "secret", b"new")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
