"""Beholder: live, personal, explained recommendations from pictures and behaviour.

What is heavy is imported by the function that needs it, so that `import beholder` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from beholder.errors import BeholderError, VectorsError
from beholder.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from beholder.engine.engine import Engine
    from beholder.engine.slate import Stage
    from beholder.evaluation.evaluate import Evaluation
    from beholder.frames.recommender import Recommender
    from beholder.models.contract import Model
    from beholder.progress import Progress
    from beholder.reporting.make import Report
    from beholder.training.train import Trained

__all__ = [
    "BeholderError",
    "__version__",
    "evaluate",
    "fit",
    "load",
    "open",
    "register",
    "report",
    "train",
]
__version__ = "0.1.0"


def open(folder: str | Path, *, stages: Sequence[Stage] | None = None) -> Engine:
    """Open the promoted bundle of a workspace together with its store.

    Parameters
    ----------
    folder
        A workspace made by `beholder init`.
    stages
        What answers pass through after retrieval; None: as they are served.

    Returns
    -------
    An engine with `recommend similar search score record explain`. It follows promotions: the next
    question after one is answered from the new bundle.

    Raises
    ------
    WorkspaceError
        If the folder is no workspace.
    BundleError
        If nothing was trained yet.
    """
    from beholder.engine.opening import open_engine

    return open_engine(folder, stages=stages)


def train(
    folder: str | Path,
    *,
    budget: str | float | None = None,
    models: str | Iterable[str] = (),
    seed: int | None = None,
    plan: str | Path | None = None,
    promote_anyway: bool = False,
    resume: bool = False,
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
    resume
        Go on where the last training was stopped, in what PyTorch learns.
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
        resume=resume,
    )


def evaluate(
    folder: str | Path,
    protocol: str = "next-basket",
    *,
    seeds: int = 1,
    budget: str | float | None = None,
    models: str | Iterable[str] = (),
    stages: Mapping[str, Sequence[Stage]] | None = None,
    without: str | Iterable[str] = (),
    curve: bool = False,
    progress: Progress = SILENT,
) -> list[Evaluation]:
    """Measure how good the recommendations are, beside popularity and item-kNN.

    Parameters
    ----------
    folder
        A workspace with items and behaviour; nothing in it changes.
    protocol
        `next-basket`, `leave-last-out`, `cold-items`, `cold-users` or `time`: what is asked.
    seeds
        How many seeds, 1 or more, from the settings' on.
    budget
        How long the blend, and each baseline that is not quick, may be fitted for each seed;
        None: as the settings say.
    models
        Names of models that the blend may use; empty: all.
    stages
        Further rows of the table: the same blend through these stages, by name.
    without
        `pictures`, `words`, `behaviour`, `members`, or names of models: what is lost without
        each is a row of its own, and a sentence in `Evaluation.without`.
    curve
        Whether to learn from 10 and 30 % of the events, too: `Evaluation.learning` and `more`.

    Returns
    -------
    One evaluation a seed; of `time` one a seed and cut.

    Raises
    ------
    UsageError
        For an unknown protocol, model or part, or no seed.
    DataError
        If there are too few people to ask.
    """
    from contextlib import nullcontext

    from beholder.evaluation.seeds import evaluations
    from beholder.workspace import Workspace

    found = evaluations(
        Workspace.open(folder),
        protocol,
        seeds=seeds,
        budget=budget,
        models=models,
        stages=stages,
        without=without,
        curve=curve,
        showing=lambda: nullcontext(progress),
    )
    return list(found)


def report(
    folder: str | Path,
    protocols: str | Iterable[str] = ("next-basket", "cold-items"),
    *,
    seeds: int = 1,
    budget: str | float | None = None,
    without: str | Iterable[str] = ("pictures", "words", "behaviour"),
    results: Iterable[str | Path] = (),
    people: bool = True,
    k: int = 5,
    out: str | Path | None = None,
    force: bool = False,
    progress: Progress = SILENT,
) -> Report:
    """Write one HTML file that says how good the recommendations are, to be sent.

    Parameters
    ----------
    folder
        A workspace with items and behaviour; nothing in it changes but its folder `reports`.
    protocols, seeds, budget, without
        As `evaluate` has them; protocols that find too few people are left out, and named.
    results
        Files that `beholder evaluate --json` wrote: these are shown, and nothing is evaluated.
    people
        Whether some people's histories are shown, without who they are.
    k
        Items are shown that at least so many people did something with, 2 or more.
    out
        The file; None: a new one in `reports`.
    force
        Whether a file that is there may be replaced.

    Returns
    -------
    The file, its first sentence, and the evaluations.

    Raises
    ------
    UsageError
        For an unknown protocol or part, or a file that is there.
    DataError
        If there are too few people to ask, or a file of results cannot be read.
    """
    from contextlib import nullcontext
    from pathlib import Path

    from beholder.reporting.make import Wish, of_names, paths
    from beholder.reporting.make import report as made
    from beholder.workspace import Workspace

    wish = Wish(
        of_names(protocols),
        seeds,
        budget,
        of_names(without),
        paths(results),
        people,
        k,
        None if out is None else Path(out),
        force=force,
    )
    return made(Workspace.open(folder), wish, lambda: nullcontext(progress))


def fit(
    events: Any,
    items: Any | None = None,
    *,
    vectors: Mapping[str, Any] | None = None,
    model: str | type[Model] = "auto",
    columns: Mapping[str, str] | None = None,
    kind: str | None = None,
    budget: str | float = "1m",
    seed: int = 7,
    progress: Progress = SILENT,
) -> Recommender:
    """Fit on tables in memory, without a workspace; by the same road as `train`.

    Parameters
    ----------
    events
        A DataFrame, a pyarrow Table, a dict of arrays, or a tuple of arrays: user, item, time, and
        perhaps kind and value. Ids are any hashable values; times are dates, or numbers since 1970
        of any unit.
    items
        A table of the same kinds with the ids of items, and perhaps titles; its other columns are
        attributes. Items without events are recommended by their content.
    vectors
        By name: float (n, dim) for the rows of `items`, rows of NaN where there is none; or a dict
        from ids to vectors.
    model
        `auto`: all that suit the data; or one model by its name or class.
    columns
        Our names to the table's, where they cannot be guessed: `{"user": "buyer"}`.
    kind
        What happened, where no column says; None: ratings where there are some, else clicks.
    budget
        How long fitting may take: `90s`, `1m`, or seconds.

    Returns
    -------
    What is asked with a history of ids: `recommend similar score explain save`.

    Raises
    ------
    DataError
        If there are no events, a column is missing, or a row cannot be meant.
    ShapeError
        If columns differ in length.
    UsageError
        For a table that cannot be read, or an unknown model.
    """
    from beholder.frames.fit import Tables, fit_tables

    named = {} if vectors is None else vectors
    if not hasattr(named, "items"):
        raise VectorsError(
            "vectors come by the name that you give them",
            remedy='vectors={"mine": matrix}',
            field="vectors",
        )
    tables = Tables(events, items, named, dict(columns or {}), kind)
    return fit_tables(tables, model, budget, seed, progress)


def load(folder: str | Path) -> Recommender:
    """Open what `Recommender.save` wrote.

    Raises
    ------
    BundleError
        If a file is missing, cut, changed or of another format.
    """
    from beholder.frames.recommender import Recommender

    return Recommender.load(folder)


def register(model: type[Model]) -> type[Model]:
    """Add a model of one's own, which is then tuned, weighed, served and explained like ours.

    See docs/extending.md; it may stand above the class: `@beholder.register`.

    Raises
    ------
    UsageError
        If another model has its name, or its card does not say what it should.
    """
    from beholder.models.registry import register as add

    return add(model)
