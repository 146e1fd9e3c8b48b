"""`/health`: whether the process lives, and whether it can answer and store."""

from __future__ import annotations

import msgspec
from litestar import get

from beholder.errors import BeholderError, StoreError
from beholder.service import first_screen
from beholder.service.access import needs
from beholder.service.asking import Asking, caller_of, running_of
from beholder.service.problems import without_paths
from beholder.service.trainings import Training, kept


class Alive(msgspec.Struct):
    """The process runs."""

    status: str = "alive"


class Refused(msgspec.Struct):
    """A bundle that was promoted and is not served, and why."""

    bundle: str
    code: str
    detail: str


class Answers(msgspec.Struct):
    """What became of the answers of this process that were to be stored.

    Attributes
    ----------
    dropped
        For want of room or of a disk, or since their person was erased meanwhile.
    unknown
        Places in sight of answers that are not stored, or are somebody else's.
    """

    waiting: int
    stored: int
    dropped: int
    unknown: int


class Ready(msgspec.Struct):
    """The process answers from this bundle.

    Attributes
    ----------
    rules
        What is wrong with the standing rules, a sentence each.
    trouble
        Why items that came or changed since the bundle cannot be compared; None: all are. What is
        hidden, deleted or sold out is so all the same.
    held
        Why events that are older than they may be were not deleted; None: they were.
    erasures
        How many were begun and are not done; the server finishes those that nobody is at. For an
        operator alone.
    who
        Who can do what here, a sentence each; for an operator alone.
    """

    bundle: str
    items: int
    catalogue_version: int
    answers: Answers
    rules: tuple[str, ...] = ()
    refused: Refused | None = None
    trouble: str | None = None
    held: str | None = None
    training: Training | None = None
    erasures: int | None = None
    who: list[str] | None = None
    status: str = "ready"


@get("/health/live", opt=needs("live"))
async def live() -> Alive:
    """Say that the process runs."""
    return Alive()


@get("/health/ready", opt=needs("recommend"))
async def ready(request: Asking) -> Ready:
    """Say what is served; 503 where the store does not answer or a commit just failed."""
    running = running_of(request)
    if running.writing_fails:
        raise StoreError("events are not stored", remedy="the server's log says why")
    seen = await running.seen(None, None)
    refused = None
    if running.refused is not None:
        name, error = running.refused
        refused = Refused(name, error.code, error.message)
    engine = running.engine
    n_items = int(engine.now_showing.shown.sum())
    waiting = running.store.waiting
    told = waiting.counts
    answers = Answers(len(waiting), told.stored, told.dropped, told.unknown)
    rules = engine.rule_problems
    trouble = None if engine.trouble is None else without_paths(_said(engine.trouble))
    trained, held = kept(running.workspace), running.daily.held
    operator = "operator" in caller_of(request).may
    return Ready(
        engine.bundle,
        n_items,
        seen.version,
        answers,
        rules,
        refused,
        trouble,
        held,
        None if trained is None else trained.training,
        running.store.unfinished if operator else None,
        _who(request) if operator else None,
    )


def _who(request: Asking) -> list[str]:
    running = running_of(request)
    tools = running.settings.serve.cors_origins
    return first_screen.lines(request.app.state.reach, running.keys.all(), tools)


def _said(error: Exception) -> str:
    """Return what an error beside all requests says of itself."""
    return error.message if isinstance(error, BeholderError) else type(error).__name__


handlers = [live, ready]
