"""`beholder export`: what people did, for others, without people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.privacy.anonymous import Told

NAME = "anonymous.jsonl"
LEFT = {
    "people_refusing": "people refuse `train` or `measure`",
    "events_refused": "events of people who refuse: left out",
    "events_without_item": "events of items that are gone: left out",
    "events_few": "events that too few people share: left out",
    "items_few": "items that too few people did something with: left out",
    "to_the_month": "events are told to the month",
    "without_time": "events are told without a time",
    "without_value": "events are told without their value",
}


@click.command("export")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--anonymous", is_flag=True, help="Counts that are the same for at least K people.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A file or a folder.")
@click.option(
    "--k", type=click.IntRange(2, 10_000), default=5, show_default=True, help="How many people."
)
@console.FORCE
@click.option("--json", "as_json", is_flag=True, help="Print the first line of the file alone.")
def command(
    directory: Path, anonymous: bool, out: Path, k: int, force: bool, as_json: bool
) -> None:
    """Write what people did into OUT, without people: JSON Lines, each of at least K of them.

    No line has a person, a number for one, a text or an hour. Whoever refuses to be learned from,
    or to be measured, is not in it. What fewer people share is told without its value, to the
    month, without a time, or not at all; all of it is counted in the first line.
    """
    from beholder import named_file
    from beholder.durable import write_file
    from beholder.errors import UsageError
    from beholder.privacy.anonymous import anonymous as made
    from beholder.privacy.anonymous import as_lines
    from beholder.store import Store
    from beholder.workspace import Workspace

    if not anonymous:
        raise UsageError(
            "an export of everybody is anonymous, and says so",
            remedy="add --anonymous; `beholder user export` is of one person",
        )
    path = out / NAME if out.is_dir() else out
    named_file.check(path, force)
    with Store.open(Workspace.open(directory)) as store:
        told, lines = made(store, k)
    write_file(path, *as_lines(told, lines))
    if as_json:
        console.as_json(told)
    else:
        _print(told, path)


def _print(told: Told, path: Path) -> None:
    console.table(
        ["file", "lines", "events", "items", "people a line"],
        [[path.name, told.lines, told.events, told.items, f"{told.k} or more"]],
    )
    for name, words in LEFT.items():
        n = getattr(told.left_out, name)
        if n is None and name == "people_refusing":
            console.echo(f"fewer than {told.k} {words}")
        elif n:
            console.echo(f"{n} {words}")
