"""`/v1/items/{id}/similar`: what looks and reads alike, and what is liked together with it."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath, FromQuery

from beholder.engine.answer import Answer
from beholder.engine.variants import Variants
from beholder.service.access import needs
from beholder.service.asking import Asking, K, Only, caller_of, plain_id, running_of


@get("/v1/items/{item_id:str}/similar", opt=needs("recommend", token=True))
async def similar(
    request: Asking,
    item_id: FromPath[str],
    k: K = 20,
    filter: Only = None,
    variants: FromQuery[Variants | None] = None,
) -> Answer:
    """Return items similar to one; with `filter`, those for which it holds."""
    running = running_of(request)
    seen = await running.seen(*caller_of(request).whose(None, None))
    return running.engine.similar(plain_id(item_id), k, seen, filter, variants)


handlers = [similar]
