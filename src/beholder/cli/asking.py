"""What the asking commands share: who asks, and how an answer is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.engine.answer import Answer, Unknown

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
K = click.option("-k", default=10, show_default=True, help="How many items.")
FILTER = click.option(
    "--filter", metavar="TEXT", help="Only items for which this holds, such as 'price < 50'."
)
VARIANTS = click.option(
    "--variants",
    type=click.Choice(("all", "one")),
    help="one: of each product the variant that comes first.  [default: all]",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def who(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say who asks."""
    options = (
        click.option("--user", help="The caller's id of a user."),
        click.option("--session", help="The caller's id of a session."),
        click.option("--history", multiple=True, metavar="ITEM", help="Liked item, oldest first."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def person(user: str | None, session: str | None, history: tuple[str, ...]) -> dict[str, Any]:
    """Return the keyword arguments of the engine for who asks.

    Raises
    ------
    click.UsageError
        If a history is named beside a person, whose own would be passed over.
    """
    if history and (user or session):
        raise click.UsageError("--history stands alone: a user or a session has its own")
    return {"user": user, "session": session, "history": list(history) if history else None}


def show(answer: Answer, as_json: bool, why_popular: str = "") -> None:
    """Print an answer as a table, or as JSON; `why_popular`: why it hangs on nobody, if so."""
    if as_json:
        console.as_json(answer)
        return
    if not answer.items:
        console.echo(answer.note or "nothing was found", err=True)
        return
    rows = [
        (rank, item.id, item.title, item.score, _reason(item.reason))
        for rank, item in enumerate(answer.items, start=1)
    ]
    console.table(("", "item", "title", "score", "why"), rows)
    tell_unknown(answer.unknown)
    told = f"level: {answer.level}, bundle: {answer.bundle}"
    console.echo(f"{why_popular}; {told}" if why_popular else told, err=True)


def tell_unknown(unknown: Unknown | None) -> None:
    """Say which items of a history count for nothing."""
    if unknown is None:
        return
    more = ", ..." if unknown.count > len(unknown.items) else ""
    named = ", ".join(unknown.items) + more
    console.echo(f"{unknown.count} of the history are not in the catalogue: {named}", err=True)


def _reason(reason: Any) -> str:
    if reason is None:
        return ""
    if reason.because:
        return "because of " + ", ".join(part.title for part in reason.because[:2])
    return str(reason.kind)
