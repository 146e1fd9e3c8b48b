"""`beholder demo`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from beholder.training.classic import LossName
    from beholder.workspace import Workspace

CIFAR10 = "cifar10"
EPOCHS = 10


@click.command("demo")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--items", default=2000, show_default=True, help="Pictures to paint or to show.")
@click.option("--visitors", default=1000, show_default=True, help="Visitors to simulate.")
@click.option("--seed", default=7, show_default=True, help="The same seed paints the same gallery.")
@click.option(
    "--data",
    type=(click.Choice(["hm", "movielens", CIFAR10]), click.Path(path_type=Path)),
    metavar="NAME FOLDER",
    help="Real files that you hold instead: hm, movielens or cifar10, and their folder.",
)
@click.option(
    "--learn",
    is_flag=True,
    help="Paint a gallery whose taste hides, and tune an encoder from its pixels; takes PyTorch.",
)
@click.option("--like", metavar="CLASS", help="With cifar10: this class is liked, no other.")
@click.option("--epochs", type=int, help="With cifar10: how often it is seen.  [default: 10]")
@click.option("--budget", default="40s", show_default=True, help="How long training may take.")
@click.option("--port", default=5000, show_default=True, help="Where to serve.")
@click.option("--check", "only_check", is_flag=True, help="Prove that it works, and end.")
def command(
    folder: Path | None,
    items: int,
    visitors: int,
    seed: int,
    data: tuple[str, Path] | None,
    learn: bool,
    like: str | None,
    epochs: int | None,
    budget: str,
    port: int,
    only_check: bool,
) -> None:
    """Build a generated gallery with simulated visitors in DIR, and serve it.

    DIR is demo-workspace where none is named; with --data it is demo-hm, demo-movielens or
    demo-cifar10. A demo that was built there before is served at once.

    With --data cifar10 a small network learns its ten classes, or with --like one of them against
    the rest, and `POST /recommend` answers with it. It takes PyTorch: beholder[torch].

    With --learn the gallery is another one, of which 360 small pictures are painted unless
    --items says otherwise: what visitors like hides in a fine weave. The last blocks of the
    encoder are tuned on it, with a line an epoch and event files for TensorBoard.
    """
    from beholder.errors import UsageError
    from beholder.workspace import Workspace

    classic = data is not None and data[0] == CIFAR10
    if not classic and (like is not None or (epochs is not None and not learn)):
        raise UsageError(
            "--like and --epochs are for a network", remedy="add --data cifar10 FOLDER"
        )
    if learn and data is not None:
        raise UsageError("--learn paints a gallery of its own", remedy="leave --data out")

    folder = folder or Path(f"demo-{'learned' if learn else data[0] if data else 'workspace'}")
    began = time.monotonic()
    if classic and data is not None:
        times = EPOCHS if epochs is None else epochs
        _build_classic(folder, data[1], like, items, times, seed, budget)
    elif learn:
        _build_learned(folder, _asked("items"), _asked("visitors"), seed, epochs, _asked("budget"))
    elif not (folder / "current").exists():
        _build(folder, items, visitors, seed, data, budget)
        click.echo(f"built in {time.monotonic() - began:.0f} s", err=True)
    workspace = Workspace.open(folder)
    if only_check:
        _check(workspace, learn)
        return
    _serve(workspace, port)


def _build(
    folder: Path,
    items: int,
    visitors: int,
    seed: int,
    data: tuple[str, Path] | None,
    budget: str,
) -> None:
    from beholder.cli import console
    from beholder.cli.init import create
    from beholder.demo import build
    from beholder.demo.files import TITLE
    from beholder.errors import UsageError
    from beholder.workspace import Workspace

    title = TITLE if data is None else f"Demo: {data[0]}"
    if not (folder / "beholder.toml").exists():
        create(folder, title)
    workspace = Workspace.open(folder)
    if workspace.settings.title != title:
        raise UsageError(
            f"{folder} is a workspace of another kind ({workspace.settings.title})",
            remedy="name a new folder for the demo",
        )
    with console.progress() as progress:
        if data is None:
            request = build.generated(workspace, items, visitors, seed, progress)
        else:
            request = build.held(*data)
        trained = build.build(workspace, request, budget, progress)
    sizes = {"pictures": trained.n_items, "visitors": trained.n_users, "pairs": trained.n_pairs}
    said = ", ".join(console.counted(n, of) for of, n in sizes.items())
    click.echo(f"{said}; bundle {trained.bundle}", err=True)


def _asked(name: str) -> Any:
    """Return what was asked for; None: its usual value stands."""
    context = click.get_current_context()
    usual = context.get_parameter_source(name) is click.core.ParameterSource.DEFAULT
    return None if usual else context.params[name]


def _build_learned(
    folder: Path,
    items: int | None,
    visitors: int | None,
    seed: int,
    epochs: int | None,
    budget: str | None,
) -> None:
    from beholder.cli import console, train_network, tune
    from beholder.cli.init import create
    from beholder.demo import learned
    from beholder.workspace import Workspace

    wanted = learned.Wanted.of(items, visitors, seed, epochs, budget)
    learned.check(wanted)
    if not (folder / "beholder.toml").exists():
        create(folder, learned.TITLE)
    workspace = Workspace.open(folder)
    if learned.built(workspace):
        return
    with console.progress() as progress:
        told = train_network.teller(progress, silent=False)
        done = learned.build(workspace, wanted, progress, told)
    tune.show(done)
    click.echo(f"tensorboard --logdir {learned.events_of(workspace)}", err=True)


def _build_classic(
    folder: Path, place: Path, like: str | None, items: int, epochs: int, seed: int, budget: str
) -> None:
    from beholder.cli import console, train_network
    from beholder.cli.init import create
    from beholder.demo.classic import Wanted, build, built, check_wanted
    from beholder.training.classic import How
    from beholder.workspace import Workspace

    wanted = Wanted(like, items, budget)
    loss: LossName = "cross-entropy" if like is None else "bce"
    how = How(epochs=epochs, loss=loss, seed=seed)
    if (folder / "current").exists() and built(Workspace.open(folder)):
        return
    check_wanted(wanted, how)
    if not (folder / "beholder.toml").exists():
        create(folder, "Demo: CIFAR-10" if like is None else f"Demo: CIFAR-10, {like}")
    workspace = Workspace.open(folder)
    with console.progress() as progress:
        told = train_network.teller(progress, silent=False)
        trained = build(workspace, place, wanted, how._replace(progress=progress, told=told))
    train_network.show(trained)


def _check(workspace: Workspace, learn: bool) -> None:
    from beholder.demo.check import check, check_network, running
    from beholder.demo.learned import check_learned

    with running(workspace) as address:
        told = check_learned(address, workspace) if learn else check_network(address)
        for line in (*check(address), *told):
            click.echo(line)


def _serve(workspace: Workspace, port: int) -> None:
    from functools import partial

    from beholder.service.reach import Reach
    from beholder.service.server import serve

    settings = workspace.settings.serve

    def say(line: str) -> None:
        click.echo(line)
        click.echo(
            "look at it in a browser; like something, and the rows below follow. Ctrl-C ends it"
        )

    serve(
        workspace,
        Reach.of(settings),
        port,
        settings.workers,
        say=say,
        whisper=partial(click.echo, err=True),
    )
