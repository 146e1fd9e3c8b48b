"""The command line as a person types it, without the second that starting Python takes."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

import pytest

from beholder.cli.main import run


def beholder(*words: object, status: int = 0) -> tuple[str, str]:
    """Run the command line; return what it printed on its two outputs. Nobody answers."""
    said, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with (
        mock.patch("sys.stdin", io.StringIO()),
        redirect_stdout(said),
        redirect_stderr(errors),
        pytest.raises(SystemExit) as ended,
    ):
        run([str(word) for word in words])
    printed, told = _text(said), _text(errors)
    assert ended.value.code == status, told
    return printed, told


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
