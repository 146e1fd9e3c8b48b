"""Heads over shared layers, as PyTorch learns them; `scorers.heads` has the formulas.

    L = mean over the examples of the sum over what was observed of w_t l_t

l is binary cross-entropy of the first tasks, which are chances, and squared error of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from beholder.networks.digest import digest_of

Floats = NDArray[np.float32]
Examples = tuple[Floats, Floats, Floats]
"""What is read of each, where it stood, and what followed, NaN: not observed."""


class Heads(nn.Module):
    """Shared layers and a column for each task, begun with given arrays.

    Parameters
    ----------
    layers
        Weight and shift of each shared layer, (in, out) and (out,).
    ends
        What reads the last layer (h, tasks), what is said without it, and by the place (tasks,).
    """

    def __init__(self, layers: list[tuple[Floats, Floats]], ends: list[Floats]) -> None:
        super().__init__()
        self.weights = nn.ParameterList([_begun(weight) for weight, _ in layers])
        self.shifts = nn.ParameterList([_begun(shift) for _, shift in layers])
        self.ends = nn.ParameterList([_begun(end) for end in ends])

    def forward(self, z: Any, place: Any) -> Any:
        """Return what each head says, before it is a chance, (b, tasks)."""
        for weight, shift in zip(self.weights, self.shifts, strict=True):
            z = functional.gelu(z @ weight + shift, approximate="tanh")
        out, base, by_place = self.ends
        return z @ out + base + place[:, None] * by_place

    def arrays(self) -> list[Floats]:
        """Return all that was learned: weights, shifts, and the ends."""
        parts = [*self.weights, *self.shifts, *self.ends]
        return [part.detach().cpu().float().numpy() for part in parts]


def _begun(array: Floats) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(array.copy()))


def loss_of(f: Any, outcomes: Any, weights: Any, chances: int) -> Any:
    """Return the mean loss of some examples, a tensor of one number."""
    there = ~outcomes.isnan()
    told = outcomes.nan_to_num()
    happens = functional.binary_cross_entropy_with_logits(
        f[:, :chances], told[:, :chances], reduction="none"
    )
    much = functional.mse_loss(f[:, chances:], told[:, chances:], reduction="none")
    each = torch.cat([happens, much], dim=1) * there
    return (each @ weights).sum() / len(f)


class HeadsTask:
    """What the loop needs; measured at a usual place on examples that only say when to end.

    Parameters
    ----------
    weights, chances
        What each task counts, and how many of them, the first, are chances.
    batch
        Examples of one step.
    """

    name, watched, higher = "learning what follows (PyTorch)", "loss", False

    def __init__(
        self,
        module: Heads,
        seen: Examples,
        stop: Examples,
        weights: Floats,
        chances: int,
        batch: int,
    ) -> None:
        self.module, self.seen, self.stop = module, seen, stop
        self.weights, self.chances, self.batch = torch.from_numpy(weights), chances, batch
        self.data = digest_of((*seen, *stop, weights, *module.arrays()))
        self.settings = {"batch": str(batch)}

    def n_batches(self) -> int:
        """Return how many batches an epoch has."""
        return -(-len(self.seen[0]) // self.batch)

    def batches(self, seed: int, epoch: int) -> Iterator[tuple[Any, ...]]:
        """Yield some examples, in an order drawn by seed and epoch."""
        order = np.random.default_rng([seed, epoch]).permutation(len(self.seen[0]))
        for start in range(0, len(order), self.batch):
            some = order[start : start + self.batch]
            yield tuple(torch.from_numpy(part[some]) for part in self.seen)

    def loss(self, batch: tuple[Any, ...]) -> Any:
        """Return the mean loss of a batch."""
        z, place, outcomes = batch
        f = self.module(z, place).float()
        return loss_of(f, outcomes, self.weights.to(f.device), self.chances)

    def size(self, batch: tuple[Any, ...]) -> int:
        """Return how many examples a batch has."""
        return len(batch[0])

    def measure(self) -> dict[str, float]:
        """Return the loss on what says when to end; 0 where there is nothing of it."""
        if not len(self.stop[0]):
            return {"loss": 0.0}
        device = self.module.ends[0].device
        z, place, outcomes = (torch.from_numpy(part).to(device) for part in self.stop)
        f = self.module(z, torch.zeros_like(place))
        return {"loss": float(loss_of(f, outcomes, self.weights.to(device), self.chances))}
