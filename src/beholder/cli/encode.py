"""`beholder encode`: pictures of a workspace to vectors and renditions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.encoders.run import EncodeReport

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
    from beholder.workspace import Workspace

    workspace = Workspace.open(directory)
    with Store.open(workspace) as store, console.progress() as progress:
        found = encode_workspace(
            workspace, store, encoders or None, progress, workers=workers, retry=retry
        )
    report, pictures, without = found.encoded, found.first_item, found.items_without
    if as_json:
        console.as_json(_document(report, pictures, without))
    else:
        _print(report, pictures, without)


def _document(report: EncodeReport, pictures: dict[str, str], without: int) -> dict[str, Any]:
    return {
        "encoders": report.encoders,
        "pictures": report.wanted,
        "encoded": report.encoded,
        "same": report.same,
        "refused": [
            {"item": pictures[r.hash], "picture": r.hash, "code": r.code, "reason": r.reason}
            for r in report.refused
        ],
        "items_without_picture": without,
        "broken_files": report.broken,
        "seconds": round(report.seconds, 3),
    }


def _print(report: EncodeReport, pictures: dict[str, str], without: int) -> None:
    console.table(
        ["pictures", "encoded", "same", "refused", "items without", "seconds"],
        [
            [
                report.wanted,
                report.encoded,
                report.same,
                len(report.refused),
                without,
                round(report.seconds, 1),
            ]
        ],
    )
    for refusal in report.refused[:SHOWN]:
        click.echo(f"item {pictures[refusal.hash]}: {refusal.reason}", err=True)
    if len(report.refused) > SHOWN:
        click.echo(f"and {len(report.refused) - SHOWN} more: see --json", err=True)
    if report.broken:
        click.echo(f"{report.broken} cut files of the cache were dropped and made again", err=True)
