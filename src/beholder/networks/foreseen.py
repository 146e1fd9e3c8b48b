"""How long the small network would train: a few batches of noise, by the loop itself."""

from __future__ import annotations

import time

import numpy as np
import torch

from beholder.encoders.picture_workers import cores
from beholder.encoders.small_cnn import SIDE
from beholder.networks.classic import AT_ONCE, LARGE, ClassicTask, Labelled, Pixels
from beholder.networks.classic import Examples as Parts
from beholder.networks.loop import fit
from beholder.networks.task import Epoch, Options
from beholder.progress import Silent

BATCHES = 5  # the first is not counted: it loads what the others need


def seconds_of_training(sizes: tuple[int, int, int], batch: int, epochs: int) -> float:
    """Return about how long all epochs take.

    Parameters
    ----------
    sizes
        How many examples are learned from, choose the epoch, and measure.
    """
    learned, *measured = sizes
    watch = Watch()
    options = Options(epochs=1, progress=watch, told=watch.judged)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1 if learned < LARGE else cores())
        fit(ClassicTask(_noise(batch), "bce", 1, batch, options.seed), options)
    finally:
        torch.set_num_threads(before)
    batches = -(-learned // batch)
    pieces = sum(-(-n // AT_ONCE) for n in measured)
    return epochs * (batches * watch.a_batch + pieces * watch.a_piece)


class Watch(Silent):
    """Notes when each batch was done, and when what follows them was."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.end = 0.0

    def advance(self, n: int = 1) -> None:
        """Note when a batch was done."""
        self.moments.append(time.monotonic())

    def judged(self, epoch: Epoch, old: bool) -> None:
        """Note when what follows the batches was done."""
        self.end = time.monotonic()

    @property
    def a_batch(self) -> float:
        """Seconds of a batch; the first is not counted."""
        return float(np.diff(self.moments).mean())

    @property
    def a_piece(self) -> float:
        """Seconds to measure on so many pictures as are measured at once."""
        return (self.end - self.moments[-1]) / 2


def _noise(batch: int) -> Parts:
    rng = np.random.default_rng(0)
    n = max(BATCHES * batch, AT_ONCE)
    pixels: Pixels = rng.integers(0, 256, (n, SIDE, SIDE, 3), np.uint8)

    def some(count: int) -> Labelled:
        rows = np.arange(count)
        return Labelled(pixels, rows, rows % 2)

    return Parts(some(BATCHES * batch), some(AT_ONCE), some(AT_ONCE))
