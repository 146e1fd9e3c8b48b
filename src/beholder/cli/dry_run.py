"""`beholder train --dry-run`: its table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from beholder.cli import console, train_network, tune

if TYPE_CHECKING:
    from beholder.settings import Augmentation
    from beholder.training.dry_run import DryRun
    from beholder.training.foreseen import Line

HEAD = ("model", "data", "machine", "budget", "seconds", "memory", "why")
LEGEND = (
    "data, machine, budget: whether they suit; seconds, memory: about, all trials and the last "
    "fitting together, beside the data; - is not known"
)


def of_members(
    folder: Path, models: tuple[str, ...], budget: str | None, seed: int | None, as_json: bool
) -> None:
    """Say which models suit, and which networks could be trained."""
    from beholder.training.dry_run import dry_run
    from beholder.workspace import Workspace

    found = dry_run(Workspace.open(folder), budget=budget, models=models, seed=seed)
    _tell(found, as_json)


def of_network(
    folder: Path,
    name: str,
    budget: str | None,
    seed: int | None,
    as_json: bool,
    *,
    user: str | None,
    tensorboard: Path | None,
    augment: tuple[Augmentation, ...],
    **options: Any,
) -> None:
    """Say what training a network for everybody, or tuning an encoder, would take."""
    train_network.refuse_dry(user=user, tensorboard=tensorboard, augment=augment)
    if name == train_network.SMALL_CNN:
        _of_small_cnn(folder, name, budget, seed, as_json, **options)
    else:
        _of_tuned(folder, name, budget, seed, as_json, **options)


def _of_small_cnn(
    folder: Path,
    name: str,
    budget: str | None,
    seed: int | None,
    as_json: bool,
    *,
    side: int | None,
    views: int | None,
    words: str | None,
    **numbers: Any,
) -> None:
    from beholder.training.budget import seconds
    from beholder.training.classic import check_numbers
    from beholder.training.dry_run import dry_run_network
    from beholder.workspace import Workspace

    train_network.refuse(side=side, views=views, words=words)
    workspace = Workspace.open(folder)
    how = train_network.how_of(workspace, seed, numbers)
    check_numbers(how)
    allowed = None if budget is None else seconds(budget)
    _tell(dry_run_network(workspace, name, how, allowed), as_json)


def _of_tuned(
    folder: Path, name: str, budget: str | None, seed: int | None, as_json: bool, **options: Any
) -> None:
    from beholder.errors import UsageError
    from beholder.training.dry_run import dry_run_tuned
    from beholder.training.tuned import check_numbers
    from beholder.workspace import Workspace

    if name == train_network.NONE:
        raise UsageError(
            "--tune-encoder none trains a bundle with the frozen encoders, and no network",
            remedy="leave it out: --dry-run alone says what that takes",
            field="tune_encoder",
        )
    workspace = Workspace.open(folder)
    asked = tune.asked_of(workspace, name, budget, seed, **options)
    check_numbers(asked)
    _tell(dry_run_tuned(workspace, asked), as_json)


def _tell(found: DryRun, as_json: bool) -> None:
    if as_json:
        console.as_json(found)
    else:
        show(found)


def show(found: DryRun) -> None:
    """Print what a training would be."""
    console.table(HEAD, [_row(line) for line in found.lines])
    console.echo(LEGEND, err=True)
    for note in found.notes:
        console.echo(f"- {note}")
    members = [line for line in found.lines if line.kind == "member"]
    if members and all(line.left_out for line in members):
        console.echo("training would end with an error: none of the models can be fitted")
    elif found.budget is not None and any(line.kind == "always" for line in found.lines):
        console.echo(
            f"training would take up to about {found.seconds:.0f} s, its budget is "
            f"{found.budget:.0f} s: what gets no weight is not fitted again, and near the end the "
            "clock decides"
        )
    console.echo(f"nothing was trained or written; {found.took:.0f} s")


def _row(line: Line) -> tuple[Any, ...]:
    suits = ["no" if one else "yes" for one in (line.data, line.machine, line.budget)]
    if line.data or line.machine:
        suits[2] = "-"
    why = "; ".join(one for one in (line.data, line.machine, line.budget) if one)
    if line.kind != "member":
        where = "in every blend" if line.kind == "always" else f"train --tune-encoder {line.name}"
        why = f"{why}; {where}" if why else where
    spent = "-" if line.seconds is None else _seconds(line.seconds)
    room = "-" if line.memory is None else console.amount(max(line.memory, 1000), "bytes")
    return (line.name, *suits, spent, room, why)


def _seconds(spent: float) -> str:
    return f"{spent:.0f} s" if spent >= 10 else f"{max(spent, 0.1):.1f} s"
