"""The loss of heads on some examples, and its gradient, written out; and how they are learned.

    L = mean over the examples of the sum over what was observed of w_t l_t
    click, conversion: l = - y log p - (1 - y) log (1 - p),  p = 1 / (1 + exp(-f))
    watch, rating:     l = (f - y)^2
    dl/df = p - y,  2 (f - y)

w_t is 1 divided by what always saying the mean of t loses, and by the share of the examples of
which t was observed: so every head counts the same, however rare it is (Caruana, 1997).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from beholder.blending.listwise import gelu_and_slope
from beholder.measures import log_losses, squared_errors
from beholder.models.adam import Adam
from beholder.progress import SILENT, Progress
from beholder.scorers.heads import CHANCES, Net
from beholder.scorers.interface import Floats
from beholder.scorers.outcome_features import TASKS

CERTAIN = 1e-4  # the least and, less 1, the largest chance that is begun with
LEAST = 1e-6
AT_ONCE = 20_000  # examples that are measured at once


class Told(NamedTuple):
    """Examples.

    Attributes
    ----------
    z
        float32 (m, features). In standard deviations.
    place
        float32 (m,). The same of where each stood.
    outcomes
        float32 (m, tasks). NaN: not observed.
    """

    z: Floats
    place: Floats
    outcomes: Floats

    def __len__(self) -> int:
        return len(self.z)

    def take(self, chosen: NDArray[np.int64] | slice) -> Told:
        """Return some of them."""
        return Told(self.z[chosen], self.place[chosen], self.outcomes[chosen])


class Recipe(NamedTuple):
    """How heads are learned.

    Attributes
    ----------
    hidden
        Units of each shared layer.
    decay
        Of the weights, a unit of rate.
    batch
        Examples of one step.
    patience
        Epochs without a better one that end it.
    """

    hidden: tuple[int, ...] = (64,)
    rate: float = 2e-3
    decay: float = 0.05
    epochs: int = 30
    batch: int = 256
    patience: int = 4


class Learned(NamedTuple):
    """A network, what it loses on the examples that said when to end, and in which epoch."""

    net: Net
    loss: float
    epoch: int


Learner = Callable[[Told, Told | None, int, int], Learned]
"""Learns from examples; ends by others, or after so many epochs; and the seed."""


def each_loss(f: Floats, outcomes: Floats) -> Floats:
    """Return l of each example and task, (m, tasks), NaN where nothing was observed."""
    found = squared_errors(f, outcomes)
    found[:, :CHANCES] = log_losses(f[:, :CHANCES], outcomes[:, :CHANCES])
    return found


def usual_of(outcomes: Floats) -> NDArray[np.float64]:
    """Return the mean of each task, float64 (tasks,): 0 where it was never observed."""
    there = ~np.isnan(outcomes)
    sums = np.where(there, outcomes, 0).sum(axis=0, dtype=np.float64)
    found: NDArray[np.float64] = sums / np.maximum(there.sum(axis=0), 1)
    return found


def always(usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return f of who always says what is usual, (tasks,)."""
    found = usual.copy()
    chance = np.clip(usual[:CHANCES], CERTAIN, 1 - CERTAIN)
    found[:CHANCES] = np.log(chance / (1 - chance))
    return found


def weights_of(outcomes: Floats) -> Floats:
    """Return w of each task, float32 (tasks,): 0 where nothing differs."""
    there = ~np.isnan(outcomes)
    base = np.broadcast_to(always(usual_of(outcomes)).astype(np.float32), outcomes.shape)
    lost = np.where(there, each_loss(base, np.nan_to_num(outcomes)), 0).sum(axis=0) / len(outcomes)
    most = np.where(there, outcomes, -np.inf).max(axis=0, initial=-np.inf)
    differs = most > np.where(there, outcomes, np.inf).min(axis=0, initial=np.inf)
    found: Floats = np.where(differs, 1 / np.maximum(lost, LEAST), 0).astype(np.float32)
    return found


