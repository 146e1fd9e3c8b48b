"""The space of one number of items, such as a year or a price: near is what differs by little.

    nearness(i, j) = exp(-|a_i - a_j| / spread)

`spread` is what two items differ by on the mean, so that years, prices and grams are on one scale;
a power of it, as kernels take it, is a nearness of a narrower scale. Amounts that go over a wide
range, as prices do, are compared by their logarithms: 5 and 10 differ as 50 and 100 do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beholder import tensors
from beholder.spaces.interface import Block, Candidates, Floats, Mask, Positions
from beholder.spaces.modality import Modality

FILE = "numbers.safetensors"
WIDE = 3.0  # times the largest number of the smallest tenth: where the largest tenth begins
ODD = 1.0  # percent at both ends that tell nothing of the spread
FEW = 6  # items with the number below which no spread is known

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class NumberSpace:
    """One number an item.

    Attributes
    ----------
    values
        float64 (n,). As they are; not a number where there is none.
    spread
        Above 0, in the numbers that are compared; 0: nothing could be learned.
    by_ratio
        Whether their logarithms are compared.
    """

    values: Numbers
    spread: float
    by_ratio: bool

    @classmethod
    def fit(cls, modality: Modality, fitted: Mask) -> Self:
        """Learn the spread from `fitted` items, bool (n,)."""
        values = _spread_out(modality)
        known = values[fitted & np.isfinite(values)]
        if len(known) < FEW:
            return cls(values, 0.0, False)
        low, high = np.quantile(known, [0.1, 0.9])
        by_ratio = bool(known.min() > 0 and high >= WIDE * low)
        compared = np.log(known) if by_ratio else known
        compared = np.sort(np.clip(compared, *np.percentile(compared, [ODD, 100 - ODD])))
        n = len(compared)
        weights = 2 * np.arange(n) - (n - 1)
        return cls(values, float(weights @ compared * 2 / (n * (n - 1))), by_ratio)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def places(self) -> Numbers:
        """float64 (n,). The numbers in spreads, as they are compared; not a number: none."""
        values = self.values
        if self.by_ratio:
            values = np.log(np.where(values > 0, values, np.nan))
        return values / self.spread

    @cached_property
    def present(self) -> Mask:
        """bool (n,). The items whose number can be compared."""
        return np.isfinite(self.places)

    def cosines(self, block: Block) -> Floats:
        """Return the nearness of some items to all, float32 (len(block), n); 0: unknown."""
        return _near(self.places[block][:, None] - self.places)

    def pairs(self, some: Positions, others: Positions) -> Floats:
        """Return the nearness of each of some items to its partner."""
        return _near(self.places[some] - self.places[others])

    def candidates(self, block: Block, k: int) -> Candidates:
        """Return those that stand within k places of each item of a block, itself among them."""
        items = np.arange(len(self))[block]
        order = np.argsort(self.places, kind="stable")[: int(self.present.sum())]
        place = np.full(len(self), -1)
        place[order] = np.arange(len(order))
        own = np.flatnonzero(place[items] >= 0)
        beside = place[items[own]][:, None] + np.arange(-k, k + 1)
        there = (beside >= 0) & (beside < len(order))
        rows, columns = np.nonzero(there)
        return Candidates(own[rows], order[beside[rows, columns]].astype(np.int64))

    def of(self, positions: Positions) -> Self:
        """Return the numbers of some items alone, in this order."""
        return replace(self, values=self.values[positions])

    def grown(self, n: int, raw: Modality | None) -> Self:
        """Return the numbers of these items, and of `n` more after the last; None: without."""
        more = np.full(n, np.nan) if raw is None else _spread_out(raw)
        return replace(self, values=np.concatenate([self.values, more]))

    def save(self, folder: Path) -> None:
        """Write one safetensors file."""
        told = {"spread": repr(self.spread), "by_ratio": str(int(self.by_ratio))}
        tensors.save(folder / FILE, {"values": self.values}, told)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote."""
        arrays, told = tensors.load(folder / FILE)
        return cls(arrays["values"], float(told["spread"]), told["by_ratio"] == "1")


def _spread_out(modality: Modality) -> Numbers:
    """Return one number an item, float64 (n,)."""
    values = np.full(modality.n_items, np.nan)
    values[modality.owner] = np.asarray(modality.vectors, np.float64).reshape(-1)
    return values


def _near(differences: Numbers) -> Floats:
    return np.nan_to_num(np.exp(-np.abs(differences)), copy=False).astype(np.float32)
