"""`beholder train --tune-encoder` where it cannot be done, and what it draws."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beholder.cli.curve import curve
from beholder.cli.main import beholder
from beholder.errors import BeholderError, MissingExtraError, UsageError
from beholder.networks import door
from beholder.workspace import Workspace


@pytest.fixture
def empty(tmp_path: Path) -> str:
    Workspace.create(tmp_path / "workspace", "")
    return str(tmp_path / "workspace")


def error_of(*words: str) -> BeholderError:
    done = CliRunner().invoke(beholder, ["train", *words])
    assert isinstance(done.exception, BeholderError), done.output
    return done.exception


@pytest.mark.parametrize("more", [[], ["--user", "ann"], ["--tensorboard", "events"]])
def test_without_pytorch_it_says_how_to_get_it(
    empty: str, more: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    error = error_of(empty, "--tune-encoder", "small-cnn", *more)
    assert isinstance(error, MissingExtraError)
    assert "PyTorch" in error.message
    assert "pip install 'beholder[torch]'" in error.remedy


def test_without_its_writer_event_files_say_how_to_get_it(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: name != "tensorboardX" or None)
    error = error_of(empty, "--tune-encoder", "small-cnn", "--tensorboard", "events")
    assert "pip install 'beholder[tensorboard]'" in error.remedy


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--epochs", "3", "--lr", "0.1"], "--epochs, --lr"),
        (["--tune-encoder", "none", "--resume"], "as the settings say, without --resume"),
        (["--dry-run", "--resume"], "--resume"),
        (["--user", "ann"], "--user"),
        (["--tune-encoder", "small-cnn", "--model", "ease"], "--model"),
        (["--tune-encoder", "small-cnn", "--promote"], "--promote"),
        (["--tune-encoder", "none", "--model", "ease"], "as the settings say, without --model"),
    ],
)
def test_options_of_the_other_training_are_refused(
    empty: str, words: list[str], named: str
) -> None:
    error = error_of(empty, *words)
    assert isinstance(error, UsageError)
    assert named in error.message


@pytest.mark.parametrize("words", [["--epochs", "0"], ["--batch-size", "0"], ["--lr", "2"]])
def test_numbers_that_make_no_training_are_refused(
    empty: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: True)
    assert isinstance(error_of(empty, "--tune-encoder", "small-cnn", *words), UsageError)


def test_the_curve_is_a_column_an_epoch() -> None:
    assert curve([1.0, 0.5, 0.25], height=2).splitlines() == ["  1.0000 │█  ", "  0.0000 │██▄"]
    assert curve([], height=2).splitlines() == ["  1.0000 │", "  0.0000 │"]
    assert len(curve([0.0] * 100).splitlines()[-1]) == len("  0.0000 │") + 60


def test_a_student_takes_pytorch_and_that_is_said(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    done = CliRunner().invoke(beholder, ["encoders", "compare", empty, "--distil"])
    assert isinstance(done.exception, MissingExtraError)
    assert "--distil needs PyTorch" in done.exception.message
