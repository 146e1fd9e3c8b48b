"""Ctrl-C at any moment of a start: one line, and 130."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

INTERRUPT = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
IN_AN_IMPORT = f"import beholder.cli\n{INTERRUPT}; signal.pause()"
IN_A_COMMAND = (
    "from beholder.cli import main, train\n"
    f"train.command.callback = lambda **_: exec({INTERRUPT!r})\n"
    "main.run(['train', 'nowhere'])"
)
AGAIN = (
    "import atexit, beholder.cli, os, signal; atexit.register(os.kill, os.getpid(), signal.SIGINT)"
)
TWICE = f"{AGAIN}\n{IN_A_COMMAND}"
NOTHING = "beholder: stopped; nothing was begun\n"
KEPT = "beholder: stopped; whatever was written is kept\n"


def run(folder: Path, program: str, name: str = "beholder", **how: Any) -> tuple[int, str]:
    """Run a program of this name as a file, which ends otherwise than one on a command line."""
    path = folder / name
    path.write_text(program)
    done = subprocess.run(
        [sys.executable, str(path)],
        check=False,
        text=True,
        timeout=60,
        preexec_fn=_hear,
        **({"stderr": subprocess.PIPE} | how),
    )
    return done.returncode, (done.stderr or "").lstrip()


def _hear() -> None:
    """Hear Ctrl-C whoever started the tests: in the background of a shell nobody does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("program", "words"), [(IN_AN_IMPORT, NOTHING), (IN_A_COMMAND, KEPT), (TWICE, KEPT)]
)
def test_ctrl_c_has_words_and_a_status_from_the_first_import_on(
    tmp_path: Path, program: str, words: str
) -> None:
    assert run(tmp_path, program) == (130, words)


@pytest.mark.parametrize("program", [IN_AN_IMPORT, IN_A_COMMAND])
def test_the_status_is_the_same_where_nobody_listens(tmp_path: Path, program: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert run(tmp_path, program, stderr=writing)[0] == 130
    finally:
        os.close(writing)


def test_who_started_it_with_ctrl_c_ignored_keeps_it_so(tmp_path: Path) -> None:
    ignored = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{IN_A_COMMAND}"
    assert run(tmp_path, ignored) == (0, "")


def test_whoever_uses_it_as_a_library_keeps_his_own_way_to_stop(tmp_path: Path) -> None:
    status, said = run(tmp_path, IN_AN_IMPORT, name="notebook")
    assert status == -2
    assert "KeyboardInterrupt" in said
