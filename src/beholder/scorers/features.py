"""What a ranker reads of the candidates of one history: numbers about each, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.scorers.interface import Floats, Positions
from beholder.spaces import Similarity, Space
from beholder.spaces.word_space import WordSpace

NEWEST = 30  # items of a history that are looked at
LEAST = np.exp(-6.0)  # of a good first score: below, all are the same
OF_SCORE = ("score", "log score", "log place", "beside the first")
OF_HISTORY = ("log length", "log moments", "popularity of it", "first score", "newest moment")
TINY = 1e-9
PLACES = np.log1p(np.arange(100, dtype=np.float32))

Codes = NDArray[np.int32]


class Reads(msgspec.Struct, frozen=True):
    """Names of what a ranker reads.

    Attributes
    ----------
    spaces
        Modalities whose vectors are compared as they are.
    words
        The modality of texts, compared along few directions; empty: none.
    codes, numbers
        Attributes.
    products
        Whether variants of one product are known.
    """

    spaces: tuple[str, ...] = ()
    words: str = ""
    codes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    products: bool = False

    @property
    def names(self) -> list[str]:
        """What each feature says, in their order."""
        alike = [*self.spaces, self.words] if self.words else self.spaces
        found = list(OF_SCORE)
        found += [f"{name}, {which}" for which in ("nearest", "newest") for name in alike]
        found += [f"same {name}, {which}" for which in ("all", "newest") for name in self.codes]
        found += ["same product"] * self.products
        ways = ("from the mean", "how far", "from the newest")
        found += [f"{name}, {which}" for which in ways for name in self.numbers]
        return [*found, "popularity", *OF_HISTORY]


@dataclass(frozen=True)
class Sight:
    """All items as a ranker reads them.

    Attributes
    ----------
    words
        float32 (n, d), unit rows; None: they are not read.
    codes
        int32 (n, attributes), and which product each is of, if that is read. Equal numbers are
        equal values, -1: none.
    numbers
        float32 (n, 2 attributes). Values, 0 where there is none, and after them whether there is.
    liked
        float32 (n,). How popular each is, in logarithms.
    features
        How many numbers are read of each.
    """

    spaces: tuple[Space, ...]
    words: Floats | None
    codes: Codes
    numbers: Floats
    liked: Floats
    products: bool
    features: int


def sight_of(
    reads: Reads,
    directions: Floats,
    content: Similarity,
    codes: Mapping[str, Codes],
    groups: Positions,
    liked: Floats,
) -> Sight:
    """Return all items as a ranker reads them; what is not there of late ones is missing.

    Parameters
    ----------
    directions
        float32 (terms, d). Along which words are compared.
    groups
        int32 (n,). Variants of one product share a number, -1: none is known.
    liked
        As in `Ranker`.
    """
    n = len(content)
    words = None
    if reads.words:
        space = content.spaces[reads.words]
        assert isinstance(space, WordSpace), "words are of one kind"
        words = space.along(directions)
    table = [codes.get(name, -1) for name in reads.codes] + [groups] * reads.products
    numbers = np.array([_places(content, name) for name in reads.numbers]).reshape(-1, n)
    return Sight(
        tuple(content.spaces[name] for name in reads.spaces),
        words,
        _beside(table, n, np.int32),
        _beside([*np.nan_to_num(numbers), *np.isfinite(numbers)], n, np.float32),
        np.pad(liked[:-1], (0, n + 1 - len(liked)), constant_values=liked[-1]),
        reads.products,
        len(reads.names),
    )


def _places(content: Similarity, name: str) -> NDArray[np.float64]:
    """Return a number of all items in its spreads; not a number where there is none."""
    held = content.numbers.get(name)
    return np.full(len(content), np.nan) if held is None else held.places


def _beside(columns: Sequence[Any], n: int, kind: type[Any]) -> NDArray[Any]:
    """Return columns, or one value of all, as one table, (n, columns): a row is read at once."""
    table = np.empty((n, len(columns)), kind)
    for place, column in enumerate(columns):
        table[:, place] = column
    return table


def features_of(
    sight: Sight, told: History, positions: Positions, scores: Floats, scale: float
) -> Floats:
    """Return what is read of candidates, float32 (features, k), in the order of `Reads.names`.

    Parameters
    ----------
    told
        Of known positions alone, and not empty.
    positions, scores
        (k,). Best first.
    scale
        The size of a good first score.
    """
    age = told.age
    own, newest = told.items[-NEWEST:], age[-NEWEST:] == 0
    of_newest = np.count_nonzero(newest)
    means = np.empty((2, len(own)), np.float32)
    means[0], means[1] = 1 / len(own), newest / of_newest
    both, k = np.concatenate([positions, own]), len(positions)
    found = np.empty((sight.features, k), np.float32)
    _read_scores(found[:4], scores, scale)
    first = 4 + _read_likeness(found[4:], sight, positions, own, means)
    codes = np.ascontiguousarray(sight.codes.take(both, axis=0).T)
    first += _read_codes(found[first:], codes, k, sight.products, means)
    _read_numbers(found[first:], sight.numbers.take(both, axis=0).T, means)
    liked = sight.liked.take(both)
    found[-6] = liked[:k]
    of_history = (
        log(len(told)),
        log(int(age[0]) + 1),
        means[0] @ liked[k:],
        found[0, 0],
        of_newest,
    )
    found[-5:] = np.array(of_history, np.float32)[:, None]
    return found


def log_of(level: Floats) -> Floats:
    """Return the logarithm of scaled scores, those that are hardly above 0 all the same."""
    logarithm: Floats = np.log(np.maximum(level, np.float32(LEAST)))
    return logarithm


def _read_scores(found: Floats, scores: Floats, scale: float) -> None:
    np.divide(scores, np.float32(scale), out=found[0])
    found[1] = log_of(found[0])
    found[2] = PLACES[: len(scores)]
    np.divide(scores, np.float32(max(float(scores[0]), LEAST * scale)), out=found[3])


def _read_likeness(
    found: Floats, sight: Sight, positions: Positions, own: Positions, means: Floats
) -> int:
    """Read how alike candidates and history are, and return how many numbers that took."""
    alike = [space.between(own, positions) for space in sight.spaces]
    if sight.words is not None:
        alike.append(sight.words.take(own, axis=0) @ sight.words.take(positions, axis=0).T)
    for place, one in enumerate(alike):
        one.max(axis=0, out=found[place])
        np.matmul(means[1], one, out=found[len(alike) + place])
    return 2 * len(alike)


def _read_codes(found: Floats, told: Codes, k: int, products: bool, means: Floats) -> int:
    """Read of which shares of the history a candidate has the values, and return as above.

    Parameters
    ----------
    products
        Whether the last row says of which product an item is: whether any is of the same.
    """
    n = len(told) - products
    if not len(told):
        return 0
    liked = told[:, k:, None]
    equal = liked == told[:, None, :k]
    equal &= liked >= 0
    shares = means @ equal.astype(np.float32)
    found[:n], found[n : 2 * n] = shares[:n, 0], shares[:n, 1]
    if products:
        np.greater(shares[n, 0], 0, out=found[2 * n], casting="unsafe")
    return 2 * n + products


def _read_numbers(found: Floats, told: Floats, means: Floats) -> None:
    """Read how far candidates are from the mean, without a sign too, and from the newest."""
    n, k = len(told) // 2, found.shape[1]
    if not n:
        return
    theirs, known = told[:n, :k], told[n:, :k]
    counted = told[n:, k:] @ means.T
    mean = told[:n, k:] @ means.T / np.maximum(counted, TINY)
    np.multiply(theirs - mean[:, :1], known * (counted[:, :1] > 0), out=found[:n])
    np.abs(found[:n], out=found[n : 2 * n])
    np.multiply(theirs - mean[:, 1:], known * (counted[:, 1:] > 0), out=found[2 * n : 3 * n])
