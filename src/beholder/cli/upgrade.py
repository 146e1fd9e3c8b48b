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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: Path, as_json: bool) -> None:
    """Bring the workspace DIR of an older version forward; nothing that it holds is lost.

    Stop the server first. Other commands bring a store forward as well when they open it; this
    one also says what was done and which bundles are of another format.
    """
    from beholder.store.upgrade import upgrade
    from beholder.workspace import Workspace

    workspace = Workspace.open(directory)
    done = upgrade(workspace)
    old = old_bundles(workspace)
    if as_json:
        console.as_json(
            {"before": done.before, "after": done.after, "holds": done.holds, "old_bundles": old}
        )
        return
    rows: list[list[Any]] = [[f"{n} database", done.before[n], done.after[n]] for n in done.after]
    console.table(["", "was", "is"], rows)
    click.echo(", ".join(f"{n} {what}" for what, n in done.holds.items()))
    for name in old:
        click.echo(f"bundle {name} is of another format and is not served: train again")


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
