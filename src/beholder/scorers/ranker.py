"""The ranker: a small network that puts the first hundred candidates of a history in order.

    r(j) = a log(s_j / scale) + GELU(z_j W + b) . v

s_j is the score of the blend and z_j what is read of a candidate (`features`), each number less
its mean, in standard deviations, within -4 and 4. It says an order and no score: place i of the
hundred keeps the i-th score, so that what is behind them stays behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from beholder import tensors
from beholder.behaviour.history import History
from beholder.scorers.features import Codes, Reads, Sight, features_of, sight_of
from beholder.scorers.interface import Floats, Places, Positions
from beholder.spaces import Similarity

AMONG = 100  # candidates that are put in order
WIDEST = np.float32(4)  # standard deviations
BEND = np.float32(np.sqrt(2 / np.pi))
CUBE = np.float32(0.044715)
FOLDER, FILE = "ranker", "ranker.safetensors"


class Net(NamedTuple):
    """What is learned.

    Attributes
    ----------
    hidden, shift
        (features, h), (h,). W and b.
    out
        (h,). v.
    trust
        (1,). a: how much the order of the blend counts.
    """

    hidden: Floats
    shift: Floats
    out: Floats
    trust: Floats

    def __call__(self, z: Floats, level: Floats) -> Floats:
        """Return r of candidates.

        Parameters
        ----------
        z
            (k, features).
        level
            (k,). Logarithms of their scaled scores.
        """
        inside = z @ self.hidden
        inside += self.shift
        active = bend(inside, inside * inside)
        active += 1
        active *= inside
        active *= 0.5
        found: Floats = self.trust * level + active @ self.out
        return found


def bend(x: Floats, square: Floats) -> Floats:
    """Return the tanh in GELU of some numbers (Hendrycks and Gimpel, 2016), given their squares."""
    found = square * CUBE
    found += 1
    found *= x
    found *= BEND
    bent: Floats = np.tanh(found, out=found)
    return bent


@dataclass(frozen=True)
class Ranker:
    """A network, and what it reads.

    Attributes
    ----------
    directions
        float32 (terms, d). Along which words are compared; d is 0 where none are read.
    liked
        float32 (n_items + 1,). How popular each item of the bundle is, in logarithms, and what all
        others are.
    mean, spread
        float32 (features,). Of the lists that it learned from.
    scale
        The size of a good first score.
    """

    reads: Reads
    net: Net
    directions: Floats
    liked: Floats
    mean: Floats
    spread: Floats
    scale: float

    def sight(self, content: Similarity, codes: dict[str, Codes], groups: Positions) -> Sight:
        """Return all items as this ranker reads them, late ones too; see `sight_of`."""
        return sight_of(self.reads, self.directions, content, codes, groups, self.liked)

    def order(self, sight: Sight, told: History, positions: Positions, scores: Floats) -> Places:
        """Return the order of candidates, int64 (k,).

        Parameters
        ----------
        told
            Of known positions alone, and not empty.
        positions, scores
            (k,). Best first.
        """
        read = features_of(sight, told, positions, scores, self.scale)
        level = read[1].copy()
        z = standard(read.T, self.mean, self.spread)
        return np.argsort(-self.net(z, level), kind="stable")

    def save(self, folder: Path) -> None:
        """Write one safetensors file."""
        arrays = {**self.net._asdict(), "directions": self.directions, "liked": self.liked}
        arrays |= {"mean": self.mean, "spread": self.spread}
        told = {"reads": msgspec.json.encode(self.reads).decode(), "scale": repr(self.scale)}
        tensors.save(folder / FILE, arrays, told)

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """Open what `save` wrote."""
        found, told = tensors.load(folder / FILE)
        net = Net(*(found[name] for name in Net._fields))
        reads = msgspec.json.decode(told["reads"], type=Reads)
        scale = float(told["scale"])
        n, h = len(reads.names), len(net.out)
        shapes = [found[name].shape for name in ("mean", "spread", "hidden", "shift", "trust")]
        plain = found["directions"].ndim == 2 and found["liked"].ndim == 1 and len(found["liked"])
        if shapes != [(n,), (n,), (n, h), (h,), (1,)] or net.out.shape != (h,) or not plain:
            raise ValueError("a ranker reads other things than it learned from")
        # What never differed where it learned has a spread without end: it says nothing.
        finite = [np.isfinite(found[name]).all() for name in found if name != "spread"]
        if not (all(finite) and (found["spread"] > 0).all() and 0 < scale < np.inf):
            raise ValueError("a ranker has numbers that are not finite")
        return cls(
            reads, net, found["directions"], found["liked"], found["mean"], found["spread"], scale
        )


def standard(read: Floats, mean: Floats, spread: Floats) -> Floats:
    """Put features in standard deviations from their mean, (..., features), in place."""
    read -= mean
    read /= spread
    np.maximum(read, -WIDEST, out=read)
    return np.minimum(read, WIDEST, out=read)
