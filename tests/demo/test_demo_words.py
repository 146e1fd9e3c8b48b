"""What `beholder demo --data cifar10` says where it cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beholder.cli.main import beholder
from beholder.errors import BeholderError, MissingExtraError, UsageError
from beholder.networks import door


def error_of(*words: str) -> BeholderError:
    done = CliRunner().invoke(beholder, ["demo", *words])
    assert isinstance(done.exception, BeholderError), done.output
    return done.exception


def test_without_pytorch_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    error = error_of(str(tmp_path / "demo"), "--data", "cifar10", str(tmp_path))
    assert isinstance(error, MissingExtraError)
    assert "pip install 'beholder[torch]'" in error.remedy
    assert not (tmp_path / "demo").exists()


def test_a_class_that_is_none_is_refused_with_those_there_are(tmp_path: Path) -> None:
    words = ("--data", "cifar10", str(tmp_path), "--like", "dragon")
    error = error_of(str(tmp_path / "demo"), *words)
    assert isinstance(error, UsageError)
    assert "airplane, automobile, bird, cat" in error.remedy
    assert not (tmp_path / "demo").exists()


def test_what_is_for_a_network_is_refused_with_other_data(tmp_path: Path) -> None:
    error = error_of(str(tmp_path / "demo"), "--like", "cat")
    assert "--data cifar10" in error.remedy
