"""Beholder: live, personal, explained recommendations from pictures and behaviour.

What is heavy is imported by the function that needs it, so that `import beholder` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from beholder.errors import BeholderError
from beholder.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from beholder.engine.engine import Engine
    from beholder.evaluation.evaluate import Evaluation
    from beholder.progress import Progress
    from beholder.training.train import Trained

__all__ = ["BeholderError", "__version__", "evaluate", "open", "train"]
__version__ = "0.1.0"


def open(folder: str | Path) -> Engine:
    """Open the promoted bundle of a workspace together with its store.

    Parameters
    ----------
    folder
        A workspace made by `beholder init`.

    Returns
    -------
    An engine with `recommend similar search score record explain`.

    Raises
    ------
    WorkspaceError
        If the folder is no workspace.
    BundleError
        If nothing was trained yet.
    """
    from beholder.engine.engine import open_engine

    return open_engine(folder)


def train(
    folder: str | Path,
    *,
    budget: str | float | None = None,
    models: str | Iterable[str] = (),
    seed: int | None = None,
    plan: str | Path | None = None,
    promote_anyway: bool = False,
    progress: Progress = SILENT,
) -> Trained:
    """Fit, tune and blend recommenders; write a bundle, and serve it unless it is worse.

    Parameters
    ----------
    folder
        A workspace with items.
    budget
        `90s`, `10m`, `1h`, or seconds; None: as the settings say.
    models
        Names of models to consider; empty: those of the settings, or all.
    seed
        Draws whatever is random; None: as the settings say.
    plan
        A bundle, or a `choice.json`, whose decisions are followed again instead of the clock.
    promote_anyway
        Serve it even if it is certainly worse than the live bundle.
    progress
        Is told how far it is.

    Raises
    ------
    UsageError
        For an unknown model, a budget or a plan that cannot be read.
    WorkspaceError
        If the folder is no workspace, has no items, or is being trained already.
    """
    from beholder.training.train import train_workspace
    from beholder.workspace import Workspace

    return train_workspace(
        Workspace.open(folder),
        budget=budget,
        models=models,
        seed=seed,
        progress=progress,
        promote_anyway=promote_anyway,
        plan=plan,
    )


def evaluate(
    folder: str | Path,
    protocol: str = "next-basket",
    *,
    seeds: int = 1,
    budget: str | float | None = None,
    models: str | Iterable[str] = (),
    progress: Progress = SILENT,
) -> list[Evaluation]:
    """Measure how good the recommendations are, beside popularity and item-kNN.

    Parameters
    ----------
    folder
        A workspace with items and behaviour; nothing in it changes.
    protocol
        `next-basket`, `leave-last-out` or `cold-items`: what is asked.
    seeds
        How many seeds, 1 or more, from the settings' on.
    budget
        How long fitting may take for each seed; None: as the settings say.
    models
        Names of models that the blend may use; empty: all.

    Returns
    -------
    One evaluation a seed.

    Raises
    ------
    UsageError
        For an unknown protocol or model, or no seed.
    DataError
        If there are too few people to ask.
    """
    from beholder.evaluation.seeds import evaluations
    from beholder.workspace import Workspace

    found = evaluations(
        Workspace.open(folder),
        protocol,
        seeds=seeds,
        budget=budget,
        models=models,
        progress=progress,
    )
    return list(found)
