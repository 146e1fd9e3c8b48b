"""A learned metric: pictures and words together, mapped so that what people like together is near.

    x_i = unit[weight_m unit(V_m[i] D_m), side by side],    f_i = sqrt(s_i) unit(x_i W)

Each modality is read along its strongest directions D_m alone. The map needs nothing but content,
so that an item that came a second ago has its place. s_i is the length of what is there of an item
beside that of all modalities: 1 where it lacks none. Taking what is missing for unlike would
multiply by s_i (and keep what lacks a picture out of lists), leaving it out by 1 (and crowd them
with it). Measured on films, a third of them without their posters: of lists .03 by the one, .90 by
the other, .40 by the square root, which also answered best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from beholder.index import index_over
from beholder.spaces.interface import Floats, Mask, Positions, Space
from beholder.spaces.vector_space import VectorSpace
from beholder.spaces.whitening import Whitening, unit

WIDTH = 192  # directions of a modality, at most
SPARE, TURNS = 16, 4  # of the subspace that holds them (Halko et al., SIAM Review 2011)
FAINTEST = 1e-6  # of the variance of the strongest direction: beyond, nothing but rounding


class Part(NamedTuple):
    """What the map reads of one modality.

    Attributes
    ----------
    directions
        float32 (dim, k), orthonormal columns.
    """

    modality: str
    weight: float
    directions: Floats


@dataclass(frozen=True)
class Metric:
    """The map from contents to comparable vectors.

    Attributes
    ----------
    parts
        In the order in which they stand side by side.
    matrix
        float32 (D, D), D being the sum over parts of their directions.
    """

    parts: tuple[Part, ...]
    matrix: Floats

    @classmethod
    def begun(
        cls, spaces: Mapping[str, Space], weights: Mapping[str, float], fitted: Mask, seed: int
    ) -> Self:
        """Return the metric before it has learned: its matrix changes nothing.

        Parameters
        ----------
        weights
            Of the modalities that are read.
        fitted
            bool (n,). The items that directions are learned from.
        """
        parts = []
        for name, weight in weights.items():
            own = spaces[name].vectors[np.flatnonzero(fitted & spaces[name].present)]
            parts.append(Part(name, weight, strongest(own, WIDTH, seed)))
        size = sum(part.directions.shape[1] for part in parts)
        return cls(tuple(parts), np.eye(size, dtype=np.float32))

    def features(self, spaces: Mapping[str, Space], items: Positions) -> Floats:
        """Return x of some items, float32 (m, D); zero where nothing is known of an item."""
        return unit(self._beside(spaces, items))

    def _beside(self, spaces: Mapping[str, Space], items: Positions) -> Floats:
        """Return the parts of some items side by side, float32 (m, D)."""
        found = np.zeros((len(items), len(self.matrix)), np.float32)
        start = 0
        for part in self.parts:
            stop = start + part.directions.shape[1]
            if part.modality in spaces:
                own = spaces[part.modality].vectors[items] @ part.directions
                found[:, start:stop] = np.float32(part.weight) * unit(np.asarray(own))
            start = stop
        return found

    def __call__(self, spaces: Mapping[str, Space], items: Positions) -> Floats:
        """Return f of some items, float32 (m, D); zero where nothing is known of an item."""
        beside = self._beside(spaces, items)
        whole = np.sqrt(sum(part.weight**2 for part in self.parts))
        there = np.linalg.norm(beside, axis=1, keepdims=True) / np.float32(whole or 1)
        placed: Floats = np.sqrt(there) * unit(unit(beside) @ self.matrix)
        return placed


@dataclass(frozen=True)
class Mapped:
    """Items by a metric.

    Attributes
    ----------
    vectors
        float32 (n, D). Rows of length 1, shorter where a modality is missing; zero: all are.
    """

    metric: Metric
    vectors: Floats

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def space(self) -> VectorSpace:
        """The same items as a space of their own, whose cosines are those of the vectors."""
        dim = self.vectors.shape[1]
        nothing = np.empty((dim, 0), np.float32), np.empty(0, np.float32)
        plain = Whitening(np.zeros(dim, np.float32), *nothing, whole=True)
        owner = np.arange(len(self), dtype=np.int32)
        return VectorSpace(plain, self.vectors, index_over(self.vectors), owner)

    def with_others(self, items: Positions, vectors: Floats) -> Self:
        """Return the same with other vectors of some items."""
        changed = self.vectors.copy()
        changed[items] = vectors
        return replace(self, vectors=changed)

    def arrays(self) -> tuple[dict[str, Floats], list[tuple[str, float]]]:
        """Return all numbers by name, and the name and weight of each part."""
        found = {"vectors": self.vectors, "matrix": self.metric.matrix}
        for number, part in enumerate(self.metric.parts):
            found[f"directions-{number}"] = part.directions
        return found, [(part.modality, part.weight) for part in self.metric.parts]

    @classmethod
    def of_arrays(cls, found: Mapping[str, Floats], named: list[tuple[str, float]]) -> Self:
        """Return what `arrays` gave."""
        parts = tuple(
            Part(name, weight, found[f"directions-{number}"])
            for number, (name, weight) in enumerate(named)
        )
        return cls(Metric(parts, found["matrix"]), found["vectors"])


def strongest(rows: Any, k: int, seed: int) -> Floats:
    """Return the `k` strongest right singular vectors of rows (n, dim), float32 (dim, at most k).

    By subspace iteration from a seeded start, so that neither n nor dim is ever squared; fewer
    where the rows span fewer.
    """
    n, dim = rows.shape
    width = min(k + SPARE, n, dim)
    if not width:
        return np.empty((dim, 0), np.float32)
    basis = np.random.default_rng(seed).normal(size=(dim, width)).astype(np.float32)
    for _ in range(TURNS):
        basis = np.linalg.qr(np.asarray(rows.T @ (rows @ basis)))[0]
    inside = np.asarray(rows @ basis, np.float64)
    values, turned = np.linalg.eigh(inside.T @ inside)
    values, turned = values[::-1][:k], turned[:, ::-1][:, :k]
    kept = values > FAINTEST * max(float(values[0]), 1e-12)
    found = basis @ turned[:, kept].astype(np.float32)
    largest = np.abs(found).argmax(axis=0)  # fixes the signs, which are arbitrary
    return np.ascontiguousarray(found * np.sign(found[largest, np.arange(found.shape[1])]))
