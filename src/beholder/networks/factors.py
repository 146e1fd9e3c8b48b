"""Vectors of people and items, learned from who liked what; items' content beside their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from beholder.networks.pairs import Pairs, Scored

SPREAD = 0.1  # of what vectors begin with


class Factors(nn.Module):
    """s(u, i) = p_u . q_i + t_u . (x_i M), the latter where contents are known.

    Parameters
    ----------
    content
        float32 (n_items, D) and how many numbers M makes of each; None: none.
    """

    def __init__(
        self,
        pairs: Pairs,
        factors: int,
        seed: int,
        content: tuple[NDArray[np.float32], int] | None = None,
    ) -> None:
        super().__init__()
        x, looks = (np.zeros((pairs.n_items, 0), np.float32), 0) if content is None else content
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.users = nn.Embedding(pairs.n_users, factors + looks)
            self.items = nn.Embedding(pairs.n_items, factors)
            self.map = nn.Parameter(torch.randn(x.shape[1], looks) * SPREAD)
            nn.init.normal_(self.users.weight, std=SPREAD)
            nn.init.normal_(self.items.weight, std=SPREAD)
        self.register_buffer("content", torch.from_numpy(x), persistent=False)

    def forward(self, users: Any, items: Any) -> Scored:
        """Return the vectors of some people (b,) and of items of each (b, c)."""
        u, v = self.users(users), self.items(items)
        if self.map.numel():
            some, where = torch.unique(items, return_inverse=True)  # each is read once
            v = torch.cat([v, (self.content[some] @ self.map)[where]], -1)
        return Scored(u, v, (u**2).sum(-1).mean() + (v**2).sum(-1).mean())

    def learned(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the items' own vectors (n_items, factors), and M."""
        both = (self.items.weight, self.map)
        own, drawn = (part.detach().cpu().float().numpy() for part in both)
        return own, drawn
