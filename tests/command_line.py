"""The command line as a person types it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def beholder(*words: object, status: int = 0) -> tuple[str, str]:
    """Run the command line; return what it printed on its two outputs."""
    done = subprocess.run(
        [sys.executable, "-m", "beholder.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr
