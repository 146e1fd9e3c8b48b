"""Two towers: what somebody liked before, and the items, as vectors of one space.

    L = mean of -log softmax over the batch's items j of (q . f_j / tau - log p_j)
    q = unit(sum over the history of w_h f_h),   f = unit(e + x M)

p is how often an item is liked, so that popular ones are no worse for being strangers more often
(Yi et al., RecSys 2019). e, what is known of an item beside its content x, is left out now and
then, so that M does well without it, as for a new item. Strangers are the items of the same batch:
nothing else is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from beholder.networks.digest import digest_of
from beholder.networks.pairs import STRANGERS

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
SPREAD = 0.05  # of what items' own vectors begin with
LONGEST = 20  # items of a history, the newest
STEPS, LEAST, LARGEST = 50, 128, 1024  # batches an epoch, and how many items one has


class Told(NamedTuple):
    """What people liked, by person and time.

    Attributes
    ----------
    items
        int64 (p,).
    begin
        int64 (p,). Where the person of each begins.
    moment
        int64 (p,). Rises with each moment; those of one moment share it.
    end
        int64 (p,). Where the moment of each ends.
    weights
        float32 (p,).
    """

    items: Ints
    begin: Ints
    moment: Ints
    end: Ints
    weights: Floats

    @classmethod
    def of(cls, users: Ints, items: Ints, times: Ints, weights: Floats) -> Told:
        """Return likes that are sorted by person and time."""
        n = len(users)
        other = np.ones(n, bool)
        other[1:] = users[1:] != users[:-1]
        fresh = other.copy()
        fresh[1:] |= times[1:] != times[:-1]
        begins, moments = np.flatnonzero(other), np.flatnonzero(fresh)
        moment = np.cumsum(fresh) - 1
        end = np.append(moments[1:], n)[moment] if n else moment
        begin = begins[np.cumsum(other) - 1] if n else moment
        return cls(items, begin, moment, end, weights)


class Asked(NamedTuple):
    """Histories (b, LONGEST), newest first.

    Attributes
    ----------
    places
        Likes; -1: none.
    weights
        Recency included; 0: none.
    age
        Moments since, 0 for the newest.
    """

    places: Ints
    weights: Floats
    age: Ints


def before(told: Told, which: Ints, decay: float) -> Asked:
    """Return what was liked before each of some likes, or with it."""
    places = told.end[which][:, None] - 1 - np.arange(LONGEST + 1)
    there = (places >= told.begin[which][:, None]) & (places != which[:, None])
    order = np.argsort(~there, axis=1, kind="stable")[:, :LONGEST]
    there, places = (np.take_along_axis(each, order, 1) for each in (there, places))
    places = np.where(there, places, -1)
    moment = np.where(places >= 0, told.moment[places], -1)
    age = moment.max(axis=1, keepdims=True) - moment
    weights = np.where(places >= 0, told.weights[places] * np.power(decay, age), 0)
    return Asked(places, weights.astype(np.float32), np.where(places >= 0, age, 0))


class Towers(nn.Module):
    """f = unit(e + x M).

    Parameters
    ----------
    content
        float32 (n_items, D).
    gaps
        How often e is left out while learning.
    reader
        A module that makes one vector of a history; None: the weighted mean.
    """

    def __init__(
        self, content: Floats, factors: int, gaps: float, seed: int, reader: Any = None
    ) -> None:
        super().__init__()
        n, width = content.shape
        self.gaps, self.reader = gaps, reader
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.items = nn.Embedding(n, factors)
            self.map = nn.Parameter(torch.randn(width, factors) * factors**-0.5)
            nn.init.normal_(self.items.weight, std=SPREAD)
        self.register_buffer("content", torch.from_numpy(content), persistent=False)

    def forward(self, items: Any) -> Any:
        """Return the vectors of items of any shape."""
        own = self.items(items)
        if self.training and self.gaps:
            own = own * (torch.rand(*items.shape, 1, device=own.device) >= self.gaps)
        if self.map.numel():
            own = own + self.content[items] @ self.map
        return functional.normalize(own, dim=-1)

    def query(self, vectors: Any, weights: Any, age: Any) -> Any:
        """Return one vector of each history (b, h, d)."""
        if self.reader is None:
            return functional.normalize((vectors * weights[..., None]).sum(1), dim=-1)
        return functional.normalize(self.reader(vectors, weights, age), dim=-1)

    def learned(self) -> tuple[Floats, Floats]:
        """Return the vectors of all items (n_items, factors), and M."""
        self.eval()
        with torch.no_grad():
            every = self(torch.arange(len(self.content), device=self.content.device))
        items, drawn = (part.detach().cpu().float().numpy() for part in (every, self.map))
        return items, drawn


class TowerTask:
    """What people liked next, as the loop learns it.

    Parameters
    ----------
    last
        int64. Likes that only measure: the last ones of some people.
    drawn
        int64. The items that strangers are drawn from when it is measured.
    gaps
        How often an item of a history is left out while learning.
    """

    watched, higher = "ndcg", True

    def __init__(
        self,
        name: str,
        module: Any,
        told: Told,
        last: Ints,
        drawn: Ints,
        *,
        tau: float,
        decay: float,
        gaps: float,
        seed: int,
    ) -> None:
        self.name, self.module, self.told = name, module, told
        self.data = digest_of([*told, last, drawn, module.content.numpy()], name)
        self.tau, self.decay, self.gaps = tau, decay, gaps
        self.settings = {"tau": f"{tau:g}", "decay": f"{decay:g}", "gaps": f"{gaps:g}"}
        held = np.zeros(len(told.items), bool)
        held[last] = True
        first = told.end - told.begin < 2  # nothing was before, and nothing with it
        self.which, self.last, self.held = np.flatnonzero(~held & ~first), last, held
        counts = np.bincount(told.items, minlength=len(module.content))
        share = np.maximum(counts, 1) / max(len(told.items), 1)
        self.logp = torch.from_numpy(np.log(share).astype(np.float32))
        strangers = np.random.default_rng([seed, 1]).choice(drawn, (len(last), STRANGERS))
        self.asked = np.concatenate([told.items[last][:, None], strangers], axis=1)
        self.batch = int(np.clip(len(self.which) // STEPS, LEAST, LARGEST))

    def n_batches(self) -> int:
        """Return how many batches an epoch has."""
        return -(-len(self.which) // self.batch)

    def batches(self, seed: int, epoch: int) -> Iterator[tuple[Any, ...]]:
        """Yield items of histories with weights, and what was liked next."""
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(self.which)
        for start in range(0, len(order), self.batch):
            chosen = order[start : start + self.batch]
            asked = before(self.told, chosen, self.decay)
            kept = ~self.held[asked.places] & (rng.random(asked.places.shape) >= self.gaps)
            yield *self._read(asked, kept), torch.from_numpy(self.told.items[chosen])

    def _read(self, asked: Asked, kept: Any = True) -> tuple[Any, Any, Any]:
        """Return items of histories, weights and ages, of those alone that are kept."""
        items = np.where(asked.places >= 0, self.told.items[asked.places], 0)
        weights = np.where(kept, asked.weights, np.float32(0))
        newest = np.where(weights > 0, asked.age, LONGEST).min(axis=1, keepdims=True)
        age = np.where(weights > 0, asked.age - newest, 0)
        return torch.from_numpy(items), torch.from_numpy(weights), torch.from_numpy(age)

    def loss(self, batch: tuple[Any, ...]) -> Any:
        """Return how improbable what was liked next is among what others liked."""
        items, weights, age, targets = batch
        told = weights.sum(1) > 0
        scores = self._query(items, weights, age) @ self.module(targets).T / self.tau
        scores = scores - self.logp.to(scores.device)[targets]
        scores = scores.masked_fill(self._known(items, weights, targets), -1e4)
        each = functional.cross_entropy(
            scores, torch.arange(len(targets)).to(scores.device), reduction="none"
        )
        return (each * told).sum() / told.sum().clamp(min=1)

    def _query(self, items: Any, weights: Any, age: Any) -> Any:
        """Return q of histories; items that come several times in the batch are read once."""
        some, where = torch.unique(items, return_inverse=True)
        return self.module.query(self.module(some)[where], weights, age)

    def _known(self, items: Any, weights: Any, targets: Any) -> Any:
        """Return which targets are no strangers to whom: his own twice, and what he had."""
        same = targets[:, None] == targets
        same.fill_diagonal_(False)
        for place in range(items.shape[1]):
            had = (items[:, place, None] == targets) & (weights[:, place, None] > 0)
            same |= had
        same.fill_diagonal_(False)
        return same

    def size(self, batch: tuple[Any, ...]) -> int:
        """Return the number of targets."""
        return len(batch[3])

    def measure(self) -> dict[str, float]:
        """Return how high the last likes stand among strangers."""
        if not len(self.last):
            return {"ndcg": 0.0}
        device = self.module.content.device
        asked = self._read(before(self.told, self.last, self.decay))
        query = self._query(*(part.to(device) for part in asked))
        some, where = np.unique(self.asked, return_inverse=True)
        own = self.module(torch.from_numpy(some).to(device))[torch.from_numpy(where).to(device)]
        scores = (query[:, None] * own).sum(-1)
        above = (scores[:, 1:] > scores[:, :1]).sum(1).double()
        return {"ndcg": float((1 / torch.log2(above + 2)).mean())}
