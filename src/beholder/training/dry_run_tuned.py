"""What tuning an encoder would take: pictures to encode and to read, and batches that are tried."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from beholder.dataset.build import build
from beholder.encoders.item_network import KIND as MMCNN
from beholder.encoders.look_time import seconds_to_look
from beholder.encoders.registry import vector_cache
from beholder.errors import DataError
from beholder.store.store import Store
from beholder.training.budget import told
from beholder.training.dry_run_networks import seconds_to_read
from beholder.training.foreseen import Line, with_memory
from beholder.training.lessons import FROZEN, Taught, taught
from beholder.training.tuned import BATCHES, HALF, Asked, side_of
from beholder.workspace import Workspace


def tuned_line(workspace: Workspace, store: Store, asked: Asked) -> Line:
    """Return what tuning an encoder would be, the training of a bundle with it aside."""
    line = Line(asked.kind, "network")
    if find_spec("torch") is None:
        line.machine = "it needs pip install 'beholder[torch]'"
    try:
        built = build(workspace, store, asked.seed)
        words = asked.kind == MMCNN
        lessons = taught(workspace, built, asked.seed, words=words, assumed=True)
    except DataError as error:
        line.data = error.message
    else:
        if find_spec("torch") is not None:
            _tried(workspace, lessons, asked, line)
    line.left_out = line.data or line.machine
    return line


def _tried(workspace: Workspace, lessons: Taught, asked: Asked, line: Line) -> None:
    from beholder.networks.foreseen_tuned import Sizes, cost_of_tuning
    from beholder.networks.tuned import Tuning

    alone, side = asked.kind == "projection", side_of(asked)
    batch = asked.batch or BATCHES[asked.kind]
    coupled = len(np.unique(np.concatenate([lessons.first, lessons.second])))
    judged = len(lessons.chooser.judged)
    sizes = Sizes(len(lessons.digests), coupled, len(lessons.first), judged)
    tuning = Tuning(asked.kind, batch, (), asked.views, asked.words)
    cost = cost_of_tuning(tuning, sizes, side, asked.epochs)
    covers = [digest for digest in lessons.digests if digest]
    missing = len(vector_cache(workspace, FROZEN).missing(covers))
    read, look = seconds_to_read(workspace, covers, 0 if alone else side), seconds_to_look()
    first = missing * (look + read / max(len(covers), 1))  # what the frozen network lacks
    then = read + asked.views * len(covers) * look if alone else 2 * read
    line.seconds = cost.seconds + first + then
    if cost.memory is not None:
        line.memory = cost.memory + (0 if alone else 3 * side**2 * sizes.rows)
    with_memory(line)
    budget = asked.budget
    if budget is not None and line.seconds > HALF * budget:
        line.budget = f"half of {told(budget)} ends it before its last epoch"
