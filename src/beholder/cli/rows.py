"""`beholder rows`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import asking, console

if TYPE_CHECKING:
    from beholder.engine.rows import Row
    from beholder.engine.variants import Variants


@click.command("rows")
@asking.FOLDER
@click.option("--user", help="The caller's id of a user.")
@click.option("--session", help="The caller's id of a session.")
@click.option("--row", "names", multiple=True, metavar="NAME", help="Only this one; repeatable.")
@asking.K
@click.option("--filter", help="Only items for which this holds: price < 50")
@asking.VARIANTS
@asking.JSON
def command(
    folder: Path,
    user: str | None,
    session: str | None,
    names: tuple[str, ...],
    k: int,
    filter: str | None,
    variants: Variants | None,
    as_json: bool,
) -> None:
    """Print the lists beside the recommendations: recently-viewed, trending, new, popular.

    A row that is empty says why; `trending` says which week it is of.
    """
    import beholder
    from beholder.engine.rows import NAMES

    with beholder.open(folder) as engine:
        rows = [
            engine.row(name, user, session=session, k=k, filter=filter, variants=variants)
            for name in names or NAMES
        ]
    if as_json:
        console.as_json(rows)
        return
    for row in rows:
        _print(row)


def _print(row: Row) -> None:
    console.echo(f"{row.row}{_window(row)}")
    if row.note is not None:
        console.echo(f"nothing: {row.note}")
    else:
        items = [(rank, item.id, item.title, item.score) for rank, item in enumerate(row.items, 1)]
        console.table(("", "item", "title", "score"), items)
    console.echo()


def _window(row: Row) -> str:
    if row.window is None:
        return ""
    since, until = (
        time.strftime("%Y-%m-%d %H:%M", time.gmtime(moment / 1000))
        for moment in (row.window.since, row.window.until)
    )
    return f": {row.window.events} events from {since} to {until} UTC"
