"""`/v1/rows/{name}`: the lists that stand beside the recommendations."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath, FromQuery

from beholder.engine.rows import Row
from beholder.engine.variants import Variants
from beholder.service.access import needs
from beholder.service.asking import Asking, K, Only, Person, caller_of, plain_id, running_of
from beholder.service.running import in_thread


@get("/v1/rows/{name:str}", opt=needs("recommend", token=True))
async def row(
    request: Asking,
    name: FromPath[str],
    user: Person = None,
    session: Person = None,
    k: K = 20,
    filter: Only = None,
    variants: FromQuery[Variants | None] = None,
) -> Row:
    """Return `recently-viewed`, `trending`, `new` or `popular`.

    `filter` keeps the items for which it holds, such as `category = 'vase'`; with `variants=one`
    the first of each product stands for its variants.
    """
    running = running_of(request)
    user, session = caller_of(request).whose(user, session)
    seen = await running.seen(user, session)
    return await in_thread(
        lambda: running.engine.row(
            plain_id(name),
            user,
            session=session,
            k=k,
            filter=filter,
            seen=seen,
            variants=variants,
        )
    )


handlers = [row]
