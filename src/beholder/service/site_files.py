"""What browsers and crawlers ask every site for: an icon, and which addresses to visit."""

from __future__ import annotations

from litestar import Response, get

from beholder.pages import assets
from beholder.service.access import needs
from beholder.service.asking import Asking, running_of

DAY = "public, max-age=86400"
ROBOTS = "User-agent: *\nDisallow: {root}/v1/\nDisallow: {root}/react\nDisallow: {root}/search\n"


@get("/favicon.ico", media_type="image/svg+xml", opt=needs("live"))
async def favicon() -> Response[bytes]:
    """Return the mark of the pages: it is a picture that browsers take under this name, too."""
    mark = assets.assets()["mark.svg"]
    return Response(mark.data, media_type=mark.media_type, headers={"cache-control": DAY})


@get("/robots.txt", media_type="text/plain", opt=needs("live"))
async def robots(request: Asking) -> Response[str]:
    """Return that pages of items and pictures may be visited; the API and the many searches not."""
    told = ROBOTS.format(root=running_of(request).settings.serve.root_path)
    return Response(told, media_type="text/plain", headers={"cache-control": DAY})


handlers = [favicon, robots]
