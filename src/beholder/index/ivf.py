"""The approximate index: vectors in lists around centres, of which a search reads the nearest.

An inverted file over a coarse quantiser (Sivic and Zisserman, ICCV 2003; Jegou et al., TPAMI
2011, section IV) with whole vectors in its lists. How many lists are read is not guessed but
calibrated on the vectors themselves: the inside of a list is searched exactly, so that the share
of true neighbours which `p` lists would find is the share whose list is among the `p` nearest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beholder.index.best import best, tie_order
from beholder.index.centres import assign, centres_of
from beholder.index.exact import Exact
from beholder.index.interface import Found, Mask, Positions, Vectors
from beholder.index.room import Room, appended
from beholder.index.shapes import check_search, check_vectors, nothing, present

RECALL = 0.98  # of the 100 nearest, at least
DEPTH = 100
QUERIES = 500  # vectors that the calibration asks with
FEW = 20_000  # allowed vectors that are compared one by one
SHARE = 0.1  # or this share of all
TAIL = 5_000  # added vectors that are compared one by one until they are sorted into the lists


@dataclass(frozen=True)
class IVF:
    """Vectors in lists.

    Attributes
    ----------
    live
        bool (n,). False where there is no vector.
    centres
        float32 (lists, dim), unit rows.
    lists
        int32 (m,). The list of each of the first m positions; later ones are in none yet.
    probes
        How many lists a search reads.
    recall
        Share of the 100 nearest that this finds, as measured on the vectors themselves.
    room
        Where the vectors stand, if they grew.
    """

    vectors: Vectors
    live: Mask
    centres: Vectors
    lists: NDArray[np.int32]
    probes: int
    recall: float
    room: Room | None = None

    @classmethod
    def over(cls, vectors: Vectors, seed: int = 0, recall: float = RECALL) -> Self:
        """Sort vectors float32 (n, dim) into lists, and calibrate."""
        live = present(vectors)
        centres = centres_of(vectors[live], seed)
        lists = assign(vectors, centres)
        probes, reached = calibrated(vectors, live, centres, lists, recall, seed)
        return cls(vectors, live, centres, lists, probes, reached)

    def __len__(self) -> int:
        """Return the number of positions."""
        return len(self.vectors)

    @cached_property
    def _ties(self) -> NDArray[np.uint32]:
        return tie_order(len(self))

    @cached_property
    def _order(self) -> NDArray[np.int32]:
        """int32 (m,). Positions, list by list."""
        return np.argsort(self.lists, kind="stable").astype(np.int32)

    @cached_property
    def _packed(self) -> Vectors:
        """float32 (m, dim). The vectors in that order, so that a list is read in one go."""
        return self.vectors[self._order]

    @cached_property
    def _bounds(self) -> list[int]:
        """Where each list begins in that order, and where the last one ends."""
        counts = np.bincount(self.lists, minlength=len(self.centres))
        return [0, *np.cumsum(counts).tolist()]

    @cached_property
    def _all_live(self) -> bool:
        return bool(self.live.all())

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> Found:
        """Find the `k` nearest of each query; see `Index.search`."""
        check_search(self.vectors, queries, k, allowed)
        mask = self._mask(allowed)
        n_open = len(self) if mask is None else int(np.count_nonzero(mask))
        if mask is not None and n_open <= max(FEW, SHARE * len(self)):
            return self._among(np.flatnonzero(mask), queries, k)
        found = nothing(len(queries), k)
        if not k or not n_open:
            return found
        probes = math.ceil(self.probes * len(self) / n_open)
        near = queries @ self.centres.T
        for row, query in enumerate(queries):
            chosen, scores = self._one(query, near[row], k, mask, probes)
            found.positions[row, : len(chosen)] = chosen
            found.scores[row, : len(chosen)] = scores
        return found

    def add(self, vectors: Vectors) -> Self:
        """Return an index with more vectors; see `TAIL`."""
        check_vectors(self.vectors, vectors)
        both, room = appended(self.vectors, vectors, self.room)
        live = np.concatenate([self.live, present(vectors)])
        lists = self.lists
        if len(both) - len(lists) > TAIL:
            lists = np.concatenate([lists, assign(both[len(lists) :], self.centres)])
        return replace(self, vectors=both, live=live, lists=lists, room=room)

    def take(self, positions: Positions) -> Self:
        """Return an index over some of them, with the lists that there are."""
        sorted_in, tail = self.lists, self.vectors[len(self.lists) :]
        lists = np.concatenate([sorted_in, assign(tail, self.centres)]) if len(tail) else sorted_in
        vectors, live = self.vectors[positions], self.live[positions]
        return replace(self, vectors=vectors, live=live, lists=lists[positions], room=None)

    def _mask(self, allowed: Mask | None) -> Mask | None:
        """Return what may be found; None: everything."""
        if allowed is None:
            return None if self._all_live else self.live
        return allowed if self._all_live else self.live & allowed

    def _among(self, positions: Positions, queries: Vectors, k: int) -> Found:
        """Compare these alone."""
        found = Exact.over(self.vectors[positions]).search(queries, k)
        there = found.positions >= 0
        found.positions[there] = positions[found.positions[there]]
        return found

    def _one(
        self, query: Vectors, near: Vectors, k: int, mask: Mask | None, probes: int
    ) -> tuple[NDArray[np.int32], Vectors]:
        """Search the nearest lists, and more of them as long as they hold fewer than `k`."""
        n_lists = len(near)
        while True:
            probes = min(probes, n_lists)
            read = np.argpartition(near, n_lists - probes)[n_lists - probes :]
            candidates, scores = self._read(query, read.tolist())
            if mask is not None:
                may = mask[candidates]
                candidates, scores = candidates[may], scores[may]
            if len(candidates) >= k or probes == n_lists:
                chosen = best(scores, k, self._ties[candidates])
                return candidates[chosen], scores[chosen]
            probes *= 2

    def _read(self, query: Vectors, lists: list[int]) -> tuple[NDArray[np.int32], Vectors]:
        """Return the positions in some lists and in the tail, and their scores."""
        spans = [slice(self._bounds[one], self._bounds[one + 1]) for one in lists]
        first = len(self.lists)
        tail = np.arange(first, len(self), dtype=np.int32)
        candidates = np.concatenate([*(self._order[span] for span in spans), tail])
        scores = np.empty(len(candidates), np.float32)
        start = 0
        for rows in (*(self._packed[span] for span in spans), self.vectors[first:]):
            np.matmul(rows, query, out=scores[start : start + len(rows)])
            start += len(rows)
        return candidates, scores


def calibrated(
    vectors: Vectors,
    live: Mask,
    centres: Vectors,
    lists: NDArray[np.int32],
    recall: float,
    seed: int = 0,
) -> tuple[int, float]:
    """Return how many lists to read for this recall, and the recall that is reached.

    Some of the vectors are the queries; a vector does not count as its own neighbour.
    """
    there = np.flatnonzero(live)
    if len(there) < 2:
        return 1, 1.0
    asking = np.random.default_rng(seed).permutation(there)[:QUERIES]
    k = min(DEPTH + 1, len(there))
    exact = Exact(vectors, live).search(vectors[asking], k).positions
    true = (exact != asking[:, None]) & (exact >= 0)
    near = vectors[asking] @ centres.T
    rank = np.argsort(np.argsort(-near, axis=1), axis=1)
    needed = np.sort(np.take_along_axis(rank, lists[exact], axis=1)[true]) + 1
    probes = int(needed[math.ceil(recall * len(needed)) - 1])
    return probes, float((needed <= probes).mean())
