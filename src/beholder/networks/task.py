"""What the training loop trains, and what it says of each epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from beholder.progress import SILENT, Progress


class Task(Protocol):
    """A module, what it is to learn from, and how it is seen whether it did.

    Attributes
    ----------
    name
        In a few words, for whoever waits.
    module
        A `torch.nn.Module`, drawn by the seed of the task.
    data
        Changes with the data: a checkpoint of other data is refused.
    settings
        All that it is told besides, in words, by the names of options where there are some: a
        checkpoint of others is refused, and which they are is said.
    watched, higher
        Which measure says what is best, and whether more of it is better.
    """

    name: str
    module: Any
    data: str
    settings: dict[str, str]
    watched: str
    higher: bool

    def n_batches(self) -> int:
        """Return how many batches an epoch has."""

    def batches(self, seed: int, epoch: int) -> Iterator[Any]:
        """Yield the batches of an epoch: by seed and epoch alone, each made when it is asked for.

        A batch is a tensor, or a tuple of batches.
        """

    def loss(self, batch: Any) -> Any:
        """Return the mean loss of a batch, a tensor of one number."""

    def size(self, batch: Any) -> int:
        """Return how many examples a batch has."""

    def measure(self) -> dict[str, float]:
        """Return what is measured after an epoch; `watched` is among it."""


class Epoch(NamedTuple):
    """What is known after an epoch.

    Attributes
    ----------
    number
        From 1.
    loss
        Mean over its examples.
    best
        Whether none before it was better.
    """

    number: int
    loss: float
    measures: dict[str, float]
    best: bool


class Options(NamedTuple):
    """How to train, besides what.

    Attributes
    ----------
    rate
        Step of Adam.
    patience
        So many epochs without a better one end it; None: none do.
    clip
        Largest norm of a gradient.
    deadline
        Of `time.monotonic`: the training stops there, and gives the best so far.
    checkpoint
        File that says where it stands, after an epoch; None: none. Its folder is there already.
    resume
        Go on where the checkpoint stands, as if nothing had been in between.
    events
        Folder of event files for TensorBoard; None: none.
    told
        Told of each epoch; of those before a resumption, too, with `old` true.
    whole
        An epoch that was begun is ended, and is one step of the progress: the deadline is looked
        at between epochs, so that as many of them give the same weights without it.
    last
        The weights of the last epoch are kept, not those of the best.
    """

    epochs: int = 10
    rate: float = 1e-3
    seed: int = 7
    patience: int | None = None
    clip: float = 1.0
    deadline: float | None = None
    progress: Progress = SILENT
    checkpoint: Path | None = None
    resume: bool = False
    events: Path | None = None
    told: Callable[[Epoch, bool], None] = lambda epoch, old: None
    whole: bool = False
    last: bool = False


Ended = Literal["done", "no better", "deadline", "stopped"]


class Trained(NamedTuple):
    """What a training came to; the module has the weights of the best epoch.

    Attributes
    ----------
    epochs
        All that were done, in order.
    ended
        Why it ended: all were done, none was better for long, there was no time left, or Ctrl-C.
    """

    epochs: list[Epoch]
    ended: Ended

    @property
    def best(self) -> Epoch:
        """The epoch whose weights were kept."""
        return [epoch for epoch in self.epochs if epoch.best][-1]
