"""`beholder encoders`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from beholder.cli import asking, console


@click.group("encoders")
def command() -> None:
    """List the encoders of a workspace, or compare smaller forms of their networks."""


@command.command("list")
@asking.FOLDER
@asking.JSON
def list_(folder: Path, as_json: bool) -> None:
    """List the encoders that the settings name, and those that the workspace made itself."""
    from beholder.encoders import own_network
    from beholder.encoders.registry import graphs, vector_cache, version_of
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    used = workspace.settings.encode.encoders
    own = own_network.names(graphs(workspace))
    rows: list[tuple[Any, ...]] = []
    for name in dict.fromkeys([*used, *own]):
        marked = name in own and own_network.mark_of(name, graphs(workspace)).exists()
        states = (name in used, "used"), (marked, "marked")
        state = ", ".join(word for holds, word in states if holds)
        kept = vector_cache(workspace, name).shards.count()
        size = own_network.file_of(name, graphs(workspace)).stat().st_size if name in own else None
        rows.append((name, version_of(name), state, kept, size))
    console.listed(("encoder", "version", "state", "vectors", "bytes"), rows, as_json)
    if any("marked" in row[2] for row in rows):
        console.echo("marked: learned from somebody who was erased since; tune again", err=True)


@command.command()
@asking.FOLDER
@click.option("--seed", type=int, help="Draws pictures and splits; the settings' by default.")
@click.option("--distil", is_flag=True, help="Train a student of each, too; beholder[torch].")
@asking.JSON
def compare(folder: Path, seed: int | None, distil: bool, as_json: bool) -> None:
    """Make the networks of the settings smaller, and say what that costs.

    Half keeps weights in half the bytes. int8 computes with whole numbers, calibrated on pictures
    of the catalogue. A student looks at smaller pictures, and learns on those of the catalogue to
    say what the network says. All are kept: name one in encode.encoders to use it.
    """
    from beholder.cli.train_network import teller
    from beholder.training.budget import check_seed
    from beholder.training.forms import compare_forms
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    used = check_seed(workspace.settings.train.seed if seed is None else seed)
    with console.progress() as progress:
        told = teller(progress, silent=as_json)
        forms, notes = compare_forms(workspace, used, progress, distilled=distil, told=told)
    if as_json:
        console.as_json({"forms": forms, "notes": notes})
        return
    for note in notes:
        console.echo(f"- {note}")
    head = ["encoder", "form", "MB", "pictures/s", "NDCG@10", "loss", "error", "cosine"]
    kinds = list(forms[0].invariance)
    console.table(
        [*head, *kinds],
        [
            [
                form.encoder,
                form.form,
                round(form.bytes / 1e6, 1),
                round(form.per_second, 1),
                round(form.ndcg, 4),
                round(form.loss, 4),
                round(form.error, 4),
                round(form.cosine, 4),
                *(round(form.invariance[kind], 3) for kind in kinds),
            ]
            for form in forms
        ],
    )
    console.echo(f"next: name one in encode.encoders, then beholder train {folder}")
