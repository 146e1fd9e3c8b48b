"""The shop window: pages for browsers, which also work without scripts."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody

from beholder.behaviour.event import AnswerId, Event, Id
from beholder.engine.question import Question
from beholder.errors import BeholderError, UnknownItemError
from beholder.pages import assets, render
from beholder.pages.look import Look
from beholder.service import items
from beholder.service.access import needs
from beholder.service.asking import Asking, plain_id, running_of
from beholder.service.drawing import (
    OPPOSITE,
    Page,
    cookie_of,
    look_of,
    mine_of,
    page_of,
    visitor_of,
    with_mine,
)
from beholder.service.interactions import refuse
from beholder.service.media import FOREVER
from beholder.service.problems import GoneError, NoRouteError, headers_of, problem
from beholder.service.running import Running, in_thread
from beholder.store import Who

FEED = 24
BESIDE = 8
ROWS = ("recently-viewed", "trending", "new")
IN_ROW = 16
API = "/v1/"


class Reaction(msgspec.Struct):
    """A button of a card, without scripts."""

    item: Id
    kind: Literal["like", "save", "dislike", "hide"]
    back: str = "/"
    answer: AnswerId | None = None
    place: int | None = None


@get("/", media_type="text/html", opt=needs("page", page=True))
async def feed(
    request: Asking,
    page: FromQuery[str | None] = None,
    repeat: FromQuery[str] = "",
    lang: FromQuery[str] = "",
    theme: FromQuery[str] = "",
) -> Page:
    """The front page; with `repeat=allow`, what was seen comes again."""
    running, who = running_of(request), visitor_of(request)
    seen = await running.seen(None, who)
    engine, again = running.engine, repeat == "allow"

    def gather() -> tuple[Any, Any, bool]:
        variants = running.settings.pages.variants
        asked = Question(FEED, page=page, repeat="allow" if again else None, variants=variants)
        answer = msgspec.to_builtins(engine.recommend(session=who, question=asked, seen=seen))
        if again:
            answer["mine"] = mine_of(running, who)
            answer["items"] = with_mine(answer["items"], answer["mine"])
        names = () if page else ROWS
        beside = [
            engine.row(name, session=who, k=IN_ROW, seen=seen, variants=variants) for name in names
        ]
        empty = not engine.pipeline.rules.open(engine.now_showing).any()
        return answer, msgspec.to_builtins(beside), empty

    shown, beside, empty = await in_thread(gather)

    def rendered(look: Look) -> str:
        asked = {"page": page or "", "repeat": "allow" if again else ""}
        return render.render_feed(look, shown, beside, empty=empty, asked=asked)

    return await page_of(request, rendered, who)


@get("/item/{item_id:str}", media_type="text/html", opt=needs("page", page=True))
async def item(
    request: Asking,
    item_id: FromPath[str],
    picture: FromQuery[int] = 1,
    lang: FromQuery[str] = "",
    theme: FromQuery[str] = "",
) -> Page:
    """The page of one item; `picture` is the one that is shown large, from 1."""
    running, who = running_of(request), visitor_of(request)
    seen = await running.seen(None, who)
    engine, name = running.engine, plain_id(item_id)

    def gather() -> tuple[Any, Any, Any]:
        shown = with_mine([_shown(running, name)], mine_of(running, who))[0]
        alike = engine.similar(name, BESIDE, seen, variants=running.settings.pages.variants)
        beside = msgspec.to_builtins(alike.items)
        why = None
        if len(seen):
            why = msgspec.to_builtins(engine.explain(name, session=who, seen=seen))
        return shown, beside, why

    shown, beside, why = await in_thread(gather)

    def draw(look: Look) -> str:
        return render.render_item(look, shown, beside, why, picture)

    return await page_of(request, draw, who)


def _shown(running: Running, name: str) -> items.ItemShown:
    try:
        return items.shown(running, name)
    except UnknownItemError:
        if running.store.was_deleted(name):
            raise GoneError("the item is no longer in the catalogue") from None
        raise


@get("/saved", media_type="text/html", opt=needs("page", page=True))
async def saved(request: Asking, lang: FromQuery[str] = "", theme: FromQuery[str] = "") -> Page:
    """What the visitor saved, newest first."""
    running, who = running_of(request), visitor_of(request)
    await running.seen(None, None)
    shown = await in_thread(lambda: _saved(running, who))
    return await page_of(request, lambda look: render.render_saved(look, shown), who)


@post("/react", status_code=303, opt=needs("events", body="form", page=True))
async def react(
    request: Asking,
    data: URLEncodedBody[Reaction],
) -> Response[None]:
    """Record what a button says; a second like, save or dislike takes the first back.

    A like and a dislike of the same item exclude each other: the new one takes the old one back.
    """
    running, who = running_of(request), visitor_of(request)
    mine = (await in_thread(lambda: mine_of(running, who))).get(data.item, {})
    for kind in (data.kind, OPPOSITE.get(data.kind, "")):
        if kind in mine:
            await _retract(running, who, mine[kind])
    if data.kind not in mine:
        event = Event(data.item, data.kind, session=who, answer=data.answer, place=data.place)
        running.pace.take(who, 1)
        refuse((await running.record([event]))[0], event)
    root = running.settings.serve.root_path
    headers = {"location": root + _back(data.back), **cookie_of(request, who)}
    return Response(None, status_code=303, headers=headers)


async def _retract(running: Running, who: str, event_id: str) -> None:
    await in_thread(lambda: running.store.retract(Who("session", who), event_id))


@get("/static/{version:str}/{name:str}", opt=needs("live"))
async def static(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Return a file of the pages; under its version it never changes."""
    asset = assets.assets().get(name)
    if asset is None:
        raise NoRouteError("there is no such file")
    kept = FOREVER if version == assets.version() else "no-cache"
    return Response(asset.data, media_type=asset.media_type, headers={"cache-control": kept})


def wants_page(scope: Any) -> bool:
    """Return whether a problem is to be told as a page: to whoever asked for a page of ours, and
    to browsers at any address that is not of the API."""
    handler = scope.get("route_handler")
    if handler is not None and handler.opt.get("page"):
        return True
    accept = dict(scope["headers"]).get(b"accept", b"")
    return b"text/html" in accept and not scope["path"].startswith(API)


def problem_page(request: Asking, error: BeholderError) -> Page:
    """Return a page that says what went wrong."""
    told = problem(error, request.scope)
    # The heading says already that there is no such page, or no more.
    detail = "" if isinstance(error, NoRouteError | GoneError | UnknownItemError) else told.detail
    html = render.render_problem(look_of(request), told.status, detail, told.request_id)
    headers = dict(headers_of(error))
    return Response(html, status_code=told.status, media_type="text/html", headers=headers)


def _saved(running: Running, who: str) -> list[dict[str, Any]]:
    kept = []
    for name, kinds in reversed(mine_of(running, who).items()):
        if "save" not in kinds:
            continue
        try:
            kept.append(running.engine.item(name))
        except UnknownItemError:
            continue  # hidden or gone since
    return with_mine(kept, mine_of(running, who))


def _back(address: str) -> str:
    """Return where a form came from, if it is a page of ours."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return quote(address, safe="/?&=%#.~-_+") if inside else "/"


handlers = [feed, item, saved, react, static]
