"""Lines of JSON about requests, without anything of people: no ids, addresses or bodies."""

from __future__ import annotations

import sys
import time
import traceback
from typing import Any

import msgspec

from beholder.errors import BeholderError
from beholder.service.problems import REQUEST

FAULTS = "beholder.faults"


def note_request(scope: Any, status: int, seconds: float) -> None:
    """Write which route answered how, and how long it took."""
    fault, problem = scope.get(FAULTS), scope.get(REQUEST)
    line = {
        "time": round(time.time(), 3),
        "method": scope["method"],
        "route": scope.get("path_template") or "-",
        "status": status,
        "ms": round(seconds * 1000, 2),
        **({"request_id": problem} if problem else {}),
        **({"fault": fault} if fault else {}),
    }
    sys.stderr.write(msgspec.json.encode(line).decode() + "\n")


def note_trouble(doing: str, error: BaseException) -> None:
    """Write what went wrong beside all requests."""
    known = isinstance(error, BeholderError)
    line = {
        "time": round(time.time(), 3),
        "trouble": doing,
        "error": type(error).__name__,
        **({"detail": str(error)} if known else {"at": _places(error)}),
    }
    sys.stderr.write(msgspec.json.encode(line).decode() + "\n")


def note_fault(scope: Any, error: BaseException) -> None:
    """Keep where a fault of ours happened, for the log: places in the program, no values."""
    scope[FAULTS] = {"error": type(error).__name__, "at": _places(error)}


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
