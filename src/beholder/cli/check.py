"""`beholder check`: the data card of a workspace, or what this machine can train with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import console

if TYPE_CHECKING:
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
    from beholder.catalogue.card import card, rows_of
    from beholder.store import Store
    from beholder.workspace import Workspace

    with Store.open(Workspace.open(directory)) as store:
        made = card(store)
    if as_json:
        console.as_json(made)
        return
    console.table(["what", "value"], rows_of(made))
    for warning in made.warnings:
        console.echo(f"warning: {warning}")


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
        console.echo(f"warning: {problem.what}; {problem.remedy}")


def _built(cuda: str | None) -> str:
    return "processors" if cuda is None else f"CUDA {cuda}"


def _extra(extra: Extra) -> str:
    if extra.version is None:
        return f"not installed ({extra.purpose}): {extra.remedy}"
    return f"{extra.version} ({extra.purpose})"


def _gigabytes(n: int | None) -> str:
    return "unknown" if n is None else f"{n / 1e9:.1f} GB"
