"""`beholder demo`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from beholder.workspace import Workspace


@click.command("demo")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--items", default=2000, show_default=True, help="Pictures to paint.")
@click.option("--visitors", default=1000, show_default=True, help="Visitors to simulate.")
@click.option("--seed", default=7, show_default=True, help="The same seed paints the same gallery.")
@click.option(
    "--data",
    type=(click.Choice(["hm", "movielens"]), click.Path(path_type=Path, file_okay=False)),
    metavar="NAME FOLDER",
    help="Real files that you hold instead: hm or movielens, and their folder.",
)
@click.option("--budget", default="40s", show_default=True, help="How long training may take.")
@click.option("--port", default=5000, show_default=True, help="Where to serve.")
@click.option("--check", "only_check", is_flag=True, help="Prove that it works, and end.")
def command(
    folder: Path | None,
    items: int,
    visitors: int,
    seed: int,
    data: tuple[str, Path] | None,
    budget: str,
    port: int,
    only_check: bool,
) -> None:
    """Build a generated gallery with simulated visitors in DIR, and serve it.

    DIR is demo-workspace where none is named; with --data it is demo-hm or demo-movielens. A demo
    that was built there before is served at once.
    """
    from beholder.workspace import Workspace

    folder = folder or Path(f"demo-{data[0] if data else 'workspace'}")
    began = time.monotonic()
    if not (folder / "current").exists():
        _build(folder, items, visitors, seed, data, budget)
        click.echo(f"built in {time.monotonic() - began:.0f} s", err=True)
    workspace = Workspace.open(folder)
    if only_check:
        _check(workspace)
        return
    _serve(workspace, port)


def _build(
    folder: Path,
    items: int,
    visitors: int,
    seed: int,
    data: tuple[str, Path] | None,
    budget: str,
) -> None:
    from beholder.cli import console
    from beholder.cli.init import create
    from beholder.demo import build
    from beholder.demo.files import TITLE
    from beholder.errors import UsageError
    from beholder.workspace import Workspace

    title = TITLE if data is None else f"Demo: {data[0]}"
    if not (folder / "beholder.toml").exists():
        create(folder, title)
    workspace = Workspace.open(folder)
    if workspace.settings.title != title:
        raise UsageError(
            f"{folder} is a workspace of another kind ({workspace.settings.title})",
            remedy="name a new folder for the demo",
        )
    with console.progress() as progress:
        if data is None:
            request = build.generated(workspace, items, visitors, seed, progress)
        else:
            request = build.held(*data)
        trained = build.build(workspace, request, budget, progress)
    sizes = {"pictures": trained.n_items, "visitors": trained.n_users, "pairs": trained.n_pairs}
    said = ", ".join(console.counted(n, of) for of, n in sizes.items())
    click.echo(f"{said}; bundle {trained.bundle}", err=True)


def _check(workspace: Workspace) -> None:
    from beholder.demo.check import check, running

    with running(workspace) as address:
        for line in check(address):
            click.echo(line)


def _serve(workspace: Workspace, port: int) -> None:
    from functools import partial

    from beholder.service.reach import Reach
    from beholder.service.server import serve

    settings = workspace.settings.serve

    def say(line: str) -> None:
        click.echo(line)
        click.echo(
            "look at it in a browser; like something, and the rows below follow. Ctrl-C ends it"
        )

    serve(
        workspace,
        Reach.of(settings),
        port,
        settings.workers,
        say=say,
        whisper=partial(click.echo, err=True),
    )
