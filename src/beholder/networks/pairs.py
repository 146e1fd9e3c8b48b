"""Learning from pairs of person and item: what was liked should score above what was not.

    L = mean of ln(1 + exp(s(u, j) - s(u, i))) + penalty * mean of what the vectors weigh

i being an item that u liked and j one drawn from those that u did not (Rendle et al., UAI 2009).
Only a batch of pairs is compared at a time. A few pairs are held back: how high they stand among
drawn strangers says which epoch is best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from beholder.networks.digest import digest_of

Ints = NDArray[np.int64]
HELD, MOST_HELD = 0.05, 1000  # of all pairs
FEWEST = 3  # pairs of a person of whom one is held back
STRANGERS = 200  # among which a pair that was held back should stand high
STEPS, LEAST, LARGEST = 50, 64, 16_384  # batches an epoch, and how many pairs one has


class Pairs(NamedTuple):
    """Who liked what.

    Attributes
    ----------
    users, items
        int64 (p,). Each pair once.
    drawn
        int64. The items that strangers are drawn from.
    """

    users: Ints
    items: Ints
    n_users: int
    n_items: int
    drawn: Ints


class Divided(NamedTuple):
    """Pairs that are learned from, and others that only measure."""

    learned: Pairs
    held: Pairs


class Scored(NamedTuple):
    """Vectors of people (b, d) and of their items (b, c, d), and how much they weigh."""

    users: Any
    items: Any
    weight: Any


class Module(Protocol):
    """A `torch.nn.Module` that has vectors of people and items."""

    def __call__(self, users: Any, items: Any) -> Scored:
        """Return the vectors of some people (b,) and of items of each (b, c)."""


class PairTask:
    """Pairs, as the loop learns from them.

    Parameters
    ----------
    penalty
        Of long vectors.
    seen
        What the module knows besides: `data` changes with it.
    """

    watched, higher = "ndcg", True

    def __init__(
        self,
        name: str,
        module: Any,
        pairs: Divided,
        penalty: float,
        seed: int,
        steps: int = STEPS,
        seen: Sequence[NDArray[Any]] = (),
    ) -> None:
        self.name, self.module, self.penalty = name, module, penalty
        learned, held = pairs
        self.data = digest_of([*learned[:2], *held[:2], learned.drawn, *seen], name)
        self.settings = {"penalty": f"{penalty:g}", "steps": str(steps)}
        self.drawn, self.n_items = learned.drawn, learned.n_items
        self.users, self.items = learned.users, learned.items
        self.known = np.sort(np.concatenate([_keys(*some[:2], self.n_items) for some in pairs]))
        self.held = held.users
        strangers = np.random.default_rng([seed, 1]).choice(self.drawn, (len(self.held), STRANGERS))
        self.asked = np.concatenate([held.items[:, None], strangers], axis=1)
        self.batch = int(np.clip(len(self.users) // steps, LEAST, LARGEST))

    def n_batches(self) -> int:
        """Return how many batches an epoch has."""
        return -(-len(self.users) // self.batch)

    def batches(self, seed: int, epoch: int) -> Iterator[tuple[Any, Any]]:
        """Yield people (b,) with what they liked and what they did not, (b, 2)."""
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(len(self.users))
        for start in range(0, len(order), self.batch):
            users, items = self.users[some := order[start : start + self.batch]], self.items[some]
            others = rng.choice(self.drawn, len(users))
            again = self._liked(users, others)  # once: who likes nearly everything keeps some
            others[again] = rng.choice(self.drawn, int(again.sum()))
            yield torch.from_numpy(users), torch.from_numpy(np.stack([items, others], axis=1))

    def _liked(self, users: Ints, items: Ints) -> NDArray[np.bool_]:
        keys = _keys(users, items, self.n_items)
        at = np.minimum(np.searchsorted(self.known, keys), len(self.known) - 1)
        return np.asarray(self.known[at] == keys)

    def loss(self, batch: tuple[Any, Any]) -> Any:
        """Return how often, and how far, strangers score above what was liked."""
        found = self.module(*batch)
        scores = (found.users[:, None] * found.items).sum(-1)
        apart = functional.softplus(scores[:, 1] - scores[:, 0]).mean()
        return apart + self.penalty * found.weight

    def size(self, batch: tuple[Any, Any]) -> int:
        """Return the number of pairs."""
        return len(batch[0])

    def measure(self) -> dict[str, float]:
        """Return how high what was held back stands among strangers."""
        device = next(self.module.parameters()).device
        users = torch.from_numpy(self.held).to(device)
        found = self.module(users, torch.from_numpy(self.asked).to(device))
        scores = (found.users[:, None] * found.items).sum(-1)
        above = (scores[:, 1:] > scores[:, :1]).sum(1).double()
        return {"ndcg": float((1 / torch.log2(above + 2)).mean()) if len(users) else 0.0}


def divided(pairs: Pairs, seed: int) -> Divided:
    """Hold a few pairs back, which only measure."""
    held = np.zeros(len(pairs.users), bool)
    held[last_ones(pairs, seed)] = True
    return Divided(*(_some(pairs, chosen) for chosen in (~held, held)))


def last_ones(pairs: Pairs, seed: int) -> Ints:
    """Return the last pairs of some people, int64; of them and of these items more is known.

    Parameters
    ----------
    pairs
        By person and time.
    """
    last = np.flatnonzero(np.append(pairs.users[1:] != pairs.users[:-1], True)[: len(pairs.users)])
    own, items = np.bincount(pairs.users)[pairs.users[last]], np.bincount(pairs.items)
    able = last[(own >= FEWEST) & (items[pairs.items[last]] > 1)]
    n = min(MOST_HELD, int(HELD * len(pairs.users)))
    return np.sort(np.random.default_rng([seed, 0]).permutation(able)[:n])


def _some(pairs: Pairs, chosen: NDArray[np.bool_]) -> Pairs:
    return pairs._replace(users=pairs.users[chosen], items=pairs.items[chosen])


def _keys(users: Ints, items: Ints, n_items: int) -> Ints:
    """Return one number for each pair."""
    return users * n_items + items
