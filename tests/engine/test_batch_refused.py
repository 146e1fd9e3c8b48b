"""Whoever refuses or is erased before a file of recommendations is finished is not in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import pytest

from beholder.behaviour.event import Event
from beholder.cli import console
from beholder.engine import batch
from beholder.engine.table import FORMATS, Part
from beholder.store import Store, Who
from beholder.workspace import Workspace
from command_line import beholder
from planted import World

LATE = "somebody-late"


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SHARD", 30)


@pytest.fixture
def users(world: World, tmp_path: Path) -> Path:
    """A list of 89 people and one whom the store does not know yet."""
    file = tmp_path / "users.txt"
    file.write_text("".join(f"{one}\n" for one in [LATE, *map(world.user_id, range(89))]))
    return file


def refuse(workspace: Workspace, user: str) -> None:
    beholder("user", "purposes", workspace.root, user, "--recommend", "off")


def allow(workspace: Workspace, user: str) -> None:
    beholder("user", "purposes", workspace.root, user, "--recommend", "on")


def erase(workspace: Workspace, user: str) -> None:
    beholder("user", "erase", workspace.root, user, "--yes")


def come(workspace: Workspace, user: str) -> None:
    with Store.open(workspace) as store:
        store.record([Event("item-0001", "like", user=user)])


def begin_to_erase(workspace: Workspace, user: str) -> None:
    """Leave an erasure as a crash does that came before the rows were deleted."""
    with Store.open(workspace) as store:
        store.keys.bury(store.keys.mac(Who("user", user)))


class Meanwhile:
    """Things that happen as soon as so many parts are done; 0: before the first one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **at: Callable[[], object]) -> None:
        self.done, self.at = 0, {int(name[1:]): what for name, what in at.items()}
        monkeypatch.setattr(console, "progress", lambda: nullcontext(self))

    def start(self, *_: object) -> None:
        self.at.get(0, int)()

    def advance(self, *_: object) -> None:
        self.done += 1
        self.at.get(self.done, int)()

    def finish(self) -> None:
        """Do nothing."""


def stop() -> None:
    raise KeyboardInterrupt


def recommend(
    workspace: Workspace, users: Path, out: Path, *words: str, status: int = 0
) -> dict[str, Any]:
    asked = ("recommend", workspace.root, "--all", "--users", users, "--out", out, "-k", 3)
    printed, _ = beholder(*asked, "--json", *words, status=status)
    return {} if status else dict(json.loads(printed))


def named(out: Path) -> set[str]:
    if out.suffix == ".parquet":
        return set(pq.read_table(out)["user"].to_pylist())
    return {json.loads(line)["user"] for line in out.read_text().splitlines()}


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
@pytest.mark.parametrize("change", [refuse, erase, begin_to_erase])
def test_somebody_unknown_at_the_beginning_who_leaves_while_it_runs_is_not_in_the_file(
    workspace: Workspace,
    users: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Workspace, str], None],
    suffix: str,
) -> None:
    out = users.with_name(f"all{suffix}")
    Meanwhile(monkeypatch, _0=lambda: come(workspace, LATE), _2=lambda: change(workspace, LATE))
    told = recommend(workspace, users, out)
    assert (told["people"], told["left_out"], told["shards"]) == (89, 1, 3)
    assert LATE not in named(out)
    assert len(named(out)) == 89


@pytest.mark.parametrize("change", [refuse, erase])
def test_who_leaves_between_a_stopped_run_and_its_going_on_is_not_in_the_file(
    workspace: Workspace,
    users: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Workspace, str], None],
) -> None:
    out, known = users.with_name("all.jsonl"), world.user_id(7)
    Meanwhile(monkeypatch, _0=lambda: come(workspace, LATE), _2=stop)
    recommend(workspace, users, out, status=130)
    for user in (LATE, known):
        change(workspace, user)
    Meanwhile(monkeypatch)
    told = recommend(workspace, users, out)
    assert (told["people"], told["left_out"], told["kept"]) == (88, 2, 2)
    assert named(out).isdisjoint({LATE, known})


