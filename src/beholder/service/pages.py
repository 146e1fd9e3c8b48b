"""The shop window: pages for browsers, which also work without scripts."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody

from beholder.behaviour.event import AnswerId, Event, Id
from beholder.engine.question import FURTHEST, Question
from beholder.errors import BeholderError, UnknownItemError
from beholder.pages import assets, render
from beholder.pages.words import choose_language
from beholder.service import items, uploads, visitor
from beholder.service.access import needs
from beholder.service.asking import Asking, caller_of, plain_id, running_of
from beholder.service.interactions import refuse
from beholder.service.media import FOREVER
from beholder.service.problems import NoRouteError, headers_of, problem
from beholder.service.running import Running, in_thread
from beholder.service.search import SearchRequest, find
from beholder.store import Who

FEED = 24
FOUND = 60
BESIDE = 8
ROWS = ("recently-viewed", "trending", "new")
IN_ROW = 16
YEAR = 31_536_000
MINE = ("like", "save", "dislike")
OPPOSITE = {"like": "dislike", "dislike": "like"}
API = "/v1/"
Page = Response[str]


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
    running, who = running_of(request), _visitor(request)
    seen = await running.seen(None, who)
    engine, again = running.engine, repeat == "allow"

    def gather() -> tuple[Any, Any, bool]:
        asked = Question(FEED, page=page, repeat="allow" if again else None)
        answer = msgspec.to_builtins(engine.recommend(session=who, question=asked, seen=seen))
        if again:
            answer["mine"] = mine = _mine(running, who)
            for each in answer["items"]:
                each["mine"] = mine.get(each["id"], {})
        names = () if page else ROWS
        beside = [engine.row(name, session=who, k=IN_ROW, seen=seen) for name in names]
        empty = not engine.pipeline.rules.open(engine.now_showing).any()
        return answer, msgspec.to_builtins(beside), empty

    shown, beside, empty = await in_thread(gather)

    def rendered(look: render.Look) -> str:
        asked = {"page": page or "", "repeat": "allow" if again else ""}
        return render.render_feed(look, shown, beside, empty=empty, asked=asked)

    return await _page(request, rendered, who)


@get("/item/{item_id:str}", media_type="text/html", opt=needs("page", page=True))
async def item(
    request: Asking,
    item_id: FromPath[str],
    picture: FromQuery[int] = 1,
    lang: FromQuery[str] = "",
    theme: FromQuery[str] = "",
) -> Page:
    """The page of one item; `picture` is the one that is shown large, from 1."""
    running, who = running_of(request), _visitor(request)
    seen = await running.seen(None, who)
    engine, name = running.engine, plain_id(item_id)

    def gather() -> tuple[Any, Any, Any]:
        shown = _with_mine(running, who, [items.shown(running, name)])[0]
        beside = msgspec.to_builtins(engine.similar(name, BESIDE, seen).items)
        why = None
        if len(seen):
            why = msgspec.to_builtins(engine.explain(name, session=who, seen=seen))
        return shown, beside, why

    shown, beside, why = await in_thread(gather)

    def draw(look: render.Look) -> str:
        return render.render_item(look, shown, beside, why, picture)

    return await _page(request, draw, who)


@get("/search", media_type="text/html", opt=needs("page", page=True))
async def search_page(
    request: Asking,
    words: FromQuery[str] = "",
    picture: FromQuery[str] = "",
    place: FromQuery[int] = 0,
    lang: FromQuery[str] = "",
    theme: FromQuery[str] = "",
) -> Page:
    """The results of a search by words; `picture` names an answer that the browser keeps."""
    place = min(max(place, 0), FURTHEST)
    running, who = running_of(request), _visitor(request)
    words = words.strip()[:200]
    shown: dict[str, Any] | None = None
    if words:
        await running.seen(None, None)
        found = await in_thread(lambda: running.engine.search(words, k=FOUND, place=place))
        items = await in_thread(lambda: _with_mine(running, who, found.items))
        shown = {"items": items, "place": place, "total": found.total}
    return await _page(request, lambda look: render.render_search(look, shown, words), who)


@post(
    "/search",
    status_code=200,
    media_type="text/html",
    opt=needs("recommend", body="multipart", upload=True, page=True),
)
async def search_by_picture(request: Asking) -> Page:
    """The results of a search by picture, without scripts."""
    running, who = running_of(request), _visitor(request)
    form = await uploads.read_form(request, frozenset())
    picture = form.pictures[0] if form.pictures and form.pictures[0] else None
    shown: dict[str, Any] | None = None
    if picture is not None:
        await running.seen(None, None)
        found = await in_thread(lambda: find(running, SearchRequest(k=FOUND), picture))
        shown = {"items": await in_thread(lambda: _with_mine(running, who, found.items))}
    return await _page(request, lambda look: render.render_search(look, shown), who)


@get("/saved", media_type="text/html", opt=needs("page", page=True))
async def saved(request: Asking, lang: FromQuery[str] = "", theme: FromQuery[str] = "") -> Page:
    """What the visitor saved, newest first."""
    running, who = running_of(request), _visitor(request)
    await running.seen(None, None)
    shown = await in_thread(lambda: _saved(running, who))
    return await _page(request, lambda look: render.render_saved(look, shown), who)


@post("/react", status_code=303, opt=needs("events", body="form", page=True))
async def react(
    request: Asking,
    data: URLEncodedBody[Reaction],
) -> Response[None]:
    """Record what a button says; a second like, save or dislike takes the first back.

    A like and a dislike of the same item exclude each other: the new one takes the old one back.
    """
    running, who = running_of(request), _visitor(request)
    mine = (await in_thread(lambda: _mine(running, who))).get(data.item, {})
    for kind in (data.kind, OPPOSITE.get(data.kind, "")):
        if kind in mine:
            await _retract(running, who, mine[kind])
    if data.kind not in mine:
        event = Event(data.item, data.kind, session=who, answer=data.answer, place=data.place)
        refuse((await running.record([event]))[0], event)
    root = running.settings.serve.root_path
    headers = {"location": root + _back(data.back), **_cookie(request, who)}
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
    # The heading says already that there is no such page.
    detail = "" if isinstance(error, NoRouteError) else told.detail
    html = render.render_problem(_look(request), told.status, detail, told.request_id)
    headers = dict(headers_of(error))
    return Response(html, status_code=told.status, media_type="text/html", headers=headers)


async def _page(request: Asking, draw: Any, who: str) -> Page:
    look = _look(request)
    html = await in_thread(lambda: draw(look))
    response = Response(html, media_type="text/html", headers=_cookie(request, who))
    for name, value in (("lang", look.language), ("theme", look.theme)):
        if request.query_params.get(name):
            response.set_cookie(name, value, max_age=YEAR, samesite="lax", path=look.root or "/")
    return response


def _look(request: Asking) -> render.Look:
    running = running_of(request)
    query, cookies = request.query_params, request.cookies
    language = choose_language(
        query.get("lang"), cookies.get("lang"), request.headers.get("accept-language")
    )
    theme = query.get("theme") or cookies.get("theme") or "auto"
    return render.Look(
        title=running.settings.title,
        currency=running.settings.pages.currency,
        language=language,
        theme=theme if theme in render.THEMES else "auto",
        root=running.settings.serve.root_path,
        chips=tuple(render.Chip(words) for words in running.chips),
    )


def _visitor(request: Asking) -> str:
    """Return the visitor's own name, a new one where the browser has none."""
    known = caller_of(request).visitor
    return visitor.new_id() if known is None else known.id


