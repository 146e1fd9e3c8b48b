"""Where models that PyTorch trains meet the training loop; it is loaded when one is trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.dataset.dataset import Dataset
from beholder.models.contract import FitOptions
from beholder.models.metric import weights_of
from beholder.networks import door
from beholder.scorers.interface import Floats, Mask
from beholder.spaces.metric import Metric

EXTRA = "torch"
PATIENCE = 6  # epochs without a better one end the training


def check_installed(name: str) -> None:
    """Refuse a model where PyTorch is not installed."""
    door.check(f"the model {name}")


def touched(dataset: Dataset) -> Mask:
    """Return the items that somebody liked: of others nothing can be learned by them."""
    found: Mask = dataset.interactions.item_counts > 0
    return found


def pairs_of(dataset: Dataset) -> Any:
    """Return who liked what, as `networks` reads it."""
    from beholder.networks.pairs import Pairs

    pairs = dataset.interactions
    users, items = pairs.users.astype(np.int64), pairs.items.astype(np.int64)
    return Pairs(users, items, pairs.n_users, pairs.n_items, np.flatnonzero(touched(dataset)))


def contents(dataset: Dataset, seed: int) -> tuple[Metric, Floats]:
    """Return how contents are read, and what is read of each item, float32 (n_items, D)."""
    spaces = dataset.content.spaces
    metric = Metric.begun(spaces, weights_of(list(spaces)), dataset.fitted, seed)
    return metric, metric.features(spaces, np.arange(dataset.n_items))


def nothing(width: int) -> Metric:
    """Return what makes nothing of a content: new items are left to other models."""
    return Metric((), np.zeros((0, width), np.float32))


def learn(task: Any, epochs: int, rate: float, options: FitOptions) -> None:
    """Train the module of a task; at the deadline the epochs done so far count.

    Without a plan those after the best epoch are forgotten, and not counted; with one just as many
    are done as it says, so that the weights are the same.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C ended it: whoever tries models has better ones by then.
    """
    from beholder.networks.loop import fit
    from beholder.networks.task import Options

    planned = options.most is not None
    most = min(epochs, options.most) if options.most is not None else epochs
    trained = fit(
        task,
        Options(
            epochs=most,
            rate=rate,
            seed=options.seed,
            patience=None if planned else PATIENCE,
            deadline=options.deadline,
            progress=options.progress,
            whole=True,
            last=planned,
        ),
    )
    if trained.ended == "stopped":
        raise KeyboardInterrupt
    options.counted(trained.best.number)


def only(rows: Floats, there: Mask) -> Floats:
    """Return rows of items, zero where there is nothing."""
    found: Floats = np.where(there[:, None], rows, np.float32(0)).astype(np.float32)
    return found
