"""`beholder train --tune-encoder`: its options, and what the small network prints."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.networks.task import Epoch
    from beholder.progress import Progress
    from beholder.settings import Augmentation
    from beholder.training.classic import Classic, How
    from beholder.workspace import Workspace

USUAL: dict[str, Any] = {"epochs": 10, "batch_size": 64, "lr": 0.001, "loss": "bce"}
SMALL_CNN, NONE = "small-cnn", "none"
KINDS = click.Choice([NONE, "projection", "last", "all", "mmcnn", SMALL_CNN])
CHANGES = click.Choice(["flip", "crop", "colour", "erase", "mix"])
LOSSES = click.Choice(["bce", "mse", "cross-entropy"])
OPTIONS = (
    click.option(
        "--tune-encoder",
        type=KINDS,
        help="Learn from what is liked to see it: a map behind the frozen encoder, its last "
        "blocks, all of it; a network of pictures and words; or the small network. none: the "
        "frozen one again.",
    ),
    click.option("--user", metavar="ID", help="Only on what this user likes, and only for them."),
    click.option("--epochs", type=int, help="How often it sees everything.  [default: 10]"),
    click.option(
        "--batch-size", type=int, help="Pictures at once; projection: 1024.  [default: 64]"
    ),
    click.option("--lr", type=float, help="Step of Adam.  [default: 0.001]"),
    click.option("--loss", type=LOSSES, help="With small-cnn: what is made small.  [default: bce]"),
    click.option(
        "--augment",
        multiple=True,
        type=CHANGES,
        help="What is done to pictures while learning; repeat for several. Default: the setting.",
    ),
    click.option(
        "--side",
        type=int,
        help="With last, all and mmcnn: pixels, 32 to 96.  [default: 96; mmcnn: 64]",
    ),
    click.option(
        "--words",
        type=click.Choice(["conv", "gru"]),
        help="With mmcnn: convolutions read words, or a gated unit.  [default: conv]",
    ),
    click.option(
        "--views", type=int, help="2: with the mirror image, when encoding.  [default: 1]"
    ),
    click.option("--resume", is_flag=True, help="Go on where the last training stands."),
    click.option(
        "--tensorboard",
        metavar="FOLDER",
        type=click.Path(path_type=Path, file_okay=False),
        help="Write event files there; takes beholder[tensorboard].",
    ),
)


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a network's training."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def refuse_given(others: dict[str, Any], said: str, remedy: str) -> None:
    """Refuse options that were given, named where `said` has `{given}`.

    Raises
    ------
    UsageError
        If one is given.
    """
    from beholder.errors import UsageError

    given = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if given:
        raise UsageError(said.format(given=", ".join(given)), remedy=remedy)


def refuse(**others: Any) -> None:
    """Refuse options of the other training."""
    refuse_given(others, "{given} says nothing to the training of a network", "leave it out")


def refuse_dry(**others: Any) -> None:
    """Refuse options that a dry run does not follow."""
    remedy = "leave it out, or leave --dry-run out"
    refuse_given(others, "{given} says nothing to a dry run", remedy)


def refuse_without(network: dict[str, Any]) -> None:
    """Refuse options of a network's training where none is trained."""
    remedy = "add --tune-encoder, or leave it out"
    refuse_given(network, "{given} is for the training of a network", remedy)


def train(
    folder: Path,
    budget: str | None,
    seed: int | None,
    as_json: bool,
    *,
    user: str | None,
    resume: bool,
    tensorboard: Path | None,
    augment: tuple[Augmentation, ...],
    side: int | None,
    views: int | None,
    words: str | None,
    **numbers: Any,
) -> None:
    """Train the small network, with a line an epoch."""
    from beholder.training.budget import seconds
    from beholder.training.classic import check, train_classic, train_for
    from beholder.workspace import Workspace

    refuse(side=side, views=views, words=words)
    workspace = Workspace.open(folder)
    how = how_of(workspace, seed, numbers)._replace(
        deadline=None if budget is None else time.monotonic() + seconds(budget),
        augment=augment or tuple(workspace.settings.train.augment),
        resume=resume,
        events=tensorboard,
    )
    check(how)
    with console.progress() as progress:
        how = how._replace(progress=progress, told=teller(progress, silent=as_json))
        trained = train_classic(workspace, how) if user is None else train_for(workspace, user, how)
    if as_json:
        console.as_json(trained)
    else:
        show(trained)


def how_of(workspace: Workspace, seed: int | None, numbers: dict[str, Any]) -> How:
    """Return how the network is trained, by options that may be None."""
    from beholder.training.budget import check_seed
    from beholder.training.classic import How

    said = {name: USUAL[name] if value is None else value for name, value in numbers.items()}
    return How(
        epochs=said["epochs"],
        batch=said["batch_size"],
        rate=said["lr"],
        loss=said["loss"],
        seed=check_seed(workspace.settings.train.seed if seed is None else seed),
    )


def teller(progress: Progress, *, silent: bool) -> Callable[[Epoch, bool], None]:
    """Return what prints a line for each epoch, and on a terminal draws the losses so far."""
    losses: list[float] = []

    def told(epoch: Epoch, old: bool) -> None:
        from beholder.cli.curve import curve

        losses.append(epoch.loss)
        if isinstance(progress, console.BarProgress):
            progress.plot(curve(losses))
        if not old and not silent:
            console.echo(f"Epoch [{epoch.number}], Loss: {epoch.loss:.4f}, {_reached(epoch)}")

    return told


def _reached(epoch: Epoch) -> str:
    if "ndcg" in epoch.measures:
        return f"NDCG: {epoch.measures['ndcg']:.4f}"
    if "cosine" in epoch.measures:
        return f"Cosine: {epoch.measures['cosine']:.4f}"
    return f"Accuracy: {100 * epoch.measures['accuracy']:.2f}%"


def show(trained: Classic) -> None:
    """Print what a training came to."""
    made = trained.network
    for note in trained.notes:
        console.echo(f"- {note}")
    reached = f"accuracy {100 * made.accuracy:.2f}%"
    if made.auc is not None:
        reached = f"AUC {made.auc:.4f}, {reached}"
    always = "the commonest class" if made.classes else "no"
    console.echo(
        f"test part of {made.tested}: {reached}; always saying {always} reaches "
        f"{100 * made.always:.2f}%"
    )
    console.echo(kept(trained.best, trained.epochs, trained.ended, trained.seconds))
    if not trained.used:
        console.echo(
            "it is not put to use: on the test part it is not surely better than chance. "
            "`POST /recommend` answers as before, by likeness where there was no network"
        )
    elif trained.bundle is None:
        console.echo("`POST /recommend` answers this user with it, and nobody else")
    else:
        answers = f"`POST /recommend` answers with {made.name}"
        console.echo(f"bundle {trained.bundle} is served; {answers}")


def kept(best: int, epochs: int, ended: str, seconds: float) -> str:
    """Return which epoch was kept, and why it ended, in words."""
    ends = {"no better": "ended since nothing got better", "deadline": "ended by the budget",
            "stopped": "stopped"}  # fmt: skip
    why = f", {ends[ended]}" if ended in ends else ""
    return f"epoch {best} of {epochs} was kept{why}; {seconds:.0f} s"
