"""`beholder train --tune-encoder`: an encoder is tuned, or left alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from beholder.cli import console, train_network

if TYPE_CHECKING:
    from beholder.encoders.item_network import Reads
    from beholder.settings import Augmentation
    from beholder.training.train import Trained
    from beholder.training.tuned import Asked, TunedEncoder
    from beholder.workspace import Workspace


def without(folder: Path, budget: str | None, seed: int | None, as_json: bool) -> None:
    """Train with the frozen encoders again."""
    from beholder.training.tuned import untuned
    from beholder.workspace import Workspace

    with console.progress() as progress:
        trained = untuned(Workspace.open(folder), budget, seed, progress)
    if as_json:
        console.as_json(trained)
    else:
        show_bundle(trained)


def tune(
    folder: Path,
    kind: str,
    budget: str | None,
    seed: int | None,
    as_json: bool,
    *,
    resume: bool,
    tensorboard: Path | None,
    user: str | None,
    **options: Any,
) -> None:
    """Tune an encoder, with a line an epoch."""
    from beholder.training.tuned import check_asked, tune_encoder
    from beholder.workspace import Workspace

    train_network.refuse(user=user)
    workspace = Workspace.open(folder)
    asked = asked_of(workspace, kind, budget, seed, **options)
    asked = asked._replace(resume=resume, events=tensorboard)
    check_asked(asked)
    with console.progress() as progress:
        told = train_network.teller(progress, silent=as_json)
        tuned = tune_encoder(workspace, asked._replace(progress=progress, told=told))
    if as_json:
        console.as_json(tuned)
    else:
        show(tuned)


def asked_of(
    workspace: Workspace,
    kind: str,
    budget: str | None,
    seed: int | None,
    *,
    loss: str | None,
    epochs: int | None,
    batch_size: int | None,
    lr: float | None,
    side: int | None,
    views: int | None,
    words: Reads | None,
    augment: tuple[Augmentation, ...] = (),
) -> Asked:
    """Return what is to be tuned, and how; what says nothing to a kind is refused."""
    from beholder.training.budget import check_seed, seconds
    from beholder.training.tuned import Asked

    train_network.refuse(loss=loss)
    if kind == "projection":
        train_network.refuse(side=side, augment=augment)
    if kind != "mmcnn":
        train_network.refuse(words=words)
    changes = () if kind == "projection" else tuple(workspace.settings.train.augment)
    return Asked(
        kind,
        10 if epochs is None else epochs,
        batch_size,
        lr,
        check_seed(workspace.settings.train.seed if seed is None else seed),
        side,
        augment or changes,
        1 if views is None else views,
        words or "conv",
        None if budget is None else seconds(budget),
    )


def show(tuned: TunedEncoder) -> None:
    """Print what tuning came to."""
    for note in tuned.notes:
        console.echo(f"- {note}")
    console.echo(
        f"NDCG@10 by vectors alone, on what was left out: {tuned.against} {tuned.frozen:.4f}, "
        f"tuned {tuned.ndcg:.4f}: {tuned.gain:+.4f} (standard error {tuned.error:.4f})"
    )
    console.echo(train_network.kept(tuned.best, tuned.epochs, tuned.ended, tuned.seconds))
    if tuned.used:
        console.echo(f"{tuned.encoder} is in encode.encoders, and in the bundle")
    else:
        console.echo(
            f"{tuned.encoder} is kept, and not put to use: it is not surely better. To use it "
            "all the same, name it in encode.encoders and train"
        )
    if tuned.trained is not None:
        show_bundle(tuned.trained)


def show_bundle(trained: Trained) -> None:
    """Print which bundle was trained, and whether it is served."""
    console.members(trained.members)
    for note in trained.notes:
        console.echo(f"- {note}")
    state = "served" if trained.refused is None else f"not served: {trained.refused}"
    console.echo(f"bundle {trained.bundle}: {trained.seconds:.0f} s; {state}")


def refuse_beside_none(**others: Any) -> None:
    """Refuse options of a training of a bundle: it is trained as the settings say."""
    train_network.refuse_given(
        others,
        "--tune-encoder none trains as the settings say, without {given}",
        "leave it out, and train once more with it but without --tune-encoder",
    )


def refuse_all(network: dict[str, Any]) -> None:
    """Refuse options of a training where nothing is tuned."""
    train_network.refuse(**network)
