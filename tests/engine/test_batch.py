"""Recommendations for everybody: the same as one by one, and a run that was stopped goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import forked
from beholder.cli.main import run
from beholder.engine import batch
from beholder.engine.batch import recommend_all
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.errors import UsageError
from beholder.progress import Silent
from beholder.store import Store, Who
from beholder.workspace import Workspace
from forked import Forked
from planted import World


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SHARD", 30)


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[Engine]:
    with open_engine(workspace.root) as opened:
        yield opened


def store_of(engine: Engine) -> Store:
    assert engine.store is not None
    return engine.store


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


class Stopped(Silent):
    """Progress at which somebody presses Ctrl-C after some shards."""

    def __init__(self, after: int) -> None:
        self.left = after

    def advance(self, n: int = 1) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_everybody_gets_what_they_would_get_alone(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    report = recommend_all(engine, tmp_path / "all.jsonl", 5)
    found = rows(tmp_path / "all.jsonl")
    assert report.people == len(found) == len(world.likes)
    assert (report.shards, report.kept) == (6, 0)  # 160 people
    store = store_of(engine)
    subjects = {row["subject"]: row for row in found}
    for user in (world.user_id(0), world.user_id(159)):
        link = store.keys.find_one(store.keys.mac(Who("user", user)))
        assert link is not None
        alone = engine.recommend(user, k=5)
        row = subjects[link.subject.hex()]
        assert (row["items"], row["level"], row["bundle"]) == (
            alone.ids,
            "personal",
            alone.bundle,
        )
        assert row["scores"] == pytest.approx([item.score for item in alone.items])
    assert [path.name for path in tmp_path.iterdir() if path.name != "workspace"] == ["all.jsonl"]


def test_users_of_a_list_are_named_as_the_list_does(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    store_of(engine).set_profiling(world.user_id(1), False)
    users = tmp_path / "users.txt"
    users.write_text(
        f"{world.user_id(0)}\n{world.user_id(1)}\nstranger\n\nnull\nNone\n{world.user_id(2)}"
    )
    report = recommend_all(engine, tmp_path / "some.jsonl", 3, users)
    assert [row["user"] for row in rows(tmp_path / "some.jsonl")] == [
        world.user_id(0),
        world.user_id(2),
    ]
    told = (report.people, report.without_history, report.profiling_off, report.refused)
    assert told == (2, 1, 1, 3)


def test_parquet_has_the_same_rows(engine: Engine, tmp_path: Path) -> None:
    recommend_all(engine, tmp_path / "all.jsonl", 4)
    recommend_all(engine, tmp_path / "all.parquet", 4)
    table = pq.read_table(tmp_path / "all.parquet")
    assert table.column_names == ["user", "subject", "bundle", "level", "items", "scores"]
    lines = rows(tmp_path / "all.jsonl")
    assert table["items"].to_pylist() == [row["items"] for row in lines]
    assert table["subject"].to_pylist() == [row["subject"] for row in lines]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_a_run_that_was_stopped_goes_on_and_gives_the_same_file(
    engine: Engine, tmp_path: Path, suffix: str
) -> None:
    recommend_all(engine, tmp_path / f"whole{suffix}", 5)
    out = tmp_path / f"all{suffix}"
    with pytest.raises(KeyboardInterrupt):
        recommend_all(engine, out, 5, progress=Stopped(after=2))
    assert not out.exists()
    done = {
        path: path.stat().st_mtime_ns
        for path in (tmp_path / f"all{suffix}.beholder-parts").iterdir()
    }
    with pytest.raises(KeyboardInterrupt):
        recommend_all(engine, out, 5, progress=Stopped(after=4))
    assert all(path.stat().st_mtime_ns == moment for path, moment in done.items())
    report = recommend_all(engine, out, 5)
    assert (report.shards, report.kept, report.people) == (6, 4, 160)
    assert out.read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()
    assert not (tmp_path / f"all{suffix}.beholder-parts").exists()


def test_who_came_after_the_beginning_is_for_the_next_time(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    with pytest.raises(KeyboardInterrupt):
        recommend_all(engine, out, 5, progress=Stopped(after=6))
    engine.record({"item": "item-0001", "kind": "like", "user": "late"})
    assert recommend_all(engine, out, 5).people == 160
    assert recommend_all(engine, out, 5).people == 161


def test_parts_of_another_question_are_made_anew(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    with pytest.raises(KeyboardInterrupt):
        recommend_all(engine, out, 5, progress=Stopped(after=2))
    report = recommend_all(engine, out, 6)
    assert (report.kept, len(rows(out)[0]["items"])) == (0, 6)


def test_an_unknown_suffix_is_refused_before_anything_is_done(
    engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="suffix"):
        recommend_all(engine, tmp_path / "all.csv")
    assert not (tmp_path / "all.csv.beholder-parts").exists()


def test_the_command_keeps_what_was_done_when_it_is_stopped(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from beholder.cli import console

    out = tmp_path / "all.jsonl"
    words = ["recommend", str(workspace.root), "--all", "--out", str(out), "--json"]
    stopped = Stopped(after=3)
    monkeypatch.setattr(console.LineProgress, "advance", lambda self, n=1: stopped.advance(n))
    with pytest.raises(SystemExit) as ended:
        run(words)
    assert ended.value.code == 130
    monkeypatch.setattr(console.LineProgress, "advance", lambda self, n=1: None)
    with pytest.raises(SystemExit) as ended:
        run(words)
    assert ended.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["people"], told["shards"], told["kept"]) == (160, 6, 3)
    assert len(rows(out)) == 160
    with pytest.raises(SystemExit) as ended:
        run([*words[:-1], "--force"])
    assert ended.value.code == 0
    head, _, numbers = capsys.readouterr().out.splitlines()
    assert head.startswith("people in the file  without history")
    assert numbers.split() == ["160", "0", "0", "0", "0", "6", "0"]


def start(workspace: Workspace, out: Path, *words: object) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    command = ["recommend", workspace.root, "--all", "--out", out, "--json", *words]
    return Forked(
        [sys.executable, "-m", "beholder.cli.main", *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_run_on_one_file_is_refused_and_names_the_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    out, users = tmp_path / "out" / "all.jsonl", tmp_path / "users"
    out.parent.mkdir()
    os.mkfifo(users)  # nobody writes into it: the first run waits there, with the file its own
    first = start(workspace, out, "--users", users)
    lock = out.with_name(".all.jsonl.beholder-run.lock")
    try:
        while not (lock.exists() and lock.read_text()):
            assert first.poll() is None, first.stderr
            time.sleep(0.05)
        second = start(workspace, out)
        _, words = second.communicate(timeout=60)
        assert second.returncode == 2
        assert f"another run (process {first.pid}) is at work on all.jsonl" in words
        assert not out.exists()
    finally:
        first.kill()
        first.communicate()
    third = start(workspace, out)
    assert json.loads(third.communicate(timeout=60)[0])["people"] == 160
    assert third.returncode == 0
    assert [path.name for path in out.parent.iterdir()] == ["all.jsonl"]


def test_users_may_come_through_a_pipe(workspace: Workspace, tmp_path: Path) -> None:
    out, users = tmp_path / "out" / "all.jsonl", tmp_path / "users"
    out.parent.mkdir()
    os.mkfifo(users)
    running = start(workspace, out, "--users", users)
    users.write_text("person-0003\nperson-0004\n")
    assert json.loads(running.communicate(timeout=60)[0])["people"] == 2
    assert [row["user"] for row in rows(out)] == ["person-0003", "person-0004"]
    assert [path.name for path in out.parent.iterdir()] == ["all.jsonl"]


KILLED = """
import os, signal, sys
from pathlib import Path
from beholder.engine import batch, opening
from beholder.progress import Silent

