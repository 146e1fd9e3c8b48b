"""`beholder serve`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click


@click.command("serve")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--host", help="Where to listen; beyond loopback keys and a proxy are needed.")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.")
@click.option(
    "--trusted-proxy",
    "trusted",
    metavar="ADDRESS",
    multiple=True,
    help="A proxy in front, or its network, whose X-Forwarded headers are believed.",
)
@click.option(
    "--local-only-open",
    "local_open",
    is_flag=True,
    help="Without a key, whoever asks from this machine may do so for anybody.",
)
@click.option(
    "--insecure-http",
    "insecure",
    is_flag=True,
    help="Listen beyond loopback without TLS in front all the same.",
)
@click.option("--train-every", metavar="TIME", help="Train so long after each bundle: 24h, 90m.")
@click.option("--train-when", metavar="N", type=click.IntRange(0), help="Train after N new events.")
@click.option("--log", is_flag=True, help="A line of JSON for each request, on standard error.")
def command(
    folder: Path,
    host: str | None,
    port: int | None,
    workers: int | None,
    trusted: tuple[str, ...],
    local_open: bool,
    insecure: bool,
    train_every: str | None,
    train_when: int | None,
    log: bool,
) -> None:
    """Answer over HTTP and show the pages, until Ctrl-C."""
    from beholder.cli import console
    from beholder.service.reach import Reach
    from beholder.service.schedule import Schedule
    from beholder.service.server import serve
    from beholder.training.budget import seconds
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    settings = workspace.settings.serve
    every = settings.train_every if train_every is None else train_every
    when = settings.train_when if train_when is None else train_when
    schedule = Schedule(seconds(every, "train_every") if every else None, when)
    serve(
        workspace,
        Reach.of(settings, host=host, trusted=trusted, local_open=local_open, insecure=insecure),
        settings.port if port is None else port,
        settings.workers if workers is None else workers,
        schedule=schedule if every or when else None,
        log=log,
        say=console.echo,
        whisper=partial(console.echo, err=True),
    )
