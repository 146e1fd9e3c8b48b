"""What every page needs: how it looks to this visitor, who that is, and what they said of items."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from litestar import Response

from beholder.pages import render
from beholder.pages.look import Look
from beholder.pages.words import choose_language
from beholder.service import visitor
from beholder.service.asking import Asking, caller_of, running_of
from beholder.service.running import Running, in_thread
from beholder.store import Who

YEAR = 31_536_000
_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?", re.ASCII)
MINE = ("like", "save", "dislike")
OPPOSITE = {"like": "dislike", "dislike": "like"}
Page = Response[str]


async def page_of(request: Asking, draw: Callable[[Look], str], who: str) -> Page:
    """Return a page, and the cookies that go with it."""
    look = look_of(request)
    html = await in_thread(lambda: draw(replace(look, refused=_refuses(request, who))))
    response = Response(html, media_type="text/html", headers=cookie_of(request, who))
    for name, value in (("lang", look.language), ("theme", look.theme)):
        if request.query_params.get(name):
            response.set_cookie(name, value, max_age=YEAR, samesite="lax", path=look.root or "/")
    return response


def look_of(request: Asking) -> Look:
    """Return how pages look to who asks."""
    running = running_of(request)
    query, cookies = request.query_params, request.cookies
    language = choose_language(
        query.get("lang"), cookies.get("lang"), request.headers.get("accept-language")
    )
    theme = query.get("theme") or cookies.get("theme") or "auto"
    return Look(
        title=running.settings.title,
        currency=running.settings.pages.currency,
        shown=tuple(running.settings.pages.card_attributes),
        language=language,
        theme=theme if theme in render.THEMES else "auto",
        root=running.settings.serve.root_path,
        chips=running.chips,
        cents=running.cents,
        variants=running.settings.pages.variants,
        pixels=running.settings.media.max_pixels,
        bytes=running.settings.media.max_bytes,
        site=running.settings.pages.address or _site(request),
    )


def asks_not_to_be_profiled(request: Asking) -> bool:
    """Return whether the browser refuses all purposes, with every request."""
    heard = running_of(request).settings.privacy.gpc
    return heard and request.headers.get("sec-gpc") == "1"


def _refuses(request: Asking, who: str) -> bool:
    allowed = running_of(request).store.purposes(Who("session", who))
    return asks_not_to_be_profiled(request) or not allowed.recommend


def _site(request: Asking) -> str:
    """Return scheme and host of a request; a host that is none is passed over."""
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}" if _HOST.fullmatch(host) else ""


def visitor_of(request: Asking) -> str:
    """Return the visitor's own name, a new one where the browser has none."""
    known = caller_of(request).visitor
    return visitor.new_id() if known is None else known.id


def cookie_of(request: Asking, who: str) -> dict[str, str]:
    """Return the header that keeps who the visitor is, where the browser needs it."""
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


def mine_of(running: Running, who: str) -> dict[str, dict[str, str]]:
    """Return event ids of likes, saves and dislikes, by item and kind, oldest first.

    Of a like and a dislike of one item the later one holds.
    """
    found: dict[str, dict[str, str]] = {}
    for did in running.store.newest(Who("session", who), MINE):
        own = found.setdefault(did.item, {})
        own.pop(OPPOSITE.get(did.kind, ""), None)
        own[did.kind] = did.event_id
    return found


def with_mine(found: Any, mine: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return items with what the visitor said of each; see `mine_of`."""
    shown: list[dict[str, Any]] = msgspec.to_builtins(found)
    for each in shown:
        each["mine"] = mine.get(each["id"], {})
    return shown
