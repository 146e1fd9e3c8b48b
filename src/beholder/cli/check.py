"""`beholder check`: the data card of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.catalogue.card import Card


@click.command("check")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: Path, as_json: bool) -> None:
    """Describe the data of the workspace DIR, and warn of what would mislead.

    Density, tails, history lengths, missing and doubled pictures, and order that leaks.
    """
    from beholder.catalogue.card import card
    from beholder.store import Store
    from beholder.workspace import Workspace

    with Store.open(Workspace.open(directory)) as store:
        made = card(store)
    if as_json:
        console.as_json(made)
    else:
        _print(made)


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
