"""`beholder serve`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click


@click.command("serve")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--host", help="Where to listen; other than loopback needs keys.")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.")
@click.option("--log", is_flag=True, help="A line of JSON for each request, on standard error.")
def command(
    folder: Path, host: str | None, port: int | None, workers: int | None, log: bool
) -> None:
    """Answer over HTTP and show the pages, until Ctrl-C."""
    from beholder.service.server import serve
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    settings = workspace.settings.serve
    serve(
        workspace,
        settings.host if host is None else host,
        settings.port if port is None else port,
        settings.workers if workers is None else workers,
        log=log,
        say=click.echo,
        whisper=partial(click.echo, err=True),
    )
