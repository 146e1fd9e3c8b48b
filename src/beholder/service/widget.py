"""`/beholder.js`: rows of recommendations for pages of other sites."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import lru_cache

from litestar import Response, get

from beholder.pages import assets
from beholder.service.access import needs
from beholder.service.asking import Asking, running_of

NAME = "beholder.js"
PRICES = json.dumps({"currency": "", "cents": False})  # as they stand in `widget/price.js`
HOUR = "public, max-age=3600"


@get(f"/{NAME}", opt=needs("live"))
async def widget(request: Asking) -> Response[bytes | None]:
    """Return the script, or 304 to a browser that has it as it is now."""
    script, running = assets.assets()[NAME], running_of(request)
    prices = {"currency": running.settings.pages.currency, "cents": running.cents}
    data = script.data.replace(PRICES.encode(), json.dumps(prices).encode(), 1)
    mark = f'W/"{hashlib.sha256(data).hexdigest()[:16]}"'
    headers = {
        "etag": mark,
        "cache-control": HOUR,
        "cross-origin-resource-policy": "cross-origin",
        "vary": "Accept-Encoding",
    }
    if mark in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        data = _packed(data)
    return Response(data, media_type=script.media_type, headers=headers)


@lru_cache(maxsize=2)
def _packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


handlers = [widget]
