"""`beholder init`: a new workspace with a commented settings file, a store and its keys."""

from __future__ import annotations

import json
from pathlib import Path

import click

from beholder.cli import console

TOML = """\
# The settings of this workspace. A line with # in front shows a default; take the # away to
# change it. BEHOLDER_SERVE_PORT=5001 in the environment sets serve.port, and so on.
title = {title}

[store]
# url = ""             # empty: SQLite in store/. Or postgresql://user@host/name
# keys_url = ""        # empty: SQLite in store/keys.db. With several servers: PostgreSQL too

[behaviour]
# rating_threshold = 3.5   # a rating below it counts as a dislike
# history_limit = 200      # newest liked items that a recommendation looks at
# makes_items = false      # items that only behaviour names are made
# daily_cap = 1000         # so many events of one person and day count in training

[behaviour.weights]        # what an event says, from 0 (nothing) to 1 (surely likes it)
{weights}

[media]
# max_bytes = 20971520
# max_pixels = 50000000

[encode]
# encoders = ["efficientnet-lite0", "colour"]
# workers = 0              # 0: one process a core

[train]
# budget = "10m"
# seed = 7
# keep_bundles = 5

[serve]
# host = "127.0.0.1"
# port = 5000
# workers = 1
# trusted_proxies = []      # addresses of proxies in front, such as "127.0.0.1"

[privacy]
# profiling_default = true
# retention_days = 180      # events are deleted so many days after they arrived
# answers_days = 30         # and what was answered to whom
# encrypt_events = false    # under people's own keys; chosen before the first event
"""


@click.command("init")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", default="Beholder", show_default=True, help="Shown on the pages.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: Path, title: str, as_json: bool) -> None:
    """Make a new workspace in the folder DIR."""
    workspace = create(directory, title)
    if as_json:
        console.as_json({"workspace": str(workspace), "title": title})
        return
    console.echo(f"{workspace} is ready: settings in beholder.toml, keys in secrets/")
    files = "--items FILE --media FOLDER --interactions FILE"
    console.echo(f"next: beholder import {workspace} {files}")


def create(directory: Path, title: str) -> Path:
    """Make the workspace and return its folder."""
    from beholder.errors import WorkspaceError
    from beholder.settings import EVENT_WEIGHTS
    from beholder.store import Store
    from beholder.workspace import Workspace

    weights = "\n".join(f"# {kind} = {weight}" for kind, weight in EVENT_WEIGHTS.items())
    # A JSON text is a TOML text as well, but for characters outside of the basic plane.
    toml = TOML.format(title=json.dumps(title, ensure_ascii=False), weights=weights)
    _refuse(directory)
    try:
        workspace = Workspace.create(directory, toml)
    except (FileNotFoundError, NotADirectoryError) as error:  # /proc, or below a file
        raise WorkspaceError(
            f"{directory} cannot be made: {error.strerror}", remedy="name another folder"
        ) from error
    Store.open(workspace, create=True).close()
    return workspace.root


def _refuse(directory: Path) -> None:
    """Refuse a file, and a folder with files of one's own: a workspace lies between nothing else.

    Raises
    ------
    WorkspaceError
        If it is one of these; a folder with a workspace is refused where that is made.
    """
    from beholder.errors import WorkspaceError

    if directory.exists() and not directory.is_dir():
        raise WorkspaceError(f"{directory} is a file", remedy="name a folder that is to be made")
    if not directory.is_dir() or (directory / "beholder.toml").exists():
        return
    own = sorted(each.name for each in directory.iterdir() if not each.name.startswith("."))
    if own:
        raise WorkspaceError(
            f"{directory} has files of its own, such as {own[0]}",
            remedy=f"name a new folder, such as {directory / 'workspace'}",
        )
