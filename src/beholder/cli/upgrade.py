"""`beholder upgrade`: a workspace of an older version, brought forward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.workspace import Workspace


@click.command("upgrade")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--budget", help="How long training again may take: 90s, 10m, 1h.")
@click.option("--no-train", is_flag=True, help="Leave a served bundle of another format to you.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: Path, budget: str | None, no_train: bool, as_json: bool) -> None:
    """Bring the workspace DIR of an older version forward; nothing that it holds is lost.

    Stop the server first. Other commands bring a store forward as well when they open it; this
    one also says what was done, and where the served bundle is of another format it trains the
    one that takes its place.
    """
    from beholder.store.upgrade import upgrade
    from beholder.training.budget import seconds
    from beholder.workspace import Workspace

    workspace = Workspace.open(directory)
    if budget is not None:
        seconds(budget)  # what cannot be meant is refused before anything is done
    done = upgrade(workspace)
    old = old_bundles(workspace)
    if not as_json:
        rows: list[list[Any]] = [
            [f"{n} database", done.before[n], done.after[n]] for n in done.after
        ]
        console.table(["", "was", "is"], rows)
        console.echo(", ".join(f"{n} {what}" for what, n in done.holds.items()))
    trained = None if no_train else _instead(workspace, old, budget)
    if as_json:
        said = {"before": done.before, "after": done.after, "holds": done.holds}
        console.as_json(said | {"old_bundles": old, "trained": trained})
        return
    for name in old:
        console.echo(f"bundle {name} is of another format, and cannot be served")
    if trained is not None:
        console.echo(f"bundle {trained} was trained and takes the place of the one that was served")
    elif old and _served(workspace) in old:
        console.echo(f"nothing is served until you train: `beholder train {workspace.root}`")


def _instead(workspace: Workspace, old: list[str], budget: str | None) -> str | None:
    """Train where the served bundle is among the old ones, and return the new one's name."""
    import beholder

    if _served(workspace) not in old:
        return None
    with console.progress() as progress:
        return beholder.train(workspace.root, budget=budget, progress=progress).bundle


def _served(workspace: Workspace) -> str | None:
    """Return the name of the promoted bundle; None: there is none."""
    from beholder.bundle.promote import current
    from beholder.errors import BundleError

    try:
        return current(workspace)
    except BundleError:
        return None


def old_bundles(workspace: Workspace) -> list[str]:
    """Return the names of bundles that this version cannot serve, because of their format."""
    import msgspec

    from beholder.bundle.manifest import FORMAT

    found = []
    for manifest in sorted(workspace.bundles.glob("*/manifest.json")):
        try:
            said = msgspec.json.decode(manifest.read_bytes())
        except msgspec.DecodeError:
            continue  # a broken one; `beholder bundle verify` says so
        if isinstance(said, dict) and said.get("format") != FORMAT:
            found.append(manifest.parent.name)
    return found
