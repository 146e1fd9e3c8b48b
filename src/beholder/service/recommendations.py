"""`/v1/recommendations`: for a user, a session, a browser, or a history that the caller keeps."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from beholder.behaviour.event import Id
from beholder.engine.answer import Answer
from beholder.engine.cursor import LONGEST
from beholder.engine.engine import MAX_K
from beholder.engine.question import Question, Repeat
from beholder.service.access import Caller, needs
from beholder.service.asking import (
    MOST,
    Asking,
    History,
    InBody,
    K,
    Person,
    caller_of,
    running_of,
    told,
)
from beholder.service.running import Running

PATH = "/v1/recommendations"
PARAMETERS = {
    "user": 256,
    "session": 256,
    "k": 4,
    "page": LONGEST,
    "filter": 2048,
    "diversity": 20,
    "repeat": 5,
}


class RecommendationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Who asks, and for what.

    Attributes
    ----------
    history
        Item ids or events, oldest first, for callers that keep their own; then the store's is
        not looked at.
    exclude
        Ids that are on the page already.
    page
        The `next` of the answer before.
    filter
        Only items for which this holds, such as `price < 50`.
    diversity
        0: relevance alone, 1: variety alone; default: the setting `serve.diversity`.
    repeat
        Whether items may come again that this person did something with: `never`, or `allow`;
        default: the setting `serve.repeat`.
    """

    history: History | None = None
    k: InBody = 20
    exclude: Annotated[list[Id], Meta(max_length=MOST)] = []
    user: Id | None = None
    session: Id | None = None
    page: Annotated[str, Meta(max_length=LONGEST)] | None = None
    filter: Annotated[str, Meta(min_length=1, max_length=2048)] | None = None
    diversity: Annotated[float, Meta(ge=0.0, le=1.0)] | None = None
    repeat: Repeat | None = None


@get(PATH, opt=needs("recommend"))
async def get_recommendations(
    request: Asking,
    user: Person = None,
    session: Person = None,
    k: K = 20,
    page: Annotated[str | None, QueryParameter(max_length=LONGEST)] = None,
    filter: Annotated[str | None, QueryParameter(min_length=1, max_length=2048)] = None,
    diversity: Annotated[float | None, QueryParameter(ge=0.0, le=1.0)] = None,
    repeat: FromQuery[Repeat | None] = None,
) -> Answer:
    """Recommend for a user or session; without either, for the browser that asks."""
    running = running_of(request)
    user, session = caller_of(request).whose(user, session)
    seen = await running.seen(user, session)
    question = Question(k, (), page, filter, diversity, repeat)
    return running.engine.recommend(user, session=session, question=question, seen=seen)


@post(PATH, status_code=200, opt=needs("recommend", body="json"))
async def post_recommendations(request: Asking, data: JSONBody[RecommendationRequest]) -> Answer:
    """Recommend from a history in the body, or leave out what is on the page already."""
    running = running_of(request)
    user, session = caller_of(request).whose(data.user, data.session)
    kept = data.history is None  # else the store is not asked about anybody
    seen = await running.seen(user, session) if kept else await running.seen(None, None)
    return running.engine.recommend(
        user,
        session=session,
        history=told(data.history),
        question=Question(
            data.k, data.exclude, data.page, data.filter, data.diversity, data.repeat
        ),
        seen=seen,
    )


async def recommend_quickly(running: Running, caller: Caller, query: bytes) -> bytes | None:
    """Answer GET without the framework's way of reading parameters, which costs as much again.

    Returns
    -------
    JSON, or None where the question is not plain; the framework then says what is wrong with it.
    """
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    asked = dict(pairs)
    if len(asked) < len(pairs) or not asked.keys() <= PARAMETERS.keys():
        return None
    if any(not 0 < len(text) <= PARAMETERS[name] for name, text in asked.items()):
        return None
    if "diversity" in asked or "repeat" in asked:
        return None  # these are to be read with care
    k = asked.get("k", "20")
    if not (k.isascii() and k.isdigit() and len(k) <= 4 and 1 <= int(k) <= MAX_K):
        return None
    user, session = caller.whose(asked.get("user"), asked.get("session"))
    seen = await running.seen(user, session)
    question = Question(int(k), (), asked.get("page"), asked.get("filter"))
    return running.engine.recommend_json(user, session=session, question=question, seen=seen)


handlers = [get_recommendations, post_recommendations]
