"""`beholder evaluate`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("evaluate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--protocol",
    type=click.Choice(["leave-last-out", "next-basket", "cold-items"]),
    default="next-basket",
    show_default=True,
    help="What is asked.",
)
@click.option("--model", "models", multiple=True, help="Members the blend may use; default: all.")
@click.option("--budget", help="How long fitting may take: 90s, 10m, 1h.")
@click.option(
    "--seeds", default=1, show_default=True, help="How many seeds, from the settings' on."
)
@click.option(
    "--json", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write all."
)
def command(
    folder: Path,
    protocol: str,
    models: tuple[str, ...],
    budget: str | None,
    seeds: int,
    target: Path | None,
) -> None:
    """Measure how good the recommendations are, beside popularity and item-kNN."""
    import msgspec

    from beholder.cli import console
    from beholder.dataset.build import build
    from beholder.evaluation.evaluate import evaluate
    from beholder.store.store import Store
    from beholder.training.budget import seconds
    from beholder.workspace import Workspace

    workspace = Workspace.open(folder)
    settings = workspace.settings
    allowed = seconds(budget or settings.train.budget)
    done = []
    for seed in range(settings.train.seed, settings.train.seed + seeds):
        with Store.open(workspace) as store:
            made = build(workspace, store, seed)
        with console.progress() as progress:
            result = evaluate(
                made.dataset,
                protocol,
                seed=seed,
                budget=allowed,
                items=made.items,
                models=models,
                progress=progress,
            )
        done.append(result)
        click.echo(
            f"{result.label}, seed {seed}: {result.cases} users, {result.targets} targets, "
            f"full catalogue of {made.dataset.n_items} items, {result.seconds:.0f} s"
        )
        console.table(
            ("model", "NDCG@10", "95 % from", "to", "HR@20", "coverage@10", "blend is", "p"),
            [
                (
                    row.model,
                    row.ndcg10,
                    row.low,
                    row.high,
                    row.hr20,
                    row.metrics["coverage@10"],
                    "" if row.against is None else _times(*row.against),
                    row.p,
                )
                for row in result.rows
            ],
        )
    if target is not None:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(done), indent=1))
        click.echo(f"written: {target}", err=True)


def _times(ratio: float, low: float, high: float) -> str:
    return f"{ratio:.2f}x ({low:.2f} to {high:.2f})"
