"""Ctrl-C at any moment of a start: one line, and 130."""

from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPT = "import os, signal; os.kill(os.getpid(), signal.SIGINT); signal.pause()"
BEGIN = "import sys; sys.argv = ['beholder', 'train', 'nowhere']\n"
IN_AN_IMPORT = BEGIN + f"import beholder.cli\n{INTERRUPT}"
IN_A_COMMAND = BEGIN + (
    "from beholder.cli import main, train\n"
    f"train.command.callback = lambda **_: exec({INTERRUPT!r})\n"
    "main.run()"
)
AS_A_LIBRARY = f"import sys; sys.argv = ['notebook']; import beholder.cli\n{INTERRUPT}"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (IN_AN_IMPORT, "beholder: stopped; nothing was begun\n"),
        (IN_A_COMMAND, "beholder: stopped; what was written is kept\n"),
    ],
)
def test_ctrl_c_has_words_and_a_status_from_the_first_import_on(program: str, words: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr.lstrip()) == (130, words)


def test_whoever_uses_it_as_a_library_keeps_his_own_way_to_stop() -> None:
    done = subprocess.run([sys.executable, "-c", AS_A_LIBRARY], capture_output=True, text=True)
    assert done.returncode == -2
    assert "KeyboardInterrupt" in done.stderr
