"""`beholder score`."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import asking, console


@click.command("score")
@asking.FOLDER
@click.argument("items", nargs=-1, required=True)
@asking.who
@asking.JSON
def command(
    folder: Path,
    items: tuple[str, ...],
    user: str | None,
    session: str | None,
    history: tuple[str, ...],
    as_json: bool,
) -> None:
    """Score ITEMS for a user, a session, or a history."""
    import beholder
    from beholder.engine.people import unknown_of

    with beholder.open(folder) as engine:
        scores = engine.score(items, **asking.person(user, session, history))
        unknown = unknown_of(engine.now_showing, history)
    if as_json:
        console.as_json(scores)
    else:
        console.table(("item", "score"), list(scores.items()))
    asking.tell_unknown(unknown)
