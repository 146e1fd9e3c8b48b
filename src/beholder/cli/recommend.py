"""`beholder recommend`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from beholder.cli import asking, console

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("recommend")
@asking.FOLDER
@asking.who
@asking.K
@asking.FILTER
@click.option(
    "--diversity",
    type=click.FloatRange(0, 1),
    help="0: relevance alone, 1: variety alone; default: `serve.diversity`.",
)
@asking.JSON
@click.option("--all", "everybody", is_flag=True, help="For everybody with a history, into --out.")
@click.option("--out", type=FILE, metavar="FILE", help="With --all: a .jsonl or .parquet file.")
@click.option(
    "--users",
    type=FILE,
    metavar="FILE",
    help="With --all: only these users, one id a line. The store knows no ids in clear; without "
    "this, people are named by their subject.",
)
def command(
    folder: Path,
    user: str | None,
    session: str | None,
    history: tuple[str, ...],
    k: int,
    filter: str | None,
    diversity: float | None,
    as_json: bool,
    everybody: bool,
    out: Path | None,
    users: Path | None,
) -> None:
    """Recommend for a user, a session, or a history of items; for nobody: what is popular.

    With --all for everybody with a history, in parts: stopped and run again, it goes on.
    """
    if everybody:
        if out is None or user or session or history or filter or diversity is not None:
            raise click.UsageError(
                "--all needs --out, and takes no user, session, history, filter or diversity"
            )
        _everybody(folder, out, k, users, as_json)
        return
    if out is not None or users is not None:
        raise click.UsageError("--out and --users are for --all")
    import beholder
    from beholder.engine.question import Question

    with beholder.open(folder) as engine:
        question = Question(k, filter=filter, diversity=diversity)
        who = asking.person(user, session, history)
        asking.show(engine.recommend(**who, question=question), as_json)


def _everybody(folder: Path, out: Path, k: int, users: Path | None, as_json: bool) -> None:
    import beholder
    from beholder.engine.batch import recommend_all

    with beholder.open(folder) as engine, console.progress() as progress:
        report = recommend_all(engine, out, k, users, progress)
    if as_json:
        console.as_json(report)
        return
    told = msgspec.structs.asdict(report)
    console.table([name.replace("_", " ") for name in told], [list(told.values())])
