"""`/v1/recommendations`: for a user, a session, a browser, or a history that the caller keeps."""

from __future__ import annotations

import time
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from beholder.behaviour.event import Id
from beholder.engine.answer import Answer
from beholder.engine.checking import MAX_K
from beholder.engine.cursor import LONGEST
from beholder.engine.people import Told
from beholder.engine.question import Question, Repeat
from beholder.engine.variants import Variants
from beholder.service.access import Caller, needs
from beholder.service.asking import (
    LONGEST_FILTER,
    MOST,
    Asking,
    History,
    InBody,
    K,
    Only,
    OnlyInBody,
    Person,
    caller_of,
    running_of,
)
from beholder.service.queue import SIMPLER
from beholder.service.running import Running

PATH = "/v1/recommendations"
_LEVEL = b'"level":"'
PLAIN = {
    "user": 256,
    "session": 256,
    "k": 4,
    "page": LONGEST,
    "filter": LONGEST_FILTER,
    "variants": 3,
}
"""Parameters that are read without the framework, and their longest values."""
_VARIANTS: dict[str, Variants] = {"one": "one", "all": "all"}


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
    variants
        `one` of each product, also beside what is excluded, or `all`.
    """

    history: History | None = None
    k: InBody = 20
    exclude: Annotated[list[Id], Meta(max_length=MOST)] = []
    user: Id | None = None
    session: Id | None = None
    page: str | None = None
    filter: OnlyInBody = None
    diversity: Annotated[float, Meta(ge=0.0, le=1.0)] | None = None
    repeat: Repeat | None = None
    variants: Variants | None = None


@get(PATH, opt=needs("recommend", token=True))
async def get_recommendations(
    request: Asking,
    user: Person = None,
    session: Person = None,
    k: K = 20,
    page: FromQuery[str | None] = None,
    filter: Only = None,
    diversity: Annotated[float | None, QueryParameter(ge=0.0, le=1.0)] = None,
    repeat: FromQuery[Repeat | None] = None,
    variants: FromQuery[Variants | None] = None,
) -> Response[Answer]:
    """Recommend for a user or session; without either, for the browser that asks."""
    question = Question(k, (), page, filter, diversity, repeat, variants)
    return _json(await answered(running_of(request), caller_of(request), user, session, question))


@post(PATH, status_code=200, opt=needs("recommend", body="json", token=True))
async def post_recommendations(
    request: Asking, data: JSONBody[RecommendationRequest]
) -> Response[Answer]:
    """Recommend from a history in the body, or leave out what is on the page already."""
    asked = data.page, data.filter, data.diversity, data.repeat, data.variants
    question = Question(data.k, data.exclude, *asked)
    running, caller, history = running_of(request), caller_of(request), data.history
    return _json(await answered(running, caller, data.user, data.session, question, history))


async def answered(
    running: Running,
    caller: Caller,
    user: str | None,
    session: str | None,
    question: Question,
    history: Told | None = None,
) -> bytes:
    """Return an answer as JSON: every way to ask ends here.

    Parameters
    ----------
    history
        Where there is one, the store is not asked about anybody.
    """
    began = time.perf_counter()
    user, session = caller.whose(user, session)
    seen = await running.seen(*((None, None) if history is not None else (user, session)))
    if history is None and running.queue.over(SIMPLER) and _plain(question):
        simple = running.engine.simple_json(seen, question.k, question.exclude, question.variants)
        if simple is not None:
            running.meters.made("popular", "popular", time.perf_counter() - began)
            return simple
    answer = running.engine.recommend_json(
        user, session=session, history=history, question=question, seen=seen
    )
    running.meters.made(_level(answer), "", time.perf_counter() - began)
    return answer


def plain_question(query: bytes) -> tuple[str | None, str | None, Question] | None:
    """Read a query without the framework, whose way to read it costs as much as the answer.

    Returns
    -------
    User, session and question; None where the query is not plain: the framework then reads it,
    and says what is wrong with it.
    """
    try:
        pairs = _pairs(query.decode("ascii"))
    except ValueError:
        return None
    asked = dict(pairs)
    if len(asked) < len(pairs):
        return None
    for name, text in pairs:
        if not 0 < len(text) <= PLAIN.get(name, 0):
            return None
    k = asked.get("k", "20")
    if not (k.isascii() and k.isdigit() and k[0] != "0" and int(k) <= MAX_K):
        return None
    variants = _VARIANTS.get(asked.get("variants", ""))
    if variants is None and "variants" in asked:
        return None
    question = Question(int(k), (), asked.get("page"), asked.get("filter"), variants=variants)
    return asked.get("user"), asked.get("session"), question


def _pairs(query: str) -> list[tuple[str, str]]:
    """Return names and values of a query; most have nothing that is escaped."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True, errors="strict")
    parts = [part.partition("=") for part in query.split("&") if part]
    return [(name, value) for name, _, value in parts]


def _plain(question: Question) -> bool:
    """Whether nothing is asked that a simpler answer cannot give."""
    return question._replace(exclude=(), variants=None) == Question(question.k)


def _level(answer: bytes) -> str:
    """Return the level that the JSON of an answer says, before any of its items."""
    start = answer.index(_LEVEL) + len(_LEVEL)
    return answer[start : answer.index(b'"', start)].decode()


def _json(body: bytes) -> Response[Any]:
    return Response(body, media_type="application/json")


handlers = [get_recommendations, post_recommendations]
