"""`beholder report`."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import asking, console


@click.command("report")
@asking.FOLDER
@click.option(
    "--protocol",
    "protocols",
    multiple=True,
    type=click.Choice(["leave-last-out", "next-basket", "cold-items", "cold-users", "time"]),
    default=("next-basket", "cold-items"),
    show_default="next-basket, cold-items",
    help="What is asked; several: one after the other.",
)
@click.option(
    "--without",
    multiple=True,
    default=("pictures", "words", "behaviour"),
    show_default="pictures, words, behaviour",
    help="What is taken away; see `beholder evaluate`.",
)
@click.option("--budget", help="How long the blend may be fitted: 90s, 10m, 1h.")
@click.option("--seeds", type=int, default=1, show_default=True, help="How many seeds.")
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Results of `beholder evaluate --json` instead: nothing is evaluated.",
)
@click.option("--no-people", is_flag=True, help="Show nobody's history, not even without a name.")
@click.option(
    "--k",
    type=click.IntRange(2, 10_000),
    default=5,
    show_default=True,
    help="Show items that so many people did something with.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write this file.  [default: a new one in DIR/reports]",
)
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table alone, too.",
)
@click.option(
    "--json",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all results, too, for --from.",
)
@console.FORCE
def command(
    folder: Path,
    protocols: tuple[str, ...],
    without: tuple[str, ...],
    budget: str | None,
    seeds: int,
    sources: tuple[Path, ...],
    no_people: bool,
    k: int,
    out: Path | None,
    markdown: Path | None,
    target: Path | None,
    force: bool,
) -> None:
    """Write one HTML file that says how good the recommendations are.

    The answer in plain words, the data, tables with intervals, whether pictures helped and more
    data would, who is served well and badly, and what it costs. It loads nothing and runs nothing.

    People are shown only where they allow `measure`, without anything that names them, and with
    items that at least K people did something with.
    """
    from beholder.reporting.make import Wish, foretold, report
    from beholder.workspace import Workspace

    if sources:
        _refuse_beside_results()
    workspace = Workspace.open(folder)
    wish = Wish(
        protocols,
        seeds,
        budget,
        without,
        sources,
        not no_people,
        k,
        out,
        markdown,
        target,
        force,
    )
    wish.check()
    if not sources:
        console.echo(foretold(workspace, wish), err=True)
    done = report(workspace, wish, console.progress)
    for told in done.left_out:
        console.echo(f"warning: {told}", err=True)
    console.echo(done.answer)
    console.echo(f"written: {done.file}", err=True)
    if done.file.parent == workspace.people_reports:
        console.echo(
            "it shows what single people did, and is destroyed with the next erasure: pass on one "
            "with --no-people",
            err=True,
        )
    elif not no_people:
        console.echo("it shows what single people did, and no erasure reaches it there", err=True)
    for file in (markdown, target):
        if file is not None:
            console.echo(f"written: {file}", err=True)


def _refuse_beside_results() -> None:
    """Refuse what would evaluate where results are only shown.

    Raises
    ------
    click.UsageError
        If such an option was given.
    """
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    for option in ("protocols", "without", "budget", "seeds"):
        if context.get_parameter_source(option) != default:
            name = option.removesuffix("s") if option == "protocols" else option
            raise click.UsageError(f"--{name} is for evaluating: --from shows what was evaluated")
