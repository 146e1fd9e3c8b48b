"""A file that a user names is never replaced without a word, whichever command writes it."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from beholder.workspace import Workspace
from command_line import beholder

COMMANDS = {
    "export": ("export", "{root}", "--anonymous", "--out", "{file}"),
    "user export": ("user", "export", "{root}", "nobody", "--out", "{file}"),
    "recommend": ("recommend", "{root}", "--all", "--out", "{file}"),
    "evaluate": ("evaluate", "{root}", "--json", "{file}"),
    "report": ("report", "{root}", "--out", "{file}"),
    "backup": ("backup", "{root}", "{file}"),
}
LONG = ("evaluate", "report")


def words(command: str, workspace: Workspace, file: Path) -> list[str]:
    return [word.format(root=workspace.root, file=file) for word in COMMANDS[command]]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_there_stays_and_the_remedy_is_named(
    command: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("mine")
    _, said = beholder(*words(command, workspace, file), status=2)
    assert f"{file} is there already" in said
    assert "name another file, or add --force" in said
    assert file.read_text() == "mine"
    _, said = beholder(*words(command, workspace, tmp_path / "no" / "x.jsonl"), status=2)
    assert f"make {tmp_path / 'no'} first" in said
    assert list(tmp_path.glob("no*")) == []


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in LONG])
def test_what_is_there_is_replaced_where_that_is_said(
    command: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("mine")
    beholder(*words(command, workspace, file), "--force")
    assert file.read_bytes() != b"mine"


def a_socket(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(place))  # the whole path may be too long for a socket


def a_device(place: Path) -> None:
    try:
        os.mknod(place, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")


def a_link(place: Path) -> None:
    place.with_name("target").write_text("mine")
    place.symlink_to("target")


NO_FILES = {
    "a pipe": os.mkfifo,
    "a socket": a_socket,
    "a device": a_device,
    "a link": a_link,
    "a link to nothing": lambda place: place.symlink_to("nowhere"),
    "a link to itself": lambda place: place.symlink_to(place.name),
}


@pytest.mark.parametrize("what", NO_FILES)
def test_what_is_no_file_is_never_replaced(
    what: str, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "odd.jsonl"
    NO_FILES[what](place)
    before = place.lstat()
    keys = ("backup", workspace.root, tmp_path / "b.tar", "--keys", place)
    monkeypatch.setenv("BEHOLDER_PASSPHRASE", "long enough for keys")
    for asked in [*(words(name, workspace, place) for name in COMMANDS), keys]:
        for force in ([], ["--force"]):
            _, said = beholder(*asked, *force, status=2)
            kind = "a link" if what.startswith("a link") else what
            assert f"{place} is {kind}, and a file would take its place" in said
            assert "(name another file" in said
            assert ("name the file that it leads to" in said) == (kind == "a link")
            assert ("leave --out away to print it" in said) == (asked[:2] == ["user", "export"])
    assert (place.lstat().st_ino, place.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert not (tmp_path / "b.tar").exists()
    if what == "a link":
        assert place.read_text() == "mine"


def test_files_about_people_are_for_nobody_else_to_read(
    workspace: Workspace, tmp_path: Path
) -> None:
    for command in ("user export", "recommend", "backup"):
        file = tmp_path / f"{command}.jsonl"
        file.touch(0o644)
        beholder(*words(command, workspace, file), "--force")
        assert file.stat().st_mode & 0o777 == 0o600
