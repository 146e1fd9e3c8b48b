"""`beholder recommend`."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import asking


@click.command("recommend")
@asking.FOLDER
@asking.who
@asking.K
@asking.JSON
def command(
    folder: Path,
    user: str | None,
    session: str | None,
    history: tuple[str, ...],
    k: int,
    as_json: bool,
) -> None:
    """Recommend for a user, a session, or a history of items; for nobody: what is popular."""
    import beholder

    with beholder.open(folder) as engine:
        asking.show(engine.recommend(**asking.person(user, session, history), k=k), as_json)
