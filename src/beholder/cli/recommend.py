"""`beholder recommend`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from beholder.cli import asking, console

if TYPE_CHECKING:
    from beholder.engine.question import Repeat
    from beholder.engine.variants import Variants

FILE = click.Path(path_type=Path, dir_okay=False)
HEADS = {  # all of the whole file, whoever was in parts that an earlier run made
    "people": "people in the file",
    "without_history": "without history",
    "profiling_off": "who allow none",
    "refused": "lines without an id",
    "left_out": "who refused or were erased meanwhile",
    "shards": "parts",
    "kept": "parts made before",
}
REFUSED = "whoever asks allows no recommendations of their own (`recommend` is off)"


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
@click.option(
    "--repeat",
    type=click.Choice(("never", "allow")),
    help="Whether what they did something with may come again; default: `serve.repeat`.",
)
@asking.VARIANTS
@asking.JSON
@click.option("--all", "everybody", is_flag=True, help="For everybody with a history, into --out.")
@click.option("--out", type=FILE, metavar="FILE", help="With --all: a .jsonl or .parquet file.")
@console.FORCE
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
    repeat: Repeat | None,
    variants: Variants | None,
    as_json: bool,
    everybody: bool,
    out: Path | None,
    force: bool,
    users: Path | None,
) -> None:
    """Recommend for a user, a session, or a history of items; for nobody: what is popular.

    With --all for everybody with a history, in parts: stopped and run again, it goes on.
    """
    from beholder import named_file

    if everybody:
        asked = (user, session, history, filter, repeat, variants)
        if out is None or any(asked) or diversity is not None:
            raise click.UsageError(
                "--all needs --out, and takes no user, session, history, filter, diversity, "
                "repeat or variants"
            )
        named_file.check(out, force)
        _everybody(folder, out, k, users, as_json)
        return
    if out is not None or users is not None or force:
        raise click.UsageError("--out, --force and --users are for --all")
    import beholder
    from beholder.engine.question import Question

    with beholder.open(folder) as engine:
        question = Question(k, filter=filter, diversity=diversity, repeat=repeat, variants=variants)
        who = asking.person(user, session, history)
        answer = engine.recommend(**who, question=question)
        why = ""
        if answer.level == "popular" and (user or session) and engine.store is not None:
            seen = engine.store.snapshot(user, session)
            why = "nothing is known of who asks" if seen.profiling else REFUSED
        asking.show(answer, as_json, why)


def _everybody(folder: Path, out: Path, k: int, users: Path | None, as_json: bool) -> None:
    import beholder
    from beholder.engine.batch import recommend_all

    with beholder.open(folder) as engine, console.progress() as progress:
        report = recommend_all(engine, out, k, users, progress)
    if as_json:
        console.as_json(report)
        return
    told = msgspec.structs.asdict(report)
    console.table([HEADS[name] for name in told], [list(told.values())])
