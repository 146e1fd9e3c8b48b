"""`/beholder.js`: rows of recommendations for pages of other sites."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache

from litestar import Response, get

from beholder.pages import assets
from beholder.service.access import needs
from beholder.service.asking import Asking

NAME = "beholder.js"
HOUR = "public, max-age=3600"


@get(f"/{NAME}", opt=needs("live"))
async def widget(request: Asking) -> Response[bytes | None]:
    """Return the script, or 304 to a browser that has it as it is now."""
    script = assets.assets()[NAME]
    mark = f'W/"{hashlib.sha256(script.data).hexdigest()[:16]}"'
    headers = {
        "etag": mark,
        "cache-control": HOUR,
        "cross-origin-resource-policy": "cross-origin",
        "vary": "Accept-Encoding",
    }
    if mark in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    data = script.data
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        data = _packed(data)
    return Response(data, media_type=script.media_type, headers=headers)


@cache
def _packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


handlers = [widget]
