"""`/v1/explain`: why an item has its score for somebody."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from beholder.engine.answer import Explanation
from beholder.service.access import needs
from beholder.service.asking import Asking, Person, caller_of, running_of


@get("/v1/explain", opt=needs("recommend"))
async def explain(
    request: Asking,
    item: Annotated[str, QueryParameter(min_length=1, max_length=256)],
    user: Person = None,
    session: Person = None,
    answer: Annotated[str | None, QueryParameter(min_length=1, max_length=64)] = None,
) -> Explanation:
    """Split a score over everything that somebody did: base, shares and rules sum to it.

    `answer`: id of an answer to this person; how the item stood in it is told too.
    """
    running = running_of(request)
    user, session = caller_of(request).whose(user, session)
    seen = await running.seen(user, session)
    return running.engine.explain(item, user, session=session, seen=seen, answer=answer)


handlers = [explain]
