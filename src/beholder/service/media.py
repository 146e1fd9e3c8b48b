"""`/media`: clean renditions of pictures, which never change under their name.

Nobody guesses these names. Where there is a publishable key they are for everybody, and for the
pages of every site.
"""

from __future__ import annotations

import re

from litestar import Response, get
from litestar.params import FromPath

from beholder.media.renditions import path_of
from beholder.service.access import needs
from beholder.service.asking import Asking, running_of
from beholder.service.problems import NoRouteError
from beholder.service.running import in_thread

NAME = re.compile(r"([0-9a-f]{64})-(240|480|960)\.webp")
FOREVER = "public, max-age=31536000, immutable"


@get("/media/{name:str}", media_type="image/webp", opt=needs("media"))
async def rendition(request: Asking, name: FromPath[str]) -> Response[bytes]:
    """Return a WebP picture; `name` is `SHA256-WIDTH.webp`, and nothing else is looked for."""
    shape = NAME.fullmatch(name)
    if shape is None:
        raise NoRouteError("there is no such picture")
    running = running_of(request)
    path = path_of(running.workspace.media, shape[1], int(shape[2]))
    try:
        data = await in_thread(path.read_bytes)
    except FileNotFoundError as error:
        raise NoRouteError("there is no such picture") from error
    headers = {"cache-control": FOREVER}
    if running.keys.origins:
        headers["cross-origin-resource-policy"] = "cross-origin"
    return Response(data, media_type="image/webp", headers=headers)


handlers = [rendition]
