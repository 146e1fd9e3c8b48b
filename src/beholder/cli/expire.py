"""`beholder expire`."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import asking, console


@click.command("expire")
@asking.FOLDER
@click.option("--yes", is_flag=True, help="Even if it is much of all that there is.")
@asking.JSON
def command(folder: Path, yes: bool, as_json: bool) -> None:
    """Delete the events that arrived more than `privacy.retention_days` ago.

    A server does it by itself once a day, and training before it reads. Where that would be more
    than a fifth of all events (and than a hundred), or more than half, as it is by a clock that is
    wrong, nothing is deleted without --yes: the server says so in /health/ready, and training
    ends with an error.
    """
    from beholder.store import Store
    from beholder.workspace import Workspace

    with Store.open(Workspace.open(folder)) as store:
        n = store.expire(anyway=yes)
        left = store.ending().all
    if as_json:
        console.as_json({"deleted": n, "left": left})
    else:
        console.echo(f"{n} events were deleted, {left} are left")
