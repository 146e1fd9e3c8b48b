"""Erasures that were interrupted: told to the operator, and finished by a running server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from beholder.workspace import Workspace

AT_WORK = 600.0  # seconds in which whoever began one may still be at it


class _Whose(msgspec.Struct):
    """What of a begun erasure says whose it is; an older one does not."""

    mac: bytes = b""


def count(workspace: Workspace) -> int:
    """Return how many erasures were begun and are not done, those at work among them."""
    return sum(1 for _ in _files(workspace))


def interrupted(workspace: Workspace) -> Iterator[bytes]:
    """Yield under which hash each person is known whose erasure nobody is at any more."""
    for path in _files(workspace):
        with suppress(FileNotFoundError, msgspec.DecodeError):
            if time.time() - path.stat().st_mtime > AT_WORK:
                mac = msgspec.json.decode(path.read_bytes(), type=_Whose).mac
                if mac:
                    path.touch()  # other processes of the server leave it to this one
                    yield mac


def _files(workspace: Workspace) -> list[Path]:
    return sorted(workspace.erasures.glob("*.begun"))
