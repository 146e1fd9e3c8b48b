"""The evaluation of a workspace, once for each seed: what the command and Python both call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import product

import numpy as np

from beholder.blending.members import named
from beholder.dataset.build import build
from beholder.engine.opening import pipeline_of
from beholder.engine.slate import Stage
from beholder.errors import UsageError
from beholder.evaluation import knock_out
from beholder.evaluation.evaluate import Evaluation, evaluate
from beholder.evaluation.protocols import check_protocol, cuts_of
from beholder.models.own import load_own
from beholder.progress import SILENT, Progress
from beholder.store.store import Store
from beholder.training.budget import seconds
from beholder.workspace import Workspace

UNMEASURED = "serve.value is in no row: what may follow is learned by `beholder train` alone"


def evaluations(
    workspace: Workspace,
    protocol: str,
    *,
    seeds: int = 1,
    budget: str | float | None = None,
    models: str | Iterable[str] = (),
    stages: Mapping[str, Sequence[Stage]] | None = None,
    without: str | Iterable[str] = (),
    curve: bool = False,
    showing: Callable[[], AbstractContextManager[Progress]] = lambda: nullcontext(SILENT),
) -> Iterator[Evaluation]:
    """Return the evaluations of some seeds, and of each cut, each made when it is asked for.

    Whatever is wrong with the call is said before anything is read; see `beholder.evaluate`.

    Parameters
    ----------
    showing
        Opens what shows how far it is, for each seed anew: results are printed in between.
    """
    if seeds < 1:
        raise UsageError(
            f"an evaluation of {seeds} seeds", remedy="ask for 1 or more", field="seeds"
        )
    check_protocol(protocol)
    load_own(workspace.settings.train.modules)
    chosen = named(models)
    taken = knock_out.check([without] if isinstance(without, str) else without)
    allowed = seconds(workspace.settings.train.budget if budget is None else budget)
    ask = partial(
        evaluate,
        protocol=protocol,
        budget=allowed,
        models=chosen,
        stages=stages,
        without=taken,
        curve=curve,
    )
    first = workspace.settings.train.seed
    each = product(range(first, first + seeds), range(cuts_of(protocol)))
    return (_one(workspace, seed, partial(ask, cut=cut), showing) for seed, cut in each)


def _one(
    workspace: Workspace,
    seed: int,
    ask: Callable[..., Evaluation],
    showing: Callable[[], AbstractContextManager[Progress]],
) -> Evaluation:
    with Store.open(workspace) as store:
        made = build(workspace, store, seed)
    whole = pipeline_of(workspace, np.random.default_rng(seed))
    served = whole.without_value()
    with showing() as progress:
        told = ask(
            made.dataset,
            seed=seed,
            items=made.items,
            served=served,
            measured=made.measured,
            progress=progress,
        )
    told.notes = made.left_out + told.notes
    if served.stages != whole.stages:
        told.notes.append(UNMEASURED)
    return told
