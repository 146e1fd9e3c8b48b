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
    from beholder.encoders.run import encode_pictures
    from beholder.store import Store
    from beholder.workspace import Workspace

    workspace = Workspace.open(directory)
    with Store.open(workspace) as store:
        items = store.items().select(["item_id", "picture", "colour"])
        pictures: dict[str, str] = {}  # hash: the first item that shows it
        unknown: set[str] = set()  # hashes whose facts the store lacks
        for row in items.to_pylist():
            if row["picture"] is not None:
                pictures.setdefault(row["picture"], row["item_id"])
                if row["colour"] is None:
                    unknown.add(row["picture"])
        with console.progress() as progress:
            report = encode_pictures(
                workspace, list(pictures), encoders or None, progress, workers=workers, retry=retry
            )
        store.set_picture_facts({key: report.facts[key] for key in unknown if key in report.facts})
    without = sum(row["picture"] is None for row in items.to_pylist())
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