def _cookie(request: Asking, who: str) -> dict[str, str]:
    known = caller_of(request).visitor
    if known is not None and not known.stale:
        return {}
    running = running_of(request)
    cookie = visitor.set_cookie(
        running.visitor_secret,
        who,
        https=request.scope["scheme"] == "https",
        path=running.settings.serve.root_path or "/",
    )
    return {"set-cookie": cookie}


def _mine(running: Running, who: str) -> dict[str, dict[str, str]]:
    """Return event ids of likes, saves and dislikes, by item and kind, oldest first.

    Of a like and a dislike of one item the later one holds.
    """
    found: dict[str, dict[str, str]] = {}
    for did in running.store.newest(Who("session", who), MINE):
        own = found.setdefault(did.item, {})
        own.pop(OPPOSITE.get(did.kind, ""), None)
        own[did.kind] = did.event_id
    return found


def _with_mine(running: Running, who: str, found: Any) -> list[dict[str, Any]]:
    mine = _mine(running, who)
    shown: list[dict[str, Any]] = msgspec.to_builtins(found)
    for each in shown:
        each["mine"] = mine.get(each["id"], {})
    return shown


def _saved(running: Running, who: str) -> list[dict[str, Any]]:
    kept = []
    for name, kinds in reversed(_mine(running, who).items()):
        if "save" not in kinds:
            continue
        try:
            kept.append(running.engine.item(name))
        except UnknownItemError:
            continue  # hidden or gone since
    return _with_mine(running, who, kept)


def _back(address: str) -> str:
    """Return where a form came from, if it is a page of ours."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return quote(address, safe="/?&=%#.~-_") if inside else "/"


handlers = [feed, item, search_page, search_by_picture, saved, react, static]
