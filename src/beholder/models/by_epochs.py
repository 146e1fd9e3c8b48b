"""Where models that PyTorch trains meet the training loop; it is loaded when one is trained."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
import numpy as np
from msgspec import Meta

from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.models.contract import CHECKPOINT, FitOptions
from beholder.models.metric import weights_of
from beholder.networks import door
from beholder.scorers.interface import Floats, Mask
from beholder.spaces.metric import Metric

EXTRA = "torch"
PATIENCE = 6  # epochs without a better one end the training

Number = Annotated[int, Meta(ge=1)]
Weight = Annotated[float, Meta(ge=0, lt=1e9)]
Share = Annotated[float, Meta(ge=0, lt=1)]
Step = Annotated[float, Meta(gt=0, lt=1)]
Tau = Annotated[float, Meta(gt=0, lt=1e9)]
Decay = Annotated[float, Meta(gt=0, le=1)]


class EpochSettings(msgspec.Struct, frozen=True):
    """What all of these models are told; each is checked when it is made.

    Attributes
    ----------
    epochs
        Times that everything is read, at most.
    rate
        Of each step.
    decay
        Recency of the history.

    Raises
    ------
    UsageError
        If one has a value that nothing could be learned with.
    """

    epochs: Number = 60
    rate: Step = 1e-2
    decay: Decay = 0.9

    def __post_init__(self) -> None:
        for name, wanted in get_type_hints(type(self), include_extras=True).items():
            try:
                msgspec.convert(getattr(self, name), wanted)
            except msgspec.ValidationError as error:
                raise self.wrong(name, str(error)) from error

    def wrong(self, name: str, wanted: str) -> UsageError:
        """Return the error of a setting that has a wrong value."""
        found = f"{type(self).__name__}: {name} is {getattr(self, name)!r}"
        return UsageError(found, remedy=wanted[:1].lower() + wanted[1:], field=name)


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


def learn(task: Any, settings: EpochSettings, options: FitOptions) -> None:
    """Train the module of a task; at the deadline the epochs done so far count.

    Without a plan those after the best epoch are forgotten, and not counted; with one just as many
    are done as it says, so that the weights are the same.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C ended it, and whoever tries models has others by then.
    """
    from beholder.networks.loop import fit
    from beholder.networks.task import Options

    planned = options.most is not None
    checkpoint = None if options.checkpoints is None else _checkpoint(task, settings, options)
    most = settings.epochs if options.most is None else min(settings.epochs, options.most)
    trained = fit(
        task,
        Options(
            epochs=most,
            rate=settings.rate,
            seed=options.seed,
            patience=None if planned else PATIENCE,
            deadline=options.deadline,
            progress=options.progress,
            checkpoint=checkpoint,
            resume=options.resume and checkpoint is not None and checkpoint.exists(),
            whole=True,
            last=planned,
        ),
    )
    if trained.ended == "stopped" and not options.keep():
        raise KeyboardInterrupt
    options.counted(trained.best.number)


def _checkpoint(task: Any, settings: EpochSettings, options: FitOptions) -> Path:
    """Return the file that says where this very training stands, and no other."""
    assert options.checkpoints is not None
    what = repr((type(settings).__name__, settings, options.most, options.seed, task.data))
    named = hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
    return options.checkpoints / f"{CHECKPOINT}{named}.safetensors"


def learn_pairs(
    name: str, pairs: Any, parts: Any, module: Any, settings: Any, options: FitOptions, **more: Any
) -> None:
    """Train a module by comparing what was liked with what was not, if anything was.

    Parameters
    ----------
    pairs, parts
        All pairs, and how they were divided.
    more
        Of `PairTask`.
    """
    from beholder.networks.pairs import PairTask

    if len(pairs.users):
        task = PairTask(f"learning {name}", module, parts, settings.penalty, options.seed, **more)
        learn(task, settings, options)


def only(rows: Floats, there: Mask) -> Floats:
    """Return rows of items, zero where there is nothing."""
    found: Floats = np.where(there[:, None], rows, np.float32(0)).astype(np.float32)
    return found