def loss_and_gradient(net: Net, told: Told, weights: Floats) -> tuple[float, Net]:
    """Return the loss of some examples, and its gradient by all that is learned.

    Parameters
    ----------
    weights
        (tasks,). w.
    """
    inputs, slopes, active = [], [], told.z
    for weight, shift in zip(net.weights, net.shifts, strict=True):
        inputs.append(active)
        active, slope = gelu_and_slope(active @ weight + shift)
        slopes.append(slope)
    f = active @ net.out + net.base + told.place[:, None] * net.place
    there = ~np.isnan(told.outcomes)
    outcomes = np.where(there, told.outcomes, 0)
    loss = float((np.where(there, each_loss(f, outcomes), 0) @ weights).sum() / len(f))
    by_f = 2 * (f - outcomes)
    by_f[:, :CHANCES] = expit(f[:, :CHANCES]) - outcomes[:, :CHANCES]
    by_f *= there * weights / np.float32(len(f))
    by_f = by_f.astype(told.z.dtype)
    ends = [active.T @ by_f, by_f.sum(axis=0), told.place @ by_f]
    behind = by_f @ net.out.T
    of_weights, of_shifts = [], []
    for place in reversed(range(len(inputs))):
        behind *= slopes[place]
        of_weights.append(inputs[place].T @ behind)
        of_shifts.append(behind.sum(axis=0))
        behind = behind @ net.weights[place].T
    return loss, Net(tuple(of_weights[::-1]), tuple(of_shifts[::-1]), *ends)


def loss_of(net: Net, told: Told, weights: Floats) -> float:
    """Return the loss of examples at a usual place, as they are asked when served."""
    total = 0.0
    for start in range(0, len(told), AT_ONCE):
        some = told.take(slice(start, start + AT_ONCE))
        total += float(np.nansum(each_loss(net(some.z), some.outcomes) * weights))
    return total / max(len(told), 1)


def begun(features: int, usual: NDArray[np.float64], hidden: tuple[int, ...], seed: int) -> Net:
    """Return a network that always says what is usual."""
    rng = np.random.default_rng(seed)
    sizes = (features, *hidden)
    weights, shifts = [], []
    for n, h in pairwise(sizes):
        widest = 1 / np.sqrt(n)
        weights.append(rng.uniform(-widest, widest, (n, h)).astype(np.float32))
        shifts.append(rng.uniform(-widest, widest, h).astype(np.float32))
    tasks = len(TASKS)
    out = np.zeros((sizes[-1], tasks), np.float32)
    base = always(usual).astype(np.float32)
    return Net(tuple(weights), tuple(shifts), out, base, np.zeros(tasks, np.float32))


def learn(
    told: Told,
    stop: Told | None,
    epochs: int,
    seed: int,
    recipe: Recipe = Recipe(),  # noqa: B008
    progress: Progress = SILENT,
) -> Learned:
    """Learn heads in NumPy.

    Parameters
    ----------
    stop
        The epoch that loses least on these is kept; None: the last of `epochs`.
    """
    rng = np.random.default_rng(seed)
    weights = weights_of(told.outcomes)
    net = begun(told.z.shape[1], usual_of(told.outcomes), recipe.hidden, seed)
    ways = [Adam.over(part) for part in net.arrays]
    best = Learned(_copied(net), np.inf if stop is None else loss_of(net, stop, weights), 0)
    progress.start("learning what follows", epochs)
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(told))
        for start in range(0, len(told), recipe.batch):
            some = told.take(order[start : start + recipe.batch])
            _, gradient = loss_and_gradient(net, some, weights)
            for part, way, by in zip(net.arrays, ways, gradient.arrays, strict=True):
                if part.ndim > 1:
                    part *= np.float32(1 - recipe.rate * recipe.decay)
                way.step(part, by, recipe.rate)
        progress.advance()
        if stop is None:
            best = Learned(net, np.inf, epoch)
            continue
        loss = loss_of(net, stop, weights)
        if loss < best.loss:
            best = Learned(_copied(net), loss, epoch)
        elif epoch - best.epoch >= recipe.patience:
            break
    progress.finish()
    return best


def _copied(net: Net) -> Net:
    return Net.of([part.copy() for part in net.arrays])
