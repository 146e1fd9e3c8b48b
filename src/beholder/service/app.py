"""The ASGI application: all routers behind one front that knows callers and limits."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Response
from litestar.openapi.config import OpenAPIConfig
from litestar.router import Router
from litestar.types import ASGIApp

import beholder
from beholder.bundle.parts import Parts
from beholder.errors import BeholderError, DiskError
from beholder.service import (
    bundles,
    classic,
    docs,
    explain,
    health,
    interactions,
    items,
    me,
    me_page,
    media,
    metrics,
    pages,
    recommendations,
    rows,
    score,
    search,
    search_pages,
    seen,
    similar,
    site_files,
    users,
    visitors,
    widget,
)
from beholder.service.asking import Asking
from beholder.service.bodies import Bodies
from beholder.service.front import Front
from beholder.service.log import note_fault
from beholder.service.meters import Meters
from beholder.service.problems import MEDIA_TYPE, headers_of, let_go, problem, understood
from beholder.service.queue import Queue
from beholder.service.reach import Reach
from beholder.service.running import Running
from beholder.workspace import Workspace

ROUTERS = (
    recommendations,
    rows,
    items,
    similar,
    search,
    score,
    explain,
    interactions,
    seen,
    visitors,
    users,
    me,
    bundles,
    health,
    metrics,
    classic,
    media,
)
# What `/openapi.json` does not describe.
UNLISTED = (docs, pages, search_pages, me_page, site_files, widget)
_PARAMETER = re.compile(r"\{(\w+):\w+\}")


def routes() -> list[tuple[str, str]]:
    """Return the method and template of every address."""
    return [
        (method, _PARAMETER.sub(r"{\1}", path))
        for router in (*ROUTERS, *UNLISTED)
        for handler in router.handlers
        for path in handler.paths
        for method in handler.http_methods
    ]


def build(
    workspace: Workspace,
    loaded: tuple[str, Parts] | None = None,
    meters: Meters | None = None,
    *,
    reach: Reach | None = None,
    log: bool = False,
    failed: Callable[[BaseException], None] | None = None,
) -> Front:
    """Return the application of one process; it opens everything when its lifespan begins.

    Parameters
    ----------
    loaded
        As in `Running`.
    meters
        Where it is counted what this process does; None: for it alone.
    reach
        Where the server listens; None: on loopback, as by default.
    log
        Write a line of JSON for each request to standard error.
    failed
        Is told why nothing could be opened.
    """
    settings, queue, told = workspace.settings, Queue(), reach or Reach()
    counted = meters or Meters(routes())

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        try:
            running = Running(workspace, loaded, queue, counted)
        except BaseException as error:
            if failed is not None:
                failed(error)
            raise
        app.state.running, app.state.reach = running, told
        try:
            yield
        finally:
            running.close()

    def bodies(app: ASGIApp) -> ASGIApp:
        return Bodies(app, settings)

    app = Litestar(
        [
            *(Router("/", route_handlers=router.handlers) for router in ROUTERS),
            *(
                Router("/", route_handlers=router.handlers, include_in_schema=False)
                for router in UNLISTED
            ),
        ],
        middleware=[bodies],
        exception_handlers={Exception: refuse},
        lifespan=[lifespan],
        openapi_config=OpenAPIConfig(
            title=settings.title,
            version=beholder.__version__,
            path="/-",
            render_plugins=[],
            use_handler_docstrings=True,
        ),
        request_max_body_size=None,  # `bodies` has the limits
        logging_config=None,
    )
    return Front(app, workspace, queue, counted, reach=told, log=log)


def refuse(request: Asking, error: Exception) -> Response[Any]:
    """Answer with what an error means: problem+json, or a page for who reads pages."""
    known = understood(error)
    if known.status == 500 or isinstance(known, DiskError):
        note_fault(request.scope, error)
    let_go(error)
    if pages.wants_page(request.scope):
        return pages.problem_page(request, known)
    return as_response(known, request.scope)


def as_response(error: BeholderError, scope: Any) -> Response[bytes]:
    """Return a problem as JSON."""
    told = problem(error, scope)
    return Response(
        msgspec.json.encode(told),
        status_code=told.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers_of(error)),
    )
