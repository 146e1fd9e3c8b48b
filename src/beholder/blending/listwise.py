"""The loss of a ranker on some lists, and its gradient, written out; and how it is learned.

    L = mean over lists of - mean over their right candidates of log softmax(r)_j

The softmax is over the candidates of a list (Cao et al., ICML 2007). A list without a right one
says nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.models.adam import Adam
from beholder.scorers.interface import Floats
from beholder.scorers.ranker import BEND, CUBE, Net, bend

TRUSTS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
LAST = 0.05  # of the rate is left at the end


class Lists(NamedTuple):
    """Candidates of some histories.

    Attributes
    ----------
    z
        float32 (m, k, features).
    level
        float32 (m, k). Logarithms of scaled scores.
    right
        float32 (m, k). 1 divided by the number of right ones of the list, else 0.
    """

    z: Floats
    level: Floats
    right: Floats

    def take(self, chosen: NDArray[np.int64]) -> Lists:
        """Return some of them."""
        return Lists(*(one[chosen] for one in self))


class Recipe(NamedTuple):
    """How a ranker is learned.

    Attributes
    ----------
    hidden
        Units of the layer between.
    dropout
        Share of them that is left out while learning.
    decay
        Of the weights, a unit of rate (Loshchilov and Hutter, ICLR 2019).
    batch
        Lists of one step.
    warm_up
        Steps in which the rate rises.
    """

    hidden: int = 64
    dropout: float = 0.3
    rate: float = 2e-3
    decay: float = 0.1
    epochs: int = 25
    batch: int = 64
    warm_up: int = 20


def loss_and_gradient(net: Net, lists: Lists, kept: Floats | None = None) -> tuple[float, Net]:
    """Return the loss of some lists, and its gradient by all that is learned.

    Parameters
    ----------
    kept
        (m * k, h). What each hidden unit is multiplied by; None: they count as they are.
    """
    m, k, features = lists.z.shape
    z = lists.z.reshape(m * k, features)
    inside = z @ net.hidden
    inside += net.shift
    active, slope = gelu_and_slope(inside)
    if kept is not None:
        active *= kept
        slope *= kept
    found = (active @ net.out).reshape(m, k) + net.trust * lists.level
    found -= found.max(axis=1, keepdims=True)
    shares = np.exp(found)
    sums = shares.sum(axis=1, keepdims=True)
    loss = float(-(lists.right * (found - np.log(sums))).sum() / m)
    by_score = ((shares / sums - lists.right) / m).astype(z.dtype)
    behind = by_score.reshape(m * k, 1) * net.out
    behind *= slope
    return loss, Net(
        z.T @ behind,
        behind.sum(axis=0),
        by_score.reshape(m * k) @ active,
        np.array([(by_score * lists.level).sum()], z.dtype),
    )


def gelu_and_slope(x: Floats) -> tuple[Floats, Floats]:
    """Return GELU of some numbers, and its derivative; few arrays are made, since they are large.

    x / 2 (1 + t), t = tanh(b (x + c x^3)); (1 + t) / 2 + x / 2 (1 - t^2) b (1 + 3 c x^2)
    """
    square = x * x
    bent = bend(x, square)
    slope = bent * bent
    np.subtract(1, slope, out=slope)
    slope *= x
    square *= 3 * CUBE
    square += 1
    square *= BEND / 2
    slope *= square
    bent += 1
    bent *= 0.5
    slope += bent
    bent *= x
    return bent, slope


def best_trust(level: Floats, right: Floats) -> float:
    """Return how much the order of the blend counts where nothing else is read."""

    def loss(trust: float) -> float:
        found = trust * level
        found = found - found.max(axis=1, keepdims=True)
        logs = found - np.log(np.exp(found).sum(axis=1, keepdims=True))
        return float(-(right * logs).sum())

    return min(TRUSTS, key=loss)


def begun(features: int, trust: float, recipe: Recipe, rng: np.random.Generator) -> Net:
    """Return a network that says the order of the blend."""
    widest = 1 / np.sqrt(features)
    hidden = rng.uniform(-widest, widest, (features, recipe.hidden)).astype(np.float32)
    shift = rng.uniform(-widest, widest, recipe.hidden).astype(np.float32)
    nothing = np.zeros(recipe.hidden, np.float32)
    return Net(hidden, shift, nothing, np.array([trust], np.float32))


def learn(lists: Lists, recipe: Recipe, seed: int, among: NDArray[np.int64] | None = None) -> Net:
    """Learn a ranker from lists that each have a right candidate.

    Parameters
    ----------
    among
        Numbers of the lists that it learns from; None: all.
    """
    rng = np.random.default_rng(seed)
    among = np.arange(len(lists.z)) if among is None else among
    net = begun(lists.z.shape[2], best_trust(lists.level[among], lists.right[among]), recipe, rng)
    ways = [Adam.over(part) for part in net]
    m, k = len(among), lists.level.shape[1]
    each = -(-m // recipe.batch)
    keep = np.float32(1 / (1 - recipe.dropout))
    for step in range(recipe.epochs * each):
        if step % each == 0:
            order = rng.permutation(among)
        turn = step % each
        some = lists.take(order[turn * recipe.batch : (turn + 1) * recipe.batch])
        kept = rng.random((len(some.z) * k, recipe.hidden), np.float32)
        kept = (kept >= recipe.dropout).astype(np.float32) * keep
        _, gradient = loss_and_gradient(net, some, kept)
        left = max(LAST, 1 - step / (recipe.epochs * each))
        rate = recipe.rate * left * min(1.0, (step + 1) / recipe.warm_up)
        for part, way, by in zip(net, ways, gradient, strict=True):
            part *= np.float32(1 - rate * recipe.decay)
            way.step(part, by, rate)
    return net
