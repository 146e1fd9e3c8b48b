"""`beholder encode`: pictures of a workspace to vectors and renditions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.encoders.workspace import WorkspaceReport

SHOWN = 5  # refused pictures on the terminal; --json has all


@click.command("encode")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--encoder", "encoders", multiple=True, help="Name, or onnx:PATH. Repeat for several."
)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core by default.")
@click.option("--retry", is_flag=True, help="Try again what was refused before.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    directory: Path, encoders: tuple[str, ...], workers: int | None, retry: bool, as_json: bool
) -> None:
    """Turn the pictures of the workspace DIR into vectors and small copies for pages.

    What was encoded before is not encoded again; it can be stopped at any time.
    """
    from beholder.encoders.workspace import encode_workspace
    from beholder.store import Store
    from beholder.store.database import PATIENT
    from beholder.workspace import Workspace

    workspace = Workspace.open(directory)
    with Store.open(workspace, wait=PATIENT) as store, console.progress() as progress:
        found = encode_workspace(
            workspace, store, encoders or None, progress, workers=workers, retry=retry
        )
    if as_json:
        console.as_json(_document(found))
        return
    _print(found)
    if found.encoded.wanted or found.items_without:
        console.echo(f"next: beholder train {directory}")
    else:
        console.echo(f"there are no items yet; first: beholder import {directory} --items FILE")


def _document(found: WorkspaceReport) -> dict[str, Any]:
    report, pictures = found.encoded, found.first_item
    return {
        "encoders": report.encoders,
        "pictures": report.wanted,
        "encoded": report.encoded,
        "same": report.same,
        "refused": [
            {
                "item": pictures[r.hash],
                "file": found.files.get(r.hash),
                "picture": r.hash,
                "code": r.code,
                "reason": r.reason,
            }
            for r in report.refused
        ],
        "items_without_picture": found.items_without,
        "items_with_several_pictures": found.items_with_several,
        "broken_files": report.broken,
        "left_out": report.left_out,
        "seconds": round(report.seconds, 3),
    }


def _print(found: WorkspaceReport) -> None:
    report, pictures = found.encoded, found.first_item
    console.table(
        ["pictures", "encoded", "same", "refused", "items without", "with several", "seconds"],
        [
            [
                report.wanted,
                report.encoded,
                report.same,
                len(report.refused),
                found.items_without,
                found.items_with_several,
                round(report.seconds, 1),
            ]
        ],
    )
    for refusal in report.refused[:SHOWN]:
        named = found.files.get(refusal.hash, f"picture {refusal.hash[:12]}")
        console.echo(f"item {pictures[refusal.hash]}, {named}: {refusal.reason}", err=True)
    if len(report.refused) > SHOWN:
        console.echo(f"and {len(report.refused) - SHOWN} more: see --json", err=True)
    if report.broken:
        console.echo(
            f"{report.broken} cut or changed files of the cache were dropped and made again",
            err=True,
        )
