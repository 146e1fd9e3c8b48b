"""A server that goes on for ever: workers that died are started again after a growing pause."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

from beholder.errors import BeholderError

FIRST, LONGEST = 1.0, 60.0  # seconds of pause
LIVED = 60.0  # seconds after which the pause begins anew
ENDS = {signal.SIGTERM, signal.SIGINT}
MOST = 4_000  # bytes of one message


class LastWords:
    """What workers say before they end, heard by the process that forked them."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def say(self, error: BaseException) -> None:
        """Tell why a worker cannot go on."""
        known = isinstance(error, BeholderError)
        text = str(error) if known else f"{type(error).__name__}: {error}"
        with contextlib.suppress(OSError):
            os.write(self._writer, text.replace("\n", " ").encode()[:MOST] + b"\n")

    def heard(self) -> str:
        """Return what was said last since the last time; empty: nothing."""
        text = b""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self._reader, 65_536):
                text += part
        return text.decode(errors="replace").strip().rpartition("\n")[2]


def keep_serving(
    serve: Callable[[], None],
    answered: Callable[[], bool],
    words: LastWords,
    tell: Callable[[str], None],
) -> None:
    """Serve until the server is asked to end.

    Parameters
    ----------
    serve
        Serves; ends with SystemExit where workers die as soon as they are replaced.
    answered
        Whether the server ever answered.
    tell
        Is told why workers died, and when they are started again.

    Raises
    ------
    BeholderError
        If the server died before it ever answered.
    """
    pause = FIRST
    while True:
        began = time.monotonic()
        try:
            serve()
            return
        except SystemExit as end:
            why = words.heard()
            if not answered():
                raise BeholderError(
                    why or "workers die before they answer",
                    remedy="" if why else "see whether memory ran out (dmesg)",
                ) from end
        pause = FIRST if time.monotonic() - began > LIVED else min(2 * pause, LONGEST)
        why = why or "a worker died twice within seconds: see whether memory ran out (dmesg)"
        tell(f"{why}; started again in {pause:g} s")
        if _asked_to_end(pause):
            return


def _asked_to_end(seconds: float) -> bool:
    """Wait; whether somebody asked the process to end meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        return signal.sigtimedwait(ENDS, seconds) is not None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