def test_as_many_who_allow_instead_hide_nobody_who_refuses(
    workspace: Workspace, users: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, fourth = (world.user_id(i) for i in range(4))
    for user in (second, third):
        refuse(workspace, user)

    def swap() -> None:
        for user in (first, fourth):
            refuse(workspace, user)
        for user in (second, third):
            allow(workspace, user)

    out = users.with_name("all.jsonl")
    Meanwhile(monkeypatch, _1=swap)
    told = recommend(workspace, users, out)
    assert named(out) == {world.user_id(i) for i in range(4, 89)}
    assert (told["profiling_off"], told["left_out"]) == (2, 2)


def test_who_leaves_while_the_file_is_put_together_is_not_in_it_and_holds_it_up_once(
    workspace: Workspace, users: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, joined = world.user_id(5), 0
    usual = FORMATS[".jsonl"]

    def join(parts: Iterable[Part], out: BinaryIO) -> None:
        nonlocal joined
        usual.join(parts, out)
        joined += 1
        (refuse if joined == 1 else allow)(workspace, user)

    monkeypatch.setitem(FORMATS, ".jsonl", usual._replace(join=join))
    out = users.with_name("all.jsonl")
    told = recommend(workspace, users, out)
    assert (joined, told["people"], told["left_out"], told["without_history"]) == (2, 88, 1, 1)
    assert user not in named(out)


def test_what_is_written_of_people_is_for_nobody_else_to_read(
    workspace: Workspace, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = users.with_name("all.jsonl")
    out.touch(0o644)
    Meanwhile(monkeypatch, _2=stop)
    recommend(workspace, users, out, "--force", status=130)
    folder = users.with_name("all.jsonl.beholder-parts")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    (folder / "000000.jsonl").unlink()
    Meanwhile(monkeypatch)
    told = recommend(workspace, users, out, "--force")
    assert (told["people"], told["kept"]) == (89, 1), "a part that is gone is made again"
    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("what", ["a folder", "a file", "a link", "a link to nothing"])
def test_what_stands_in_the_place_of_the_parts_and_is_not_ours_stays(
    workspace: Workspace, users: Path, what: str
) -> None:
    out, place = users.with_name("all.jsonl"), users.with_name("all.jsonl.beholder-parts")
    mine = users.with_name("mine")
    mine.mkdir()
    if what == "a folder":
        place.mkdir()
        (place / "manifest.json").write_text('{"made_by": "me"}')
    elif what == "a file":
        place.write_text("mine")
    else:
        place.symlink_to(mine if what == "a link" else users.with_name("nowhere"))
    before = place.lstat()
    asked = ("recommend", workspace.root, "--all", "--users", users, "--out", out)
    _, said = beholder(*asked, status=2)
    assert f"{place} is in the way" in said
    assert "move it away, or name another file" in said
    assert (place.lstat().st_ino, mine.is_dir(), out.exists()) == (before.st_ino, True, False)


def test_files_of_a_user_beside_the_file_stay(workspace: Workspace, users: Path) -> None:
    own = [".all.jsonl.notes.part", ".all.jsonl.20260101.part", ".all.jsonl.lock"]
    for name in own:
        users.with_name(name).write_text("mine")
    parts = users.with_name("all.jsonl.parts")
    parts.mkdir()
    (parts / "000000.jsonl").write_text("mine")
    recommend(workspace, users, users.with_name("all.jsonl"))
    assert [users.with_name(name).read_text() for name in own] == ["mine"] * 3
    assert (parts / "000000.jsonl").read_text() == "mine"
    assert not users.with_name("all.jsonl.beholder-parts").exists()


def test_what_a_run_left_that_was_killed_at_its_beginning_or_end_is_in_nobody_s_way(
    workspace: Workspace, users: Path
) -> None:
    folder = users.with_name("all.jsonl.beholder-parts")
    folder.mkdir()
    (folder / ".manifest.json.beholder-0123abcd.part").write_text("{")
    end = users.with_name(".all.jsonl.beholder-parts.part")
    end.mkdir()
    (end / "000001.jsonl").write_text("half of what there was")
    assert recommend(workspace, users, users.with_name("all.jsonl"))["people"] == 89
    assert {path.name for path in users.parent.iterdir()} == {"all.jsonl", "users.txt", "workspace"}
