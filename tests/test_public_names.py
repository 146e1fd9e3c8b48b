"""What one may import from `beholder`: a sorted list, and all of it works."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from importlib import metadata
from pathlib import Path

import pytest

import beholder
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine


def test_the_public_names_are_these() -> None:
    assert beholder.__all__ == [
        "BeholderError", "__version__", "evaluate", "fit", "load", "open", "register", "report",
        "train",
    ]  # fmt: skip
    assert beholder.__all__ == sorted(beholder.__all__)
    for name in beholder.__all__:
        assert hasattr(beholder, name)


def test_the_version_is_that_of_the_package() -> None:
    assert beholder.__version__ == metadata.version("beholder")


def test_an_engine_has_the_promised_questions() -> None:
    for name in ("recommend", "similar", "search", "score", "record", "explain", "close"):
        method = getattr(Engine, name)
        assert inspect.getdoc(method), name


def test_open_is_the_engine_of_a_workspace(trained: Path) -> None:
    with beholder.open(str(trained)) as engine:
        assert isinstance(engine, Engine)
    assert inspect.signature(open_engine).parameters.keys() == {"folder", "bundle", "stages"}


def test_a_folder_that_is_no_workspace_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(beholder.BeholderError, match="beholder init"):
        beholder.open(tmp_path)


def test_the_package_is_typed_and_every_room_says_what_it_is() -> None:
    root = Path(beholder.__file__).parent
    assert (root / "py.typed").exists()
    for found in pkgutil.iter_modules([str(root)], "beholder."):
        module = importlib.import_module(found.name)
        assert module.__doc__, found.name