class Killed(Silent):
    left = 3

    def advance(self, n=1):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

batch.SHARD = 30
with opening.open_engine(sys.argv[1]) as opened:
    batch.recommend_all(opened, Path(sys.argv[2]), 5, progress=Killed())
"""


def test_a_run_that_was_killed_goes_on(
    engine: Engine, workspace: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "all.jsonl"
    words = [sys.executable, "-c", KILLED, str(workspace.root), str(out)]
    assert forked.run(words).returncode == -signal.SIGKILL
    (tmp_path / ".all.jsonl.beholder-0123abcd.part").write_text("cut off while it was joined")
    report = recommend_all(engine, out, 5)
    assert (report.shards, report.kept, report.people) == (6, 3, 160)
    recommend_all(engine, tmp_path / "whole.jsonl", 5)
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    left = {path.name for path in tmp_path.iterdir()} - {"workspace"}
    assert left == {"all.jsonl", "whole.jsonl"}


def test_a_place_that_cannot_be_written_is_said(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        recommend_all(engine, tmp_path / "file" / "all.jsonl")


@pytest.mark.parametrize(
    "words", [["--all"], ["--out", "x.jsonl"], ["--all", "--out", "x.jsonl", "--user", "ann"]]
)
def test_options_that_do_not_go_together_are_wrong_usage(
    workspace: Workspace, words: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["recommend", str(workspace.root), *words])
    assert ended.value.code == 2


@pytest.mark.parametrize("change", ["hidden", "banned"])
def test_what_must_not_be_shown_any_more_is_not_taken_from_an_earlier_run(
    engine: Engine, world: World, tmp_path: Path, change: str
) -> None:
    out, store = tmp_path / "all.jsonl", store_of(engine)
    with pytest.raises(KeyboardInterrupt):
        recommend_all(engine, out, k=240, progress=Stopped(3))
    item = world.item_id(7)
    if change == "hidden":
        store.hide(item, hidden=True)
    else:
        toml = store.workspace.toml
        toml.write_text('out_of_stock = ["price < 0"]\n' + toml.read_text())
    report = recommend_all(engine, out, k=240)
    assert report.kept == 0
    if change == "hidden":
        assert all(item not in row["items"] for row in rows(out))


def test_a_stranger_who_comes_meanwhile_throws_no_finished_part_away(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    users, out = tmp_path / "users.txt", tmp_path / "all.jsonl"
    users.write_text("".join(f"{world.user_id(i)}\n" for i in range(90)))
    with pytest.raises(KeyboardInterrupt):
        recommend_all(engine, out, 3, users, Stopped(3))
    engine.record({"item": "item-0001", "kind": "like", "user": "somebody new"})
    assert recommend_all(engine, out, 3, users).kept == 3
