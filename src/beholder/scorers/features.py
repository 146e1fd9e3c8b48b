"""What a ranker reads of the candidates of one history: numbers about each, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.scorers.interface import Floats, Positions
from beholder.spaces import Similarity, Space
from beholder.spaces.word_space import WordSpace

NEWEST = 30  # items of a history that are looked at
FAINTEST = np.float32(np.exp(-6))  # of a good first score: below, all are the same
NARROW = 0.3  # spreads that somebody's numbers differ by at least
OF_SCORE = ("score", "log score", "log place", "beside the first")
OF_HISTORY = ("log length", "log moments", "popularity of it", "first score", "newest moment")
TINY = 1e-9

Codes = NDArray[np.int32]
Numbers = NDArray[np.float64]


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
        ways = ("from the mean", "how far", "from the newest")
        found += [f"{name}, {which}" for which in ways for name in self.numbers]
        found += ["same product"] * self.products
        return [*found, "popularity", *OF_HISTORY]


@dataclass(frozen=True)
class Sight:
    """All items as a ranker reads them.

    Attributes
    ----------
    words
        float32 (n, d), unit rows; d is 0 where no words are read.
    codes
        int32 (n,) each. Equal numbers are equal values, -1: none.
    numbers
        float64 (n,) each; not a number: none.
    groups
        int32 (n,). Variants of one product share a number, -1: none is known.
    liked
        float32 (n,). How popular each is, in logarithms.
    features
        How many numbers are read of each.
    """

    spaces: tuple[Space, ...]
    words: Floats
    codes: tuple[Codes, ...]
    numbers: tuple[Numbers, ...]
    groups: Positions
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
    liked
        As in `Ranker`.
    """
    n = len(content)
    nothing = np.full(n, -1, np.int32)
    unknown = np.full(n, np.nan)
    words = np.zeros((n, 0), np.float32)
    if reads.words:
        space = content.spaces[reads.words]
        assert isinstance(space, WordSpace), "words are of one kind"
        words = space.along(directions)
    held = content.numbers
    return Sight(
        tuple(content.spaces[name] for name in reads.spaces),
        words,
        tuple(codes.get(name, nothing) for name in reads.codes),
        tuple(held[name].places if name in held else unknown for name in reads.numbers),
        groups,
        np.pad(liked[:-1], (0, n + 1 - len(liked)), constant_values=liked[-1]),
        reads.products,
        len(reads.names),
    )


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
    of_newest = int(np.count_nonzero(newest))
    means = np.empty((2, len(own)), np.float32)
    means[0], means[1] = 1 / len(own), newest / np.float32(of_newest)
    found = np.empty((sight.features, len(positions)), np.float32)
    rows = iter(found)
    for one in _of_scores(scores, scale):
        next(rows)[:] = one
    for one in _of_likeness(sight, positions, own, means):
        next(rows)[:] = one
    for one in _of_values(sight, positions, own, means):
        next(rows)[:] = one
    next(rows)[:] = sight.liked[positions]
    next(rows)[:] = np.log(len(told))
    next(rows)[:] = np.log(int(age[0]) + 1)
    next(rows)[:] = sight.liked[own].mean()
    next(rows)[:] = scores[0] / scale
    next(rows)[:] = of_newest
    return found


def _of_scores(scores: Floats, scale: float) -> Iterator[Floats]:
    level = scores / np.float32(scale)
    yield level
    yield log_of(level)
    yield np.log1p(np.arange(len(scores), dtype=np.float32))
    yield scores / np.float32(max(float(scores[0]), TINY))


def log_of(level: Floats) -> Floats:
    """Return the logarithm of scaled scores, those that are hardly above 0 all the same."""
    logarithm: Floats = np.log(np.maximum(level, FAINTEST))
    return logarithm


def _of_likeness(
    sight: Sight, positions: Positions, own: Positions, means: Floats
) -> Iterator[Floats]:
    alike = [space.between(own, positions) for space in sight.spaces]
    if sight.words.shape[1]:
        alike.append(sight.words[own] @ sight.words[positions].T)
    for one in alike:
        yield one.max(axis=0)
    for one in alike:
        yield means[1] @ one


def _of_values(
    sight: Sight, positions: Positions, own: Positions, means: Floats
) -> Iterator[NDArray[Any]]:
    k, n = len(positions), len(sight.codes)
    both = np.concatenate([positions, own])
    codes = [*sight.codes, sight.groups] if sight.products else sight.codes
    if codes:
        told = np.array([one.take(both) for one in codes])
        liked = told[:, k:, None]
        equal = liked == told[:, None, :k]
        equal &= liked >= 0
        shares = means @ equal[:n].astype(np.float32)
        yield from shares[:, 0]
        yield from shares[:, 1]
    if sight.numbers:
        yield from _of_numbers(np.array([one.take(both) for one in sight.numbers]), k, means)
    if sight.products:
        yield equal[n].any(axis=0)


def _of_numbers(told: Numbers, k: int, means: Floats) -> Iterator[Numbers]:
    """Yield how far candidates are from the mean, without a sign too, and from the newest."""
    theirs, ours = told[:, :k], told[:, k:]
    there = np.isfinite(ours)
    ours = np.where(there, ours, 0)
    counted = np.maximum(there @ means.T, TINY)
    mean = (ours @ means.T) / counted
    squares = (ours * ours) @ means[0] / counted[:, 0]
    spread = np.sqrt(np.maximum(squares - mean[:, 0] ** 2, 0))
    away, lately = theirs - mean[:, :1], theirs - mean[:, 1:]
    known = np.isfinite(theirs)
    away = np.where(known & (counted[:, :1] > TINY), away, 0)
    lately = np.where(known & (counted[:, 1:] > TINY), lately, 0)
    yield from away
    yield from np.abs(away) / (spread[:, None] + NARROW)
    yield from lately
