"""`beholder similar`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import asking

if TYPE_CHECKING:
    from beholder.engine.variants import Variants


@click.command("similar")
@asking.FOLDER
@click.argument("item")
@asking.K
@asking.FILTER
@asking.VARIANTS
@asking.JSON
def command(
    folder: Path,
    item: str,
    k: int,
    filter: str | None,
    variants: Variants | None,
    as_json: bool,
) -> None:
    """Show items that look and read like ITEM, or are liked together with it."""
    import beholder

    with beholder.open(folder) as engine:
        asking.show(engine.similar(item, k, filter=filter, variants=variants), as_json)
