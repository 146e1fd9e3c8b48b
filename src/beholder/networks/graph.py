"""Vectors of people and items that take those of their neighbours in, over who liked what.

    e_u(k+1) = sum over i that u liked of e_i(k) / sqrt(d_u d_i), and likewise e_i(k+1)
    e = mean of e(0) ... e(K), for items with S e(0), S being a graph between items, where there is

d is how many neighbours somebody has (He et al., SIGIR 2020; Zhou and Shen, ACM MM 2023). All
vectors are held, and the pairs; a batch asks for the vectors that its pairs need.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import nn

from beholder.networks.pairs import Pairs, Scored

SPREAD = 0.1  # of what vectors begin with
STEPS = 12  # an epoch: each goes through the whole graph
Floats = NDArray[np.float32]


class Graph(nn.Module):
    """People and items with the graph between them.

    Parameters
    ----------
    pairs
        The edges.
    layers
        How far neighbours are taken in: K.
    between
        float32 sparse (n_items, n_items). The graph between items, not learned; None: none.
    """

    def __init__(
        self,
        pairs: Pairs,
        factors: int,
        layers: int,
        seed: int,
        between: sp.csr_array | None = None,
    ) -> None:
        super().__init__()
        self.layers, self.between = layers, None if between is None else _both(between)
        self.liked = _both(_normalised(pairs))
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.users = nn.Embedding(pairs.n_users, factors)
            self.items = nn.Embedding(pairs.n_items, factors)
            nn.init.normal_(self.users.weight, std=SPREAD)
            nn.init.normal_(self.items.weight, std=SPREAD)

    def forward(self, users: Any, items: Any) -> Scored:
        """Return the vectors of some people (b,) and of items of each (b, c)."""
        people, things = self._layers()
        u, v = _mean(people), _mean(things)
        if self.between is not None:
            v = v + _through(self.between, self.items.weight)
        own = (self.users(users) ** 2).sum(-1).mean() + (self.items(items) ** 2).sum(-1).mean()
        return Scored(u[users], v[items], own)

    def _layers(self) -> tuple[list[Any], list[Any]]:
        people, things = [self.users.weight], [self.items.weight]
        for _ in range(self.layers):
            fresh = _through(self.liked, things[-1])
            things.append(_through(self.liked[::-1], people[-1]))
            people.append(fresh)
        return people, things

    def learned(self, pairs: Pairs) -> tuple[Floats, Floats]:
        """Return what an item says in a history, and what it is asked by, (n_items, factors) each.

        Who is not in the graph is the mean over layers of what the liked items were a layer before.
        Only the first layer of people, which is their own, is not known of a history.

        Parameters
        ----------
        pairs
            All edges, those that only measured among them.
        """
        self.liked = _both(_normalised(pairs))
        counts = np.maximum(np.bincount(pairs.items, minlength=pairs.n_items), 1)
        with torch.no_grad():
            _, things = self._layers()
            asked = _mean(things)
            if self.between is not None:
                asked = asked + _through(self.between, self.items.weight)
            told = torch.stack(things[:-1]).sum(0) / len(things) if self.layers else asked
        told, asked = (part.cpu().float().numpy() for part in (told, asked))
        return (told / np.sqrt(counts)[:, None]).astype(np.float32), asked


def _mean(parts: list[Any]) -> Any:
    return torch.stack(parts).mean(0)


def _normalised(pairs: Pairs) -> sp.csr_array:
    """Return the graph between people and items, float32 (n_users, n_items)."""
    shape = (pairs.n_users, pairs.n_items)
    ones = np.ones(len(pairs.users), np.float32)
    graph = sp.csr_array((ones, (pairs.users, pairs.items)), shape=shape)
    sides = (np.asarray(graph.sum(axis=axis)).ravel() for axis in (1, 0))
    rows, columns = (sp.diags_array(np.maximum(side, 1) ** -0.5) for side in sides)
    return sp.csr_array(rows @ graph @ columns, dtype=np.float32)


def _both(graph: sp.csr_array) -> tuple[Any, Any]:
    """Return a graph and its transpose as PyTorch multiplies with them."""
    return _tensor(graph), _tensor(sp.csr_array(graph.T.tocsr()))


def _tensor(graph: sp.csr_array) -> Any:
    graph.sort_indices()
    parts = (torch.from_numpy(part.astype(np.int64)) for part in (graph.indptr, graph.indices))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that such tensors are new
        return torch.sparse_csr_tensor(*parts, torch.from_numpy(graph.data), graph.shape)


def _through(graph: tuple[Any, Any], x: Any) -> Any:
    """Return what neighbours say; its gradient goes the way back."""
    return _Through.apply(x, *graph)


class _Through(torch.autograd.Function):
    """A product with a matrix whose transpose is known, so that it is not made in each step."""

    @staticmethod
    def forward(context: Any, x: Any, graph: Any, back: Any) -> Any:
        context.back = back
        return _times(graph, x)

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return _times(context.back, gradient), None, None


def _times(graph: Any, x: Any) -> Any:
    with torch.autocast(x.device.type, enabled=False):
        return torch.sparse.mm(graph.to(x.device), x.float())
