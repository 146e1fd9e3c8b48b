"""What became of the trainings that a server starts: kept in a file, which its workers read."""

from __future__ import annotations

import time
from typing import Literal

import msgspec

from beholder.durable import write_file
from beholder.workspace import Workspace

FILE = "training.json"
Outcome = Literal["served", "refused", "busy", "failed", "stopped"]


class Result(msgspec.Struct, frozen=True):
    """How a training ended.

    Attributes
    ----------
    outcome
        `served`: its bundle was promoted. `refused`: it was certainly worse than the live one, and
        is not served. `busy`: another training was at work, and this one did not begin. `failed`,
        and `stopped` with the server: no bundle is left of it but a first one that it promoted.
    bundle
        The one that was made; empty: none.
    reason
        Why it is not served, in words without anything of people.
    """

    outcome: Outcome
    bundle: str = ""
    reason: str = ""


class Training(msgspec.Struct, frozen=True):
    """The last training that this server started.

    Attributes
    ----------
    state
        Of the one that is now: `waiting` until it is due, or `running`.
    started, finished
        Milliseconds since 1970 of the last one; null: there was none, or it runs.
    last
        How the last one ended.
    """

    state: Literal["waiting", "running"] = "waiting"
    started: int | None = None
    finished: int | None = None
    last: Result | None = None


class Kept(msgspec.Struct, frozen=True):
    """What the next training is reckoned from, too.

    Attributes
    ----------
    bundle
        The newest bundle that is known, whoever made it.
    events
        How many events had ever been stored when that training began; None: that is not known yet.
    """

    training: Training = Training()
    bundle: str = ""
    events: int | None = None


def keep(workspace: Workspace, kept: Kept) -> None:
    """Write down what became of trainings."""
    write_file(workspace.reports / FILE, msgspec.json.encode(kept))


def kept(workspace: Workspace) -> Kept | None:
    """Return what is written down; None: nothing, or nothing that can be read."""
    try:
        return msgspec.json.decode((workspace.reports / FILE).read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None


def forget(workspace: Workspace) -> None:
    """Take away what is written down: no training is scheduled."""
    (workspace.reports / FILE).unlink(missing_ok=True)


def moment() -> int:
    """Return the milliseconds since 1970."""
    return round(time.time() * 1000)
