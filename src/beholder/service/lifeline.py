"""A process that lives no longer than the one that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

LOOK = 1.0  # seconds
_ON_DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def end_at_once() -> None:
    """Let Linux stop this process, as by SIGTERM, where the thread that started it is gone.

    Elsewhere `end_with` alone does it, within a second.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_ON_DEATH_OF_PARENT, signal.SIGTERM)


def end_with(parent: int) -> None:
    """Stop this process, as by SIGTERM, where its parent is gone, however that went."""
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
