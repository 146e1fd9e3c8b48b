"""Heads: what may follow where an item is seen, a number for each outcome, from shared layers.

    a_0 = z,   a_i = GELU(a_(i-1) W_i + b_i),   f = a_n V + c + p place
    click, conversion: 1 / (1 + exp(-f)), a chance.   watch, rating: f within 0 and 1, a share

z is what is read of an item beside a history (`outcome_features`), each number less its mean, in
standard deviations, within -4 and 4. What stands first is seen longer and clicked more, whatever
it is (Zhao et al., RecSys 2019): place, the logarithm of where it stood, is learned beside the
layers, and left out when it is asked, so that all are compared at a usual place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from scipy.special import expit

from beholder import tensors
from beholder.behaviour.history import History
from beholder.scorers.features import Codes, Reads, Sight, sight_of
from beholder.scorers.interface import Floats, Positions
from beholder.scorers.outcome_features import SHOWN, TASKS, names_of, outcome_features
from beholder.scorers.ranker import AMONG, WIDEST, bend, standard
from beholder.spaces import Similarity

CHANCES = 2  # the first of the tasks say whether something happens, the others how much of it
FOLDER, FILE = "heads", "heads.safetensors"
LARGEST = 1e6  # of what is read of items: logarithms, rates and unit vectors are single digits


class Net(NamedTuple):
    """What is learned.

    Attributes
    ----------
    weights, shifts
        (in, out), (out,) of each shared layer. W and b.
    out, base
        (h, tasks), (tasks,). V and c.
    place
        (tasks,). p.
    """

    weights: tuple[Floats, ...]
    shifts: tuple[Floats, ...]
    out: Floats
    base: Floats
    place: Floats

    @property
    def arrays(self) -> list[Floats]:
        """All that is learned, in one order."""
        return [*self.weights, *self.shifts, self.out, self.base, self.place]

    @classmethod
    def of(cls, arrays: list[Floats]) -> Net:
        """Return a network of what `arrays` gave."""
        layers = (len(arrays) - 3) // 2
        return cls(tuple(arrays[:layers]), tuple(arrays[layers : 2 * layers]), *arrays[-3:])

    def __call__(self, z: Floats, place: Floats | None = None) -> Floats:
        """Return f, (k, tasks); place None: a usual one."""
        active = z
        for weight, shift in zip(self.weights, self.shifts, strict=True):
            inside = active @ weight + shift
            active = 0.5 * inside * (1 + bend(inside, inside * inside))
        found: Floats = active @ self.out + self.base
        if place is not None:
            found += place[:, None] * self.place
        return found

    def only(self, columns: list[int]) -> Net:
        """Return the network with some of its heads."""
        own = [part[..., columns] for part in (self.out, self.base, self.place)]
        return Net(self.weights, self.shifts, *own)


def said(f: Floats, chances: int) -> Floats:
    """Return chances, the first columns, and shares of what heads say, (..., tasks)."""
    found: Floats = np.clip(f, 0, 1)
    found[..., :chances] = expit(f[..., :chances])
    return found


@dataclass(frozen=True)
class Heads:
    """A network, and what it reads.

    Attributes
    ----------
    tasks
        Names of its heads, in the order of `TASKS`.
    directions, liked, mean, spread
        As in `Ranker`, the last two of what it learned from.
    records
        float32 (n_items + 1, tasks of all + 1). What followed where each item of the bundle was
        seen before, and how often it was; the last of all others. See `outcome_features`.
    """

    reads: Reads
    tasks: tuple[str, ...]
    net: Net
    directions: Floats
    liked: Floats
    records: Floats
    mean: Floats
    spread: Floats

    def sight(self, content: Similarity, codes: dict[str, Codes], groups: Positions) -> Sight:
        """Return all items as these heads read them, late ones too; see `sight_of`."""
        return sight_of(self.reads, self.directions, content, codes, groups, self.liked)

    def __call__(self, sight: Sight, told: History, positions: Positions) -> Floats:
        """Return what each head says of some items, float32 (k, tasks).

        Parameters
        ----------
        told
            Of known positions alone, and not empty.
        positions
            (k,). In any order.
        """
        found = np.empty((len(positions), len(self.tasks)), np.float32)
        chances = sum(task in TASKS[:CHANCES] for task in self.tasks)
        last = len(self.records) - 1
        for start in range(0, len(positions), AMONG):
            some = positions[start : start + AMONG]
            records = self.records[np.minimum(some, last)]
            read = outcome_features(sight, told, some, records)
            f = self.net(standard(read, self.mean, self.spread))
            found[start : start + AMONG] = said(f, chances)
        return found

    def save(self, folder: Path) -> None:
        """Write one safetensors file."""
        own = {name: getattr(self, name) for name in ARRAYS}
        net = {f"net {place}": array for place, array in enumerate(self.net.arrays)}
        told = {"reads": msgspec.json.encode(self.reads).decode(), "tasks": " ".join(self.tasks)}
        tensors.save(folder / FILE, {**own, **net}, told)

    @classmethod
    def load(cls, folder: Path) -> Heads:
        """Open what `save` wrote."""
        found, told = tensors.load(folder / FILE)
        reads = msgspec.json.decode(told["reads"], type=Reads)
        tasks = tuple(told["tasks"].split())
        n_arrays = len(found) - len(ARRAYS)
        if n_arrays < 3 or not n_arrays % 2:
            raise ValueError("heads without a whole network")
        net = Net.of([found[f"net {place}"] for place in range(n_arrays)])
        heads = cls(reads, tasks, net, *(found[name] for name in ARRAYS))
        finite = [np.isfinite(found[name]).all() for name in found if name != "spread"]
        if not (_whole(heads) and all(finite) and (heads.spread > 0).all()):
            raise ValueError("heads read other things than they learned from")
        if not _bounded(heads):
            raise ValueError("heads have numbers so large that what they say is none")
        return heads


ARRAYS = ("directions", "liked", "records", "mean", "spread")


def _bounded(heads: Heads) -> bool:
    """Whether what is said stays a number of float32, whatever is read: z ends at `WIDEST`."""
    read = (heads.directions, heads.liked, heads.records)
    net, bound = heads.net, np.full(len(heads.mean), WIDEST, np.float64)
    found = []
    layers = [*zip(net.weights, net.shifts, strict=True), (net.out, net.base)]
    for weight, shift in layers:  # GELU makes nothing larger
        bound = bound @ np.abs(weight.astype(np.float64)) + np.abs(shift)
        found.append(bound.max())
    most = float(np.finfo(np.float32).max) / 2  # sums are rounded
    return max(found) < most and all(np.abs(one).max(initial=0) < LARGEST for one in read)


def _whole(heads: Heads) -> bool:
    n, tasks, net = len(names_of(heads.reads)), len(heads.tasks), heads.net
    widths = [n, *(len(shift) for shift in net.shifts)]
    layers = list(pairwise(widths))
    return (
        bool(tasks)
        and [task for task in TASKS if task in heads.tasks] == list(heads.tasks)
        and [weight.shape for weight in net.weights] == layers
        and [shift.ndim for shift in net.shifts] == [1] * len(layers)
        and net.out.shape == (widths[-1], tasks)
        and net.base.shape == net.place.shape == (tasks,)
        and heads.mean.shape == heads.spread.shape == (n,)
        and heads.records.ndim == heads.directions.ndim == 2
        and heads.records.shape[1] == len(TASKS) + len(SHOWN)
        and heads.liked.shape == heads.records.shape[:1] != (0,)
    )
