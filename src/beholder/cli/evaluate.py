"""`beholder evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import asking, console
from beholder.percent import percent

if TYPE_CHECKING:
    from beholder.evaluation.evaluate import Evaluation

FROM = "`beholder report DIR --from {file}` shows it"


@click.command("evaluate")
@asking.FOLDER
@click.option(
    "--protocol",
    type=click.Choice(["leave-last-out", "next-basket", "cold-items", "cold-users", "time"]),
    default="next-basket",
    show_default=True,
    help="What is asked.",
)
@click.option("--model", "models", multiple=True, help="Members the blend may use; default: all.")
@click.option(
    "--without",
    multiple=True,
    help="pictures, words, behaviour, members or a model: what is lost without it.",
)
@click.option(
    "--curve", is_flag=True, help="Whether more data would help: learn from 10 and 30 % too."
)
@click.option("--budget", help="How long the blend may be fitted: 90s, 10m, 1h.")
@click.option(
    "--seeds",
    type=int,
    default=1,
    show_default=True,
    help="How many seeds, 1 or more, from the settings' on.",
)
@click.option(
    "--json", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write all."
)
@console.FORCE
def command(
    folder: Path,
    protocol: str,
    models: tuple[str, ...],
    without: tuple[str, ...],
    curve: bool,
    budget: str | None,
    seeds: int,
    target: Path | None,
    force: bool,
) -> None:
    """Measure how good the recommendations are, beside popularity and item-kNN."""
    from beholder import named_file
    from beholder.evaluation.seeds import evaluations
    from beholder.evaluation.written import Results
    from beholder.workspace import Workspace

    if target is not None:
        named_file.check(target, force)
    asked = evaluations(
        Workspace.open(folder),
        protocol,
        seeds=seeds,
        budget=budget,
        models=models,
        without=without,
        curve=curve,
        showing=console.progress,
    )
    use = "--json FILE would have kept it" if target is None else FROM.format(file=target)
    results = Results(target)
    with results.named(use):
        for result in asked:
            results.done.append(result)
            try:
                results.keep()
            finally:  # what cannot be written is shown
                _show(result)
                results.shown += 1
    if target is not None:
        console.echo(f"written: {target}", err=True)
        console.echo(f"next: beholder report {folder} --from {target}", err=True)
    else:
        console.echo(f"next: beholder train {folder}, or with --json FILE a report", err=True)


def _show(result: Evaluation) -> None:
    console.echo(
        f"{result.label}, seed {result.seed}: {result.cases} users, {result.targets} targets, "
        f"{percent(result.basket_share)} of them within an hour of what was known, ranked "
        f"{result.ranked}; {result.seconds:.0f} s"
    )
    console.table(
        ("model", "NDCG@10", "95 % from", "to", "HR@20", "coverage@10", "blend is", "p"),
        [
            (
                row.model,
                row.ndcg10,
                row.low,
                row.high,
                row.hr20,
                row.metrics["coverage@10"],
                "" if row.against is None else _times(*row.against),
                row.p,
            )
            for row in result.rows
        ],
    )
    _by_strata(result)
    _curve(result)
    for sentence in result.without:
        console.echo(sentence)
    for note in result.notes:
        console.echo(f"- {note}")
    after = list(result.rows[0].after)
    if after:
        console.echo("after so many events:")
        console.table(
            ("model", *(f"NDCG@10, {n}" for n in after), *(f"HR@20, {n}" for n in after)),
            [
                (
                    row.model,
                    *(own.ndcg10 for own in row.after.values()),
                    *(own.hr20 for own in row.after.values()),
                )
                for row in result.rows
            ],
        )


def _curve(result: Evaluation) -> None:
    """Print how good the blend is by a part of the behaviour."""
    if result.learning:
        console.table(
            ("of the events", "events", "NDCG@10", "95 % from", "to"),
            [
                (f"{one.share:.0%}", one.events, one.ndcg10, one.low, one.high)
                for one in result.learning
            ],
        )
    for sentence in result.more:
        console.echo(sentence)


def _by_strata(result: Evaluation) -> None:
    """Print the blend and who it is compared with, where little and where much is known."""
    from beholder.evaluation.strata import ITEMS, PEOPLE, named, of_kind

    shown = [row.model for row in result.rows if not row.model.startswith("auto,")]
    shown = [name for name in shown if not name.startswith("auto without")]
    for by in (ITEMS, PEOPLE):
        found = of_kind(result.strata, by)
        if len(found) > 1:
            console.table(
                (f"NDCG@10 by {by}", "users", *shown),
                [(named(one), one.cases, *(one.ndcg10[name] for name in shown)) for one in found],
            )


def _times(ratio: float, low: float, high: float) -> str:
    return f"{ratio:.2f}x ({low:.2f} to {high:.2f})"
