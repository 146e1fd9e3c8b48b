"""`beholder search`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import asking, console

if TYPE_CHECKING:
    from beholder.engine.variants import Variants


@click.command("search")
@asking.FOLDER
@click.argument("words", nargs=-1)
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="A picture file.")
@asking.K
@click.option("--place", type=int, default=0, help="Of the first item among all that are found.")
@asking.FILTER
@asking.VARIANTS
@asking.JSON
def command(
    folder: Path,
    words: tuple[str, ...],
    picture: Path | None,
    k: int,
    place: int,
    filter: str | None,
    variants: Variants | None,
    as_json: bool,
) -> None:
    """Search by WORDS, by a picture, or by both."""
    import beholder

    with beholder.open(folder) as engine:
        found = engine.search(
            " ".join(words), picture=picture, k=k, filter=filter, variants=variants, place=place
        )
        asking.show(found, as_json)
        if found.total is not None and not as_json:
            console.echo(f"{found.total} found", err=True)
        if found.unavailable and not as_json:
            n = found.unavailable
            told = "1 item that answers" if n == 1 else f"{n} items that answer"
            better = " better" if found.items else ""
            console.echo(f"{told}{better} cannot be shown: out of stock, or banned", err=True)
