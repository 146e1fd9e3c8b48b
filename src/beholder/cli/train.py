"""`beholder train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import asking, console, train_network, tune

if TYPE_CHECKING:
    from beholder.training.train import Trained


@click.command("train")
@asking.FOLDER
@click.option("--model", "models", multiple=True, help="Only these members; default: auto.")
@click.option("--budget", help="How long it may take: 90s, 10m, 1h.")
@click.option("--seed", type=int, help="Draws whatever is random; the budget decides the rest.")
@click.option("--plan", help="Follow the decisions of a bundle, or of its choice.json, again.")
@click.option("--promote", is_flag=True, help="Serve it even if it is worse than the live bundle.")
@click.option("--dry-run", is_flag=True, help="Only say which models suit, and what they take.")
@train_network.options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(
    folder: Path,
    models: tuple[str, ...],
    budget: str | None,
    seed: int | None,
    plan: str | None,
    promote: bool,
    dry_run: bool,
    as_json: bool,
    tune_encoder: str | None,
    resume: bool,
    **network: Any,
) -> None:
    """Fit, tune and blend recommenders; write a bundle, and promote it unless it is worse.

    With --tune-encoder an encoder of pictures is tuned on what people like together, and where it
    is surely better, a bundle is trained with it. With small-cnn a network learns from pixels what
    is liked, and `POST /recommend` answers with it: for everybody in a new bundle, or with --user
    for one person alone. It takes PyTorch: pip install 'beholder[torch]'. What is served does not.

    Ctrl-C ends the trying, and what there is by then is served. With --resume what PyTorch learned
    goes on where it was stopped; the rest is learned again.

    With --dry-run nothing is trained or written: of each model it is said whether data, machine
    and budget suit it, about how many seconds and how much memory it takes, and why not.
    """
    import beholder

    if dry_run:
        from beholder.cli import dry_run as rehearsal

        train_network.refuse_dry(plan=plan, promote=promote, resume=resume)
        if tune_encoder is None:
            train_network.refuse_without(network)
            rehearsal.of_members(folder, models, budget, seed, as_json)
        else:
            train_network.refuse(model=models)
            rehearsal.of_network(folder, tune_encoder, budget, seed, as_json, **network)
        return
    if tune_encoder is not None:
        if tune_encoder == train_network.NONE:
            tune.refuse_beside_none(model=models, plan=plan, promote=promote, resume=resume)
        train_network.refuse(model=models, plan=plan, promote=promote)
        if tune_encoder == train_network.SMALL_CNN:
            train_network.train(folder, budget, seed, as_json, resume=resume, **network)
        elif tune_encoder == train_network.NONE:
            tune.refuse_all(network)
            tune.without(folder, budget, seed, as_json)
        else:
            tune.tune(folder, tune_encoder, budget, seed, as_json, resume=resume, **network)
        return
    train_network.refuse_without(network)
    with console.progress() as progress:
        trained = beholder.train(
            folder,
            budget=budget,
            models=models,
            seed=seed,
            progress=progress,
            promote_anyway=promote,
            plan=plan,
            resume=resume,
        )
    if as_json:
        console.as_json(trained)
        _tell_of_rules(folder, trained.bundle)
        _warn(trained)
        return
    console.members(trained.members)
    for note in trained.notes:
        console.echo(f"- {note}")
    sizes = {"items": trained.n_items, "users": trained.n_users, "pairs": trained.n_pairs}
    said = ", ".join(console.counted(n, of) for of, n in sizes.items())
    console.echo(f"bundle {trained.bundle}: {said}, {trained.seconds:.0f} s")
    _tell_of_rules(folder, trained.bundle)
    if trained.refused is not None:
        console.echo(f"not served: {trained.refused}")
        console.echo(
            f"to serve it all the same: `beholder bundle promote {folder} {trained.bundle}`, "
            "or train with --promote"
        )
    else:
        console.echo(f"next: beholder serve {folder}")
    _warn(trained)


def _warn(trained: Trained) -> None:
    """Say last, on stderr, that a bundle follows nobody's likes."""
    if trained.alone is not None:
        console.echo(f"WARNING: {trained.alone}", err=True)


def _tell_of_rules(folder: Path, bundle: str) -> None:
    """Say which standing rules do nothing in a bundle, and why; on stderr, beside any JSON."""
    from beholder.engine.opening import open_engine

    with open_engine(folder, bundle) as engine:
        for problem in engine.rule_problems:
            console.echo(f"rules: {problem}", err=True)
