"""`beholder bundle`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import asking, console

if TYPE_CHECKING:
    from beholder.workspace import Workspace

ERASED = "marked"


@click.group("bundle")
def command() -> None:
    """List, show, verify, promote, roll back or remove bundles."""


@command.command("list")
@asking.FOLDER
@asking.JSON
def list_(folder: Path, as_json: bool) -> None:
    """List all bundles, oldest first: promoted, or with events of somebody erased since."""
    from beholder.bundle.manifest import read
    from beholder.bundle.promote import current, folder_of, names
    from beholder.errors import BundleError
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    found = names(workspace)
    promoted = current(workspace) if found else ""
    rows: list[tuple[Any, ...]] = []
    for name in found:
        facts: tuple[Any, ...]
        try:
            made = read(folder_of(workspace, name), workspace.secrets)
            facts = (made.created, made.n_items, made.n_users, made.n_pairs, "whole")
        except BundleError as error:
            facts = (None, None, None, None, error.message)
        states = (name == promoted, "promoted"), (workspace.mark_of(name).exists(), ERASED)
        rows.append((name, ", ".join(word for holds, word in states if holds), *facts))
    head = ("bundle", "state", "created", "items", "users", "pairs", "check")
    console.listed(head, rows, as_json)
    _warn(workspace, found)


def _warn(workspace: Workspace, names: list[str]) -> None:
    """Say what it means that some of these bundles are marked."""
    if any(workspace.mark_of(name).exists() for name in names):
        told = f"{ERASED}: fitted with events of somebody who was erased since"
        console.echo(f"{told}; train again, then `beholder bundle remove`", err=True)


@command.command()
@asking.FOLDER
@click.argument("name", required=False)
@asking.JSON
def show(folder: Path, name: str | None, as_json: bool) -> None:
    """Show where a bundle comes from and why it blends as it does."""
    from beholder.bundle import parts
    from beholder.bundle.manifest import read
    from beholder.bundle.promote import current, folder_of
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    place = folder_of(workspace, name or current(workspace))
    made, opened = read(place, workspace.secrets), parts.load(place)
    choice, network = opened.choice, opened.network
    if as_json:
        record = None if network is None else network.record
        console.as_json({"manifest": made, "choice": choice, "network": record})
        return
    sizes = {"items": made.n_items, "users": made.n_users, "pairs": made.n_pairs}
    console.echo(f"{made.name}: {', '.join(console.counted(n, of) for of, n in sizes.items())}")
    console.members(choice.members)
    for note in choice.notes:
        console.echo(f"- {note}")
    if network is not None:
        known = network.record
        reached = f"accuracy {known.accuracy:.4f}" + (f", AUC {known.auc:.4f}" if known.auc else "")
        tried = f"trained on {known.trained}, tested on {known.tested}"
        console.echo(f"{known.name}: {tried}: {reached}")


@command.command()
@asking.FOLDER
@click.argument("name", required=False)
def verify(folder: Path, name: str | None) -> None:
    """Check signature and every file of a bundle."""
    from beholder.bundle.manifest import read
    from beholder.bundle.promote import current, folder_of
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    made = read(folder_of(workspace, name or current(workspace)), workspace.secrets)
    console.echo(f"{made.name} is whole: {len(made.files)} files, signed by this workspace")


@command.command()
@asking.FOLDER
@click.argument("name")
def promote(folder: Path, name: str) -> None:
    """Serve a bundle; running servers swap to it while answering."""
    from beholder.bundle import promote as promoting
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    promoting.promote(workspace, name)
    console.echo(f"{name} is promoted")
    _warn(workspace, [name])


@command.command()
@asking.FOLDER
def rollback(folder: Path) -> None:
    """Serve the newest bundle older than the present one."""
    from beholder.bundle.promote import roll_back
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    name = roll_back(workspace)
    console.echo(f"{name} is promoted")
    _warn(workspace, [name])


@command.command()
@asking.FOLDER
@click.argument("name")
def remove(folder: Path, name: str) -> None:
    """Delete a bundle that is not served."""
    from beholder.bundle import write
    from beholder.workspace import Workspace

    write.remove(Workspace.open(folder), name)
    console.echo(f"{name} is removed")
