"""`/v1/score`: how well given items fit somebody."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from beholder.behaviour.event import Id
from beholder.engine.answer import Unknown
from beholder.engine.people import unknown_of
from beholder.service.access import needs
from beholder.service.asking import MOST, Asking, History, caller_of, running_of


class ScoreRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which items, for whom; see `RecommendationRequest`."""

    items: Annotated[list[Id], Meta(min_length=1, max_length=MOST)]
    user: Id | None = None
    session: Id | None = None
    history: History | None = None


class Scores(msgspec.Struct):
    """Score by item; higher is better, on the scale of the bundle. `unknown` as in an answer.

    Attributes
    ----------
    predictions
        By item what may follow if it is seen at a usual place; null: nothing is foreseen.
    """

    bundle: str
    scores: dict[str, float]
    unknown: Unknown | None = None
    predictions: dict[str, dict[str, float]] | None = None


@post("/v1/score", status_code=200, opt=needs("recommend", body="json"))
async def score(request: Asking, data: JSONBody[ScoreRequest]) -> Scores:
    """Score items for somebody."""
    running = running_of(request)
    user, session = caller_of(request).whose(data.user, data.session)
    seen = await running.seen(user, session)
    engine = running.engine
    history = data.history
    items = data.items
    found = engine.score(items, user, session=session, history=history, seen=seen)
    foreseen = engine.predictions(items, user, session=session, history=history, seen=seen)
    unknown = None if history is None else unknown_of(engine.now_showing, history)
    return Scores(engine.bundle, found, unknown, foreseen)


handlers = [score]
