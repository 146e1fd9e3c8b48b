"""A process that lives no longer than the one that started it."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK = 1.0  # seconds


def end_with(parent: int) -> None:
    """Stop this process, as by SIGTERM, where its parent is gone, however that went."""
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
