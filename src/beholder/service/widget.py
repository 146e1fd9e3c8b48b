"""`/beholder.js`: rows of recommendations for pages of other sites."""

from __future__ import annotations

import hashlib

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
    mark = f'"{hashlib.sha256(script.data).hexdigest()[:16]}"'
    headers = {
        "etag": mark,
        "cache-control": HOUR,
        "cross-origin-resource-policy": "cross-origin",
    }
    if mark in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    return Response(script.data, media_type=script.media_type, headers=headers)


handlers = [widget]
