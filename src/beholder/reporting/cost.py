"""What it costs to have this: seconds, memory, how long an answer takes, how large a bundle is."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from operator import itemgetter

import msgspec
import numpy as np

from beholder.bundle.manifest import read
from beholder.bundle.parts import recipe
from beholder.bundle.promote import current, folder_of
from beholder.engine.opening import open_engine
from beholder.errors import BundleError
from beholder.evaluation.evaluate import Evaluation
from beholder.workspace import Workspace

ANSWERS, WARMING = 200, 20
LENGTH, LIST = 20, 20  # items of a history, and of an answer


class Bundle(msgspec.Struct, frozen=True):
    """The bundle that is served.

    Attributes
    ----------
    members
        What it is made of: weights among items with behaviour, the largest first.
    size
        Bytes of all its files.
    median, late
        Milliseconds of a personal answer of 20 items to a history of 20, in the engine, without
        HTTP: half of them, and 95 of 100, take no longer.
    """

    name: str
    created: str
    members: dict[str, float]
    items: int
    size: int
    median: float
    late: float


class Cost(msgspec.Struct, frozen=True):
    """What was spent.

    Attributes
    ----------
    seconds
        Of each evaluation, by its label and seed.
    memory
        Bytes, the most that the process ever held; None: it was not evaluated here.
    bundle
        None: nothing was trained yet, or what was cannot be opened; `missing` says which.
    """

    seconds: dict[str, float]
    memory: int | None = None
    bundle: Bundle | None = None
    missing: str = ""


def cost(workspace: Workspace, runs: Sequence[Evaluation], here: bool) -> Cost:
    """Measure what can be measured now; `here`: the evaluations were made by this process."""
    seconds = {f"{run.label}, seed {run.seed}": run.seconds for run in runs}
    memory = _most_memory() if here else None
    try:
        return Cost(seconds, memory, _bundle(workspace))
    except BundleError as error:
        return Cost(seconds, memory, missing=str(error))


def _bundle(workspace: Workspace) -> Bundle:
    name = current(workspace)
    folder = folder_of(workspace, name)
    manifest = read(folder, workspace.secrets)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    weights = {one.member: one.warm for one in recipe(folder).choice.members if one.warm > 0}
    largest = dict(sorted(weights.items(), key=itemgetter(1), reverse=True))
    median, late = _answers(workspace, name)
    return Bundle(name, manifest.created, largest, manifest.n_items, size, median, late)


def _answers(workspace: Workspace, name: str) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    with open_engine(workspace.root, name) as engine:
        ids = list(engine.now_showing.position_of_id)
        spent = []
        for _ in range(WARMING + ANSWERS):
            drawn = rng.choice(len(ids), min(LENGTH, len(ids)), replace=False)
            history = [ids[i] for i in drawn]
            began = time.perf_counter()
            engine.recommend(history=history, k=LIST)
            spent.append(1000 * (time.perf_counter() - began))
    median, late = np.percentile(spent[WARMING:], [50, 95])
    return float(median), float(late)


def _most_memory() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # there it is bytes already
