"""`/v1/bundles`: what can be served, and choosing it."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.params import FromPath

from beholder.bundle import promote as promoting
from beholder.bundle.manifest import Manifest
from beholder.errors import UnknownBundleError
from beholder.service.access import needs
from beholder.service.asking import Asking, running_of
from beholder.service.running import Running, in_thread


class Bundle(msgspec.Struct):
    """One bundle, as its manifest says; nothing is checked until it is promoted.

    Attributes
    ----------
    marked
        Whether it was fitted with events of somebody who was erased since.
    ranker
        Whether one puts the first candidates in order, and why; empty: none was considered.
    outcomes
        Whether outcomes of what is seen are foreseen, and why; empty: as above.
    """

    name: str
    created: str
    n_items: int
    n_users: int
    n_pairs: int
    served: bool
    marked: bool
    ranker: str
    outcomes: str = ""


class Bundles(msgspec.Struct):
    """All bundles, oldest first."""

    bundles: list[Bundle]


class Promoted(msgspec.Struct):
    """The bundle that is served from now on."""

    bundle: str


@get("/v1/bundles", opt=needs("operator"))
async def list_bundles(request: Asking) -> Bundles:
    """List all bundles."""
    running = running_of(request)
    return await in_thread(lambda: Bundles(_all(running)))


@post("/v1/bundles/{name:str}/promote", status_code=200, opt=needs("operator"))
async def promote(request: Asking, name: FromPath[str]) -> Promoted:
    """Check a bundle and serve it; other processes follow within a second."""
    running = running_of(request)
    if name not in promoting.names(running.workspace):
        raise UnknownBundleError("there is no bundle of this name", field="name")
    await in_thread(lambda: promoting.promote(running.workspace, name))
    await in_thread(running.swap)
    return Promoted(running.engine.bundle)


def _all(running: Running) -> list[Bundle]:
    found = []
    for name in promoting.names(running.workspace):
        path = running.workspace.bundles / name / "manifest.json"
        try:
            made = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError):
            continue  # `beholder bundle verify` says what is wrong with it
        served = name == running.engine.bundle
        marked = running.workspace.mark_of(name).exists()
        counts = made.n_items, made.n_users, made.n_pairs
        ranker = made.ranker if isinstance(made.ranker, str) else ""
        outcomes = made.outcomes if isinstance(made.outcomes, str) else ""
        found.append(Bundle(name, made.created, *counts, served, marked, ranker, outcomes))
    return found


handlers = [list_bundles, promote]
