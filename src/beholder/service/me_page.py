"""The page "You": what may be used, to take it away, to erase it; without scripts, too."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Stream
from msgspec.structs import asdict

from beholder.pages import render
from beholder.pages.own import Own
from beholder.service.access import needs
from beholder.service.asking import Asking, running_of
from beholder.service.drawing import (
    Page,
    asks_not_to_be_profiled,
    cookie_of,
    look_of,
    page_of,
    visitor_of,
)
from beholder.service.me import export_of, own_people, without_cookie
from beholder.service.running import in_thread
from beholder.store import PURPOSES, Purpose, Who


class Switches(msgspec.Struct):
    """The switches of the form; one that is off is not sent."""

    recommend: str = ""
    train: str = ""
    measure: str = ""


@get("/me", media_type="text/html", opt=needs("page", page=True))
async def me(
    request: Asking,
    erase: FromQuery[str] = "",
    lang: FromQuery[str] = "",
    theme: FromQuery[str] = "",
) -> Page:
    """What is held of the visitor; with `erase=ask`, the question whether to erase it."""
    running, who = running_of(request), visitor_of(request)
    allowed = await in_thread(lambda: running.store.purposes(Who("session", who)))
    refused = asks_not_to_be_profiled(request)
    told = Own(
        purposes={purpose: on and not refused for purpose, on in asdict(allowed).items()},
        refused=refused,
        asking=erase == "ask",
        kept_days=running.settings.privacy.retention_days,
    )
    return await page_of(request, lambda look: render.render_me(look, told), who)


@post("/me/purposes", status_code=303, opt=needs("self", body="form", page=True))
async def switch(request: Asking, data: URLEncodedBody[Switches]) -> Response[None]:
    """Change what may be used, without scripts."""
    running, who = running_of(request), visitor_of(request)
    wish: dict[Purpose, bool] = {purpose: bool(getattr(data, purpose)) for purpose in PURPOSES}
    await in_thread(lambda: running.store.set_purposes(Who("session", who), wish))
    headers = {"location": f"{running.settings.serve.root_path}/me", **cookie_of(request, who)}
    return Response(None, status_code=303, headers=headers)


@get("/me/export", opt=needs("self", page=True))
async def export(request: Asking) -> Stream:
    """Everything that is held of the visitor, as a file."""
    return export_of(running_of(request).store, own_people(request))


@post("/me/erase", status_code=200, media_type="text/html", opt=needs("self", page=True))
async def erase(request: Asking) -> Page:
    """Erase the visitor and show the receipt; the next page is of somebody new."""
    store, people = running_of(request).store, own_people(request)
    receipts = await in_thread(lambda: [store.erase(who) for who in people])
    html = render.render_erased(look_of(request), [asdict(receipt) for receipt in receipts])
    return Response(html, media_type="text/html", headers=without_cookie(request))


handlers = [me, switch, export, erase]
