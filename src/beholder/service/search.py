"""`/v1/search`: by words, by a picture, or by both."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import post
from msgspec import Meta

from beholder.engine.answer import Level, Recommendation
from beholder.engine.checking import FURTHEST
from beholder.engine.choosing import Facet
from beholder.engine.variants import Variants
from beholder.errors import DataError
from beholder.service import uploads
from beholder.service.access import needs
from beholder.service.asking import Asking, InBody, OnlyInBody, running_of
from beholder.service.problems import invalid
from beholder.service.running import Running, in_thread

Words = Annotated[str, Meta(max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Values = Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=20)]
Chosen = Annotated[dict[Name, Values], Meta(max_length=20)]


class SearchRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is searched for; without words and a picture, all that choices or a filter leave.

    Attributes
    ----------
    place
        Of the first item that is wanted, from 0.
    choices
        Values by attribute, as facets name them: `{"category": ["vase"], "price": ["10..20"]}`.
    facets
        Whether the answer says by what it can be narrowed.
    variants
        `one` of each product, the one that answers best, or `all`.
    """

    words: Words = ""
    k: InBody = 20
    place: Annotated[int, Meta(ge=0, le=FURTHEST)] = 0
    filter: OnlyInBody = None
    choices: Chosen = {}
    facets: bool = False
    variants: Variants | None = None


class Query(msgspec.Struct):
    """What was searched for."""

    words: str
    picture: bool


class Found(msgspec.Struct):
    """An answer, and the question that it answers.

    Attributes
    ----------
    place
        Of the first item among all that were found.
    total
        How many were found; null: not counted, as by a picture alone.
    facets
        By what it can be narrowed, with counts; null: not asked for.
    variants
        How many other variants the items have, by id; null: all variants were asked for.
    note
        Why there is no item, and which attributes that were chosen there are not; null: nothing.
    unavailable
        How many items say more of the words than all that was found, or some where nothing was,
        and are out of stock or banned.
    """

    answer: str
    bundle: str
    level: Level
    items: tuple[Recommendation, ...]
    next: str | None
    place: int
    total: int | None
    query: Query
    facets: tuple[Facet, ...] | None = None
    variants: dict[str, int] | None = None
    note: str | None = None
    unavailable: int = 0


@post("/v1/search", status_code=200, opt=needs("recommend", body="either", upload=True))
async def search(request: Asking) -> Found:
    """Search by words (JSON), or by a picture and words (a form with the file `picture`).

    The picture is not kept.
    """
    picture = None
    if uploads.is_form(request):
        form = await uploads.read_form(request, frozenset(SearchRequest.__struct_fields__))
        asked = _converted(form.words)
        if len(form.pictures) > 1:
            raise DataError("one picture at a time", field="picture")
        picture = form.pictures[0] if form.pictures else None
    else:
        asked = uploads.decode(await request.body(), SearchRequest)
    running = running_of(request)
    await running.seen(None, None)
    return await in_thread(lambda: find(running, asked, picture))


def find(running: Running, asked: SearchRequest, picture: bytes | None) -> Found:
    """Return what the engine finds."""
    vectors = None if picture is None else uploads.encode(running, picture).vectors
    engine = running.engine
    there = engine.now_showing.masks.facets.fields
    names = running.settings.pages.facets
    names = [name for name in names if name in there] or names  # of others nobody asked
    found = engine.search(
        asked.words,
        picture=vectors,
        k=asked.k,
        filter=asked.filter,
        choices=asked.choices,
        facets=(names or True) if asked.facets else False,
        variants=asked.variants,
        place=asked.place,
    )
    query = Query(asked.words, picture is not None)
    told = found.answer, found.bundle, found.level, found.items, found.next
    return Found(
        *told,
        found.place,
        found.total,
        query,
        found.facets,
        found.variants,
        found.note,
        found.unavailable,
    )


def _converted(words: dict[str, Any]) -> SearchRequest:
    told = dict(words)
    if "choices" in told:
        told["choices"] = uploads.decode(told["choices"], Chosen, "choices")
    try:
        return msgspec.convert(told, SearchRequest, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from error


handlers = [search]
