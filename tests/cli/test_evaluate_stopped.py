"""`beholder evaluate` that is stopped says where what is done can be found."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beholder.cli import evaluate
from beholder.errors import StoreError
from beholder.evaluation import seeds, written
from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.seeds import evaluations
from beholder.reporting import results
from beholder.workspace import Workspace
from command_line import beholder

STOPPED = 130
ASKED = ("--protocol", "leave-last-out", "--model", "itemknn", "--budget", "1s", "--seeds", "2")


Ending = Callable[[int, BaseException], None]


@pytest.fixture(scope="module")
def made(trained: Path) -> Evaluation:
    """An evaluation, made once for all tests."""
    (one,) = evaluations(
        Workspace.open(trained), "leave-last-out", models=("itemknn",), budget="1s"
    )
    return one


@pytest.fixture
def ending(made: Evaluation, monkeypatch: pytest.MonkeyPatch) -> Ending:
    """Let something end the evaluations when so many are done."""

    def end(after: int, fault: BaseException) -> None:
        def first(*_: object, **__: object) -> Iterator[Evaluation]:
            yield from [made] * after
            raise fault

        monkeypatch.setattr(seeds, "evaluations", first)

    return end


@pytest.mark.parametrize(
    ("fault", "status"), [(KeyboardInterrupt(), STOPPED), (StoreError("locked"), 1)]
)
def test_what_is_done_is_kept_and_named(
    trained: Path,
    tmp_path: Path,
    ending: Ending,
    fault: BaseException,
    status: int,
) -> None:
    target = tmp_path / "all.json"
    ending(1, fault)
    said, told = beholder("evaluate", trained, *ASKED, "--json", target, status=status)
    assert f"1 evaluation is done, and kept in {target}; `beholder report DIR --from" in told
    assert "written:" not in told
    (one,) = results.read([target])
    assert f"seed {one.seed}: {one.cases} users" in said


def test_without_a_file_it_says_that_what_is_done_was_shown(trained: Path, ending: Ending) -> None:
    ending(1, KeyboardInterrupt())
    _, told = beholder("evaluate", trained, *ASKED, status=STOPPED)
    assert "1 evaluation is done, and shown above; --json FILE would have kept it" in told


def test_nothing_is_said_of_results_where_there_are_none(trained: Path, ending: Ending) -> None:
    ending(0, KeyboardInterrupt())
    _, told = beholder("evaluate", trained, *ASKED, status=STOPPED)
    assert "done, and" not in told


def test_what_could_not_be_written_is_shown_and_not_said_to_be_kept(
    trained: Path, tmp_path: Path, ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending(2, StoreError("not reached"))
    target = tmp_path / "all.json"
    target.write_text("of last week")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(written, "write_file", full)
    said, told = beholder("evaluate", trained, *ASKED, "--json", target, "--force", status=1)
    assert "1 evaluation is done, and shown above" in told
    assert "kept in" not in told
    assert said.count(" users, ") == 1
    assert target.read_text() == "of last week"


def test_what_was_neither_written_nor_shown_is_said_to_be_lost(
    trained: Path, ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending(2, StoreError("not reached"))

    def unseen(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluate, "_show", unseen)
    _, told = beholder("evaluate", trained, *ASKED, status=STOPPED)
    assert "1 evaluation is done, and neither kept nor shown" in told
    assert "shown above" not in told
