"""`beholder train` as a server starts it: at a low priority, and no longer than the server lives.

What became of it is one line of JSON on standard output.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import msgspec

import beholder
from beholder.disk import of_disk
from beholder.errors import BeholderError, TrainingBusyError
from beholder.service.lifeline import end_at_once, end_with
from beholder.service.log import note_trouble
from beholder.service.problems import without_paths
from beholder.service.trainings import Result

NICE = 10


def run(folder: str, parent: int) -> None:
    """Train in a workspace for a server.

    Parameters
    ----------
    parent
        The process that started this one.
    """
    signal.signal(signal.SIGTERM, _end)  # by an exception: what is half written is taken away
    end_at_once()
    end_with(parent)
    os.nice(NICE)
    with suppress(BrokenPipeError):  # the server is gone
        print(msgspec.json.encode(_result(folder)).decode(), flush=True)


def _result(folder: str) -> Result:
    try:
        trained = beholder.train(folder)
    except TrainingBusyError as error:
        return Result("busy", reason=error.message)
    except BeholderError as error:
        return Result("failed", reason=without_paths(str(error)))
    except OSError as error:
        known = of_disk(error)
        return Result("failed", reason=without_paths(str(known or error.strerror or "a file")))
    except Exception as error:  # it is told where the server's log is, and fails nothing else
        note_trouble("training", error)
        return Result("failed", reason=type(error).__name__)
    if trained.refused is not None:
        return Result("refused", trained.bundle, trained.refused)
    return Result("served", trained.bundle)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]))
