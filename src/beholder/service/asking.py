"""What the routers share: the running service, the caller, and the shapes of parameters."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request
from litestar.datastructures import State
from litestar.params import QueryParameter
from msgspec import Meta

from beholder.behaviour.event import Id, ToldEvent
from beholder.engine.checking import MAX_K
from beholder.service.access import Caller
from beholder.service.paths import SLASH
from beholder.service.running import Running

LONGEST_FILTER = 2048  # characters
Asking = Request[Any, Any, State]
K = Annotated[int, QueryParameter(ge=1, le=MAX_K, description="How many items.")]
Person = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=256, description="Default: the visitor's own."),
]
Only = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=LONGEST_FILTER,
        description="Only items for which this holds, such as `price < 50`.",
    ),
]
OnlyInBody = Annotated[str, Meta(min_length=1, max_length=LONGEST_FILTER)] | None
InBody = Annotated[int, Meta(ge=1, le=MAX_K)]
MOST = 10_000
History = Annotated[list[Id | ToldEvent], Meta(max_length=MOST)]


def running_of(request: Asking) -> Running:
    """Return the service of this process."""
    running: Running = request.app.state.running
    return running


def caller_of(request: Asking) -> Caller:
    """Return who asks."""
    caller: Caller = request.scope["caller"]  # type: ignore[typeddict-item]
    return caller


def plain_id(segment: str) -> str:
    """Return an id from a segment of the address; see `paths`."""
    return segment.replace(SLASH, "/")
