"""`beholder explain`."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import asking, console

AWAY = {
    "banned": "a standing rule bans it",
    "out_of_stock": "it is out of stock",
    "disliked": "this person dislikes it, or hid it",
    "seen": "this person had it already",
}


@click.command("explain")
@asking.FOLDER
@click.argument("item")
@asking.who
@click.option("--answer", help="Id of an answer: how ITEM stood in it is told too.")
@asking.JSON
def command(
    folder: Path,
    item: str,
    user: str | None,
    session: str | None,
    history: tuple[str, ...],
    answer: str | None,
    as_json: bool,
) -> None:
    """Say why ITEM has its score: a share for each item of the history, and the base."""
    import beholder

    with beholder.open(folder) as engine:
        why = engine.explain(item, **asking.person(user, session, history), answer=answer)
    if as_json:
        console.as_json(why)
        return
    rows = [(share.id, share.title or "no longer shown", share.share) for share in why.shares]
    rows.append(("", "popularity", why.base))
    rows += [("", f"rule: {rule.name}", rule.value) for rule in why.rules]
    if why.ranker:
        rows.append(("", "ranker: its place in a list", why.ranker))
    if why.value:
        rows.append(("", "value: what may come of it", why.value))
    console.table(("because of", "title", "share"), rows)
    asking.tell_unknown(why.unknown)
    console.echo(f"{why.title}: {console.number(why.score)} ({why.level})")
    for gone in why.away:
        by = f" ({gone.rule})" if gone.rule else ""
        console.echo(f"not in an answer now: {AWAY[gone.kind]}{by}")
    if why.placed is not None:
        stood = why.placed
        console.echo(
            f"in answer {stood.answer}: place {stood.place + 1}, "
            f"score {console.number(stood.score)}, chance {stood.chance:.3g}, from {stood.source}"
        )
