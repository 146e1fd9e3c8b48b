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
    """Score ITEMS for a user, a session, or a history.

    Where the bundle foresees what may follow if they are seen, that stands beside the scores. JSON
    has the scores alone.
    """
    import beholder
    from beholder.engine.people import unknown_of

    with beholder.open(folder) as engine:
        who = asking.person(user, session, history)
        scores = engine.score(items, **who)
        foreseen = engine.predictions(items, **who)
        unknown = unknown_of(engine.now_showing, history)
    if as_json:
        console.as_json(scores)
    else:
        told = foreseen or {item: {} for item in scores}
        tasks = tuple(next(iter(told.values())))
        rows = [(item, score, *told[item].values()) for item, score in scores.items()]
        console.table(("item", "score", *tasks), rows)
    asking.tell_unknown(unknown)
