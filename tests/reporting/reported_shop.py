"""A small workspace that is reported: a hostile title, people who refuse, a few pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PIL import Image

from beholder.durable import write_file
from beholder.evaluation.seeds import evaluations
from beholder.evaluation.written import written
from beholder.media import renditions
from beholder.reporting.make import Wish, report
from beholder.store import Store
from beholder.workspace import Workspace
from planted import World, make_world, picture, record, workspace_of

HOSTILE = '"><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)> {{ 7*7 }}'
REFUSING = 30  # people who are not to be measured
PAINTED = range(0, 120, 2)  # items with a picture that can be shown


@dataclass(frozen=True)
class Shop:
    """A small workspace, what was evaluated of it, and the report."""

    world: World
    workspace: Workspace
    results: Path
    html: str


def paint(workspace: Workspace, number: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", (240, 160), (2 * number, 90, 160)).save(file, "WEBP")
    renditions.keep(workspace.media, picture(number), {240: file.getvalue()})


def popular(world: World) -> int:
    """Return the item with most events."""
    counts = [int((world.items == item).sum()) for item in range(len(world.taste))]
    return counts.index(max(counts))


def reported_shop(root: Path) -> Shop:
    """120 items, one of them with a hostile title, and 150 people, some of whom refuse."""
    world = make_world(n_items=120, n_users=150)
    workspace = workspace_of(world, root / "shop")
    with Store.open(workspace) as store:
        hostile = msgspec.structs.replace(record(world, popular(world)), title=HOSTILE)
        store.put_items([hostile])
        for user in range(REFUSING):
            store.set_purposes(world.user_id(user), {"measure": False})
    for number in PAINTED:
        paint(workspace, number)
    found = evaluations(
        workspace,
        "leave-last-out",
        budget=20,
        models=("itemknn", "visual-knn"),
        without=("pictures",),
        curve=True,
    )
    results = root / "results.json"
    write_file(results, written(list(found)))
    made = report(workspace, Wish(results=(results,), out=root / "report.html"))
    return Shop(world, workspace, results, made.file.read_text(encoding="utf-8"))
