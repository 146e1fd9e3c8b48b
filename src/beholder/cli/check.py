"""`beholder check`: the data card of a workspace, or what this machine can train with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.catalogue.card import Card
    from beholder.training.machine import Extra, Machine


@click.command("check")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--machine", "of_machine", is_flag=True, help="This machine instead; takes no DIR.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: Path | None, of_machine: bool, as_json: bool) -> None:
    """Describe the data of the workspace DIR, and warn of what would mislead.

    Density, tails, history lengths, missing and doubled pictures, and order that leaks.

    With --machine: extras, cores, memory and graphics card of this machine, whether they fit
    each other, and what training will use.
    """
    from beholder.errors import UsageError

    if (directory is None) != of_machine:
        raise UsageError(
            "a workspace or the machine is checked, one at a time",
            remedy="name a DIR, or --machine",
        )
    if directory is None:
        _check_machine(as_json)
        return
    from beholder.catalogue.card import card
    from beholder.store import Store
    from beholder.workspace import Workspace

    with Store.open(Workspace.open(directory)) as store:
        made = card(store)
    if as_json:
        console.as_json(made)
    else:
        _print(made)


def _check_machine(as_json: bool) -> None:
    from beholder.training.machine import machine

    found = machine()
    if as_json:
        console.as_json(found)
    else:
        _print_machine(found)


def _print_machine(found: Machine) -> None:
    cores, memory, cards = found.cores, found.memory, found.graphics
    quota = "" if cores.quota is None else f", {cores.quota:g} at a time"
    driver = (
        "-" if cards.driver is None else f"{cards.driver}, CUDA up to {cards.cuda or 'unknown'}"
    )
    built = "" if found.torch is None else f", built for {_built(found.torch_cuda)}"
    rows = [
        ("Python", f"{found.python}, {found.system}"),
        ("cores that may be used", f"{cores.usable} of {cores.all}{quota}"),
        ("memory, and what is free", f"{_gigabytes(memory.all)}, {_gigabytes(memory.free)}"),
        ("graphics cards", "; ".join(cards.cards) or "none of NVIDIA"),
        ("driver", driver),
        ("PyTorch", f"{found.torch or '-'}{built}"),
        *((f"extra {extra.name}", _extra(extra)) for extra in found.extras),
        *(("training uses", line) for line in found.uses),
    ]
    console.table(["what", "value"], rows)
    for problem in found.problems:
        click.echo(f"warning: {problem.what}; {problem.remedy}")


def _built(cuda: str | None) -> str:
    return "processors" if cuda is None else f"CUDA {cuda}"


def _extra(extra: Extra) -> str:
    if extra.version is None:
        return f"not installed ({extra.purpose}): {extra.remedy}"
    return f"{extra.version} ({extra.purpose})"


def _gigabytes(n: int | None) -> str:
    return "unknown" if n is None else f"{n / 1e9:.1f} GB"


def _print(made: Card) -> None:
    rows = [
        ("people", f"{made.users}"),
        ("items", f"{made.items}"),
        ("events", f"{made.events}"),
        *((f"  {kind}", f"{n}") for kind, n in made.kinds.items()),
        ("pairs of person and item", f"{made.pairs}"),
        *([("ratings are on a scale of", made.rating_scale)] if made.rating_scale else []),
        ("density", f"{made.density:.5%}"),
        ("days from first to last", f"{made.days:.1f}"),
        ("events in the last week", f"{made.last_week_share:.0%}"),
        ("events a person (10 %, half, 90 %, most)", _four(made.history)),
        ("events an item (10 %, half, 90 %, most)", _four(made.events_of_item)),
        ("items without events", f"{made.items_without_events}"),
        ("events on the top tenth of items", f"{made.top_tenth_share:.0%}"),
        ("Gini of items", f"{made.gini:.2f}"),
        ("items without picture", f"{made.items_without_picture}"),
        ("items with several pictures", f"{made.items_with_several_pictures}"),
        ("pictures", f"{made.pictures}"),
        ("pictures not encoded, or unreadable", f"{made.pictures_not_encoded}"),
        ("items that share a picture", f"{made.items_sharing_a_picture}"),
        ("last events within an hour of another", f"{made.basket_completion:.0%}"),
        ("pairs inside of baskets that rise in id", f"{made.order.rising} of {made.order.pairs}"),
    ]
    console.table(["what", "value"], rows)
    for warning in made.warnings:
        click.echo(f"warning: {warning}")


def _four(values: list[float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values)
