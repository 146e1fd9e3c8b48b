"""The page of a search: by words, by choices of attributes, by a picture."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import get, post
from litestar.params import FromQuery

from beholder.engine.checking import FURTHEST
from beholder.errors import UsageError
from beholder.pages import render
from beholder.pages.asked import Asked
from beholder.service import uploads
from beholder.service.access import needs
from beholder.service.asking import Asking, running_of
from beholder.service.drawing import Page, mine_of, page_of, visitor_of, with_mine
from beholder.service.running import Running, in_thread
from beholder.service.search import SearchRequest, find

FOUND = 60
LONGEST = 200  # letters of words, or of a value
MOST = 20  # choices


@get("/search", media_type="text/html", opt=needs("page", page=True))
async def search_page(
    request: Asking,
    words: FromQuery[str] = "",
    picture: FromQuery[str] = "",
    place: FromQuery[int] = 0,
    lang: FromQuery[str] = "",
    theme: FromQuery[str] = "",
) -> Page:
    """The results of a search; `picture` names an answer that the browser keeps.

    `is.category=vase` chooses a value of an attribute; of several values of one attribute an item
    has one, of several attributes each.
    """
    place = min(max(place, 0), FURTHEST)
    asked = Asked.read(
        parse_qsl(request.scope["query_string"].decode("latin-1")),  # in their order
        words=words.strip()[:LONGEST],
        picture=picture[:LONGEST],
        place=place,
    )
    _refuse_many(asked)
    running, who = running_of(request), visitor_of(request)
    await running.seen(None, None)

    def gather() -> dict[str, Any]:
        mine = mine_of(running, who)
        if not asked:
            pages = running.settings.pages
            facets = running.engine.facets(pages.facets, pages.variants)
            return {"facets": msgspec.to_builtins(facets), "mine": mine}
        found = find(running, _request(running, asked), None)
        shown = {"items": with_mine(found.items, mine), "place": place, "furthest": FURTHEST}
        return {
            "mine": mine,
            "answer": shown
            | {"total": found.total, "variants": found.variants}
            | {"unavailable": found.unavailable},
            "facets": msgspec.to_builtins(found.facets),
            "labels": _labels(running, asked),
            "without": [] if found.items else _without(running, asked),
        }

    told = await in_thread(gather)
    return await page_of(request, lambda look: render.render_search(look, asked=asked, **told), who)


@post(
    "/search",
    status_code=200,
    media_type="text/html",
    opt=needs("recommend", body="multipart", upload=True, page=True),
)
async def search_by_picture(request: Asking) -> Page:
    """The results of a search by picture, without scripts."""
    running, who = running_of(request), visitor_of(request)
    form = await uploads.read_form(request, frozenset())
    picture = form.pictures[0] if form.pictures and form.pictures[0] else None
    shown: dict[str, Any] | None = None
    if picture is not None:
        await running.seen(None, None)
        wanted = SearchRequest(k=FOUND, variants=running.settings.pages.variants)
        found = await in_thread(lambda: find(running, wanted, picture))
        items = await in_thread(lambda: with_mine(found.items, mine_of(running, who)))
        shown = {"items": items, "variants": found.variants}
    return await page_of(request, lambda look: render.render_search(look, answer=shown), who)


def _request(running: Running, asked: Asked) -> SearchRequest:
    return SearchRequest(
        asked.words,
        FOUND,
        asked.place,
        choices={name: list(values) for name, values in asked.choices.items()},
        facets=True,
        variants=running.settings.pages.variants,
    )


def _labels(running: Running, asked: Asked) -> dict[str, Any]:
    view = running.engine.now_showing
    return {name: view.labels(name) for name in asked.choices}


def _without(running: Running, asked: Asked) -> list[tuple[Asked, int]]:
    """Return the search without each of its parts, as far as that finds something."""
    variants = running.settings.pages.variants
    unworded, without = running.engine.without(asked.words, asked.choices, variants)
    found = [(asked.saying("", asked.picture), unworded)] if asked.words else []
    found += [(asked.toggled(*chosen), without[chosen]) for chosen in asked.chosen]
    return [(other, n) for other, n in found if other and n]


def _refuse_many(asked: Asked) -> None:
    if len(asked.chosen) > MOST or any(len(n) + len(v) > LONGEST for n, v in asked.chosen):
        raise UsageError(
            f"at most {MOST} choices of at most {LONGEST} letters each",
            remedy="take some out of the address",
            field="is",
        )


handlers = [search_page, search_by_picture]
