"""`beholder explain`."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import asking, console


@click.command("explain")
@asking.FOLDER
@click.argument("item")
@asking.who
@asking.JSON
def command(
    folder: Path,
    item: str,
    user: str | None,
    session: str | None,
    history: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say why ITEM has its score: a share for each item of the history, and the base."""
    import beholder

    with beholder.open(folder) as engine:
        why = engine.explain(item, **asking.person(user, session, history))
    if as_json:
        console.as_json(why)
        return
    rows = [(share.id, share.title or "no longer shown", share.share) for share in why.shares]
    console.table(("because of", "title", "share"), [*rows, ("", "popularity", why.base)])
    asking.tell_unknown(why.unknown)
    click.echo(f"{why.title}: {why.score:.4f} ({why.level})")
