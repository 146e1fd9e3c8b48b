"""A student: EfficientNet-Lite0 on smaller pictures, that learns to say what another network says.

    loss = mean |s - t|^2 / mean |t - mean t|^2

s are its vectors and t the teacher's, of the same pictures: 1 is as bad as always saying the mean.
Its last blocks learn, and the map behind them where the teacher has one (Hinton et al., 2015).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from beholder.encoders import own_graph
from beholder.encoders.interface import Array
from beholder.encoders.lite0_weights import DIM, Weights
from beholder.encoders.own_graph import Linear
from beholder.networks.digest import digest_of
from beholder.networks.lite0 import LAST, Lite0
from beholder.networks.loop import fit
from beholder.networks.task import Options, Trained
from beholder.networks.tuned import tensor, vectors_of

BATCH = 32
RIDGE = 0.1  # of the mean variance of a feature, where the map begins


class Shown(NamedTuple):
    """What the student sees, and what the teacher says of it.

    Attributes
    ----------
    pixels
        uint8 (m, side, side, 3).
    vectors
        float32 (m, dim). The teacher's.
    fitted
        bool (m,). What is learned from; the others say how well.
    """

    pixels: NDArray[np.uint8]
    vectors: Array
    fitted: NDArray[np.bool_]


class DistilTask:
    """The student as the loop trains it."""

    name = "distilling"
    watched, higher = "cosine", True

    def __init__(self, module: Lite0, shown: Shown) -> None:
        self.module, self.shown = module, shown
        self.rows, self.others = np.flatnonzero(shown.fitted), np.flatnonzero(~shown.fitted)
        self.mean = shown.vectors[self.rows].mean(axis=0)
        centred = shown.vectors[self.rows] - self.mean
        self.spread = float((centred**2).sum(axis=1).mean())
        self.data = digest_of(shown)
        self.settings = {"batch": str(BATCH)}

    def n_batches(self) -> int:
        """Return how many batches an epoch has."""
        return -(-len(self.rows) // BATCH)

    def batches(self, seed: int, epoch: int) -> Iterator[tuple[Any, Any]]:
        """Yield pictures and what the teacher says, in an order of this epoch."""
        order = np.random.default_rng([seed, epoch]).permutation(self.rows)
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            yield tensor(self.shown.pixels[some]), torch.from_numpy(self.shown.vectors[some])

    def loss(self, batch: tuple[Any, Any]) -> Any:
        """Return the mean loss of a batch."""
        pixels, wanted = batch
        return (self.module(pixels) - wanted).square().sum(dim=1).mean() / self.spread

    def size(self, batch: tuple[Any, Any]) -> int:
        """Return how many pictures a batch has."""
        return len(batch[1])

    def measure(self) -> dict[str, float]:
        """Return the mean cosine with the teacher about its mean, of pictures left out."""
        ours = vectors_of(self.module, self.shown.pixels, self.others) - self.mean
        theirs = self.shown.vectors[self.others] - self.mean
        lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
        cosines = (ours * theirs).sum(axis=1) / np.maximum(lengths, 1e-12)
        return {"cosine": float(cosines.mean())}


def distil(weights: Weights, shown: Shown, options: Options) -> tuple[bytes, Trained]:
    """Train a student, and return its file.

    Parameters
    ----------
    weights
        That it begins with, as `lite0_graph.folded` returns them.
    """
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)  # its narrow convolutions are slower on two
        alone = Linear(np.eye(DIM, dtype=np.float32), np.zeros(DIM, np.float32))
        plain = shown.vectors.shape[1] == DIM  # a teacher without a map
        module = Lite0(weights, alone, LAST)
        if plain:
            module.linear.requires_grad_(False)
        else:
            module = Lite0(weights, _mapped(module.eval(), shown), LAST)
        task = DistilTask(module.to(memory_format=torch.channels_last), shown)
        trained = fit(task, options)
        found, linear = module.cpu().exported()
        side = shown.pixels.shape[1]
        return own_graph.write(found, None if plain else linear, side), trained
    finally:
        torch.set_num_threads(before)


def _mapped(module: Lite0, shown: Shown) -> Linear:
    """Return the map from features of the small pictures that comes nearest to the teacher."""
    rows = np.flatnonzero(shown.fitted)
    features = vectors_of(module, shown.pixels, rows).astype(np.float64)
    wanted = shown.vectors[rows].astype(np.float64)
    mean, middle = features.mean(axis=0), wanted.mean(axis=0)
    x, y = features - mean, wanted - middle
    ridge = RIDGE * float((x**2).sum()) / x.shape[1]
    weight = np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y).T
    bias = middle - weight @ mean
    return Linear(np.ascontiguousarray(weight, np.float32), np.asarray(bias, np.float32))
