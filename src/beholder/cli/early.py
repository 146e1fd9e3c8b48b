"""Ctrl-C before a command has begun: in the middle of an import it would come out as anything.

What is done until this file is imported, some hundredths of a second, ends as Python has it.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

STOPPED = 130
_insisted: list[int] = []
_ours = os.path.basename(sys.argv[0]) in ("beholder", "-m")


def hear() -> None:
    """End at Ctrl-C with words, where this process is the command line and listens to Ctrl-C."""
    if _ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
        atexit.register(_exit)  # as the first of all, so that it is called last


def leave() -> None:
    """Let Ctrl-C be an exception from now on: there may be something to keep."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def insist() -> None:
    """End this process as stopped, after all that is done at its end, and at once if asked again.

    Python remembers an interrupt that went through a text it evaluated, such as the body of a
    dataclass, as one that nobody handled, and would end by the signal (CPython 3.11).
    """
    _insisted.append(STOPPED)
    if _ours:
        signal.signal(signal.SIGINT, lambda *_: os._exit(STOPPED))


def _exit() -> None:
    if _insisted:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(STOPPED)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    with suppress(OSError):  # nobody may listen any more
        os.write(2, b"beholder: stopped; nothing was begun\n")
    os._exit(STOPPED)
