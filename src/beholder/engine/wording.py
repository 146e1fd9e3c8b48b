"""Search by words: items that say all of them before those that say some, the popular first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, chain, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.engine.overlay import Overlay
from beholder.scorers.interface import Floats
from beholder.spaces.word_index import words_of

STEM, PLAIN, ALL = 1, 3, 4  # ways to read a word: by its stem, without those nearest to it, all
MISSPELT = 8  # words of a search that may be: each is compared with thousands
LIKED = 0.1  # of what the least word counts: how far the most popular is ahead of its equals


def word_scores(overlay: Overlay, query: str) -> Floats:
    """Return how well each item answers the words, float32 (n,), at most 1.1; 0: not at all.

    A word counts by how few items say it. Words that no item says, in whatever form, are passed
    over; what is not written as items write it is looked for among the first `MISSPELT` alone, and
    each part of `t-shirt` is one of these.
    """
    said = _matches(overlay, query)
    whole, least = said.whole, said.least
    if not whole:
        return np.zeros(len(overlay.cards), np.float32)
    # How strongly a word is said, and how popular an item is, never make up for another word that
    # is not said at all.
    by_strength = least / (2 * whole)
    scores = (said.matched + by_strength * said.strong) / (whole * (1 + by_strength))
    scores += (scores > 0) * LIKED * least / whole * overlay.popularity
    return scores.astype(np.float32)


def words_matched(overlay: Overlay, query: str) -> Floats:
    """Return how much of the words each item says, float32 (n,), 1 for all of them; 0: nothing.

    As in `word_scores`, but for how strongly, and how popular it is.
    """
    said = _matches(overlay, query)
    matched: Floats = (said.matched / (said.whole or 1.0)).astype(np.float32)
    return matched


class _Matches(NamedTuple):
    """How much of some words items say, float64 (n,): whether, and how strongly."""

    matched: NDArray[np.float64]
    strong: NDArray[np.float64]
    whole: float  # of an item that says all
    least: float  # of the word that most say


def _matches(overlay: Overlay, query: str) -> _Matches:
    n = len(overlay.cards)
    matched, strong, whole, least = (np.zeros(n), np.zeros(n), 0.0, np.inf)
    words = dict.fromkeys(tuple(words_of(word)) for word in query.split())
    before = accumulate(map(len, words), initial=0)
    said = (_said(overlay, parts, MISSPELT - n) for parts, n in zip(words, before, strict=False))
    for strength in chain.from_iterable(said):
        often = int(np.count_nonzero(strength))
        if not often:
            continue
        rare = float(np.log(1 + n / often))
        matched += rare * (strength > 0)
        strong += rare * strength
        whole, least = whole + rare, min(least, rare)
    return _Matches(matched, strong, whole, least)


def _said(overlay: Overlay, parts: tuple[str, ...], misspelt: int) -> Iterator[Floats]:
    """Yield how strongly each item says a word with all its parts, such as `SKU-1004`, `t-shirt`.

    They may be written in one, `tshirt`. Where no item says it in either way, and none is a
    number, the parts are words of their own.

    Parameters
    ----------
    misspelt
        How many of the parts may be.
    """
    different = {
        part: ALL if i < misspelt else PLAIN for i, part in enumerate(dict.fromkeys(parts))
    }
    every: Floats = np.full(len(overlay.cards), np.inf if parts else 0, np.float32)
    for part, ways in different.items():  # one at a time: there may be many
        np.minimum(every, _strength(overlay, part, ways), out=every)
    if len(parts) > 1:
        np.maximum(every, _strength(overlay, "".join(parts), STEM), out=every)
    if len(different) < 2 or any(part.isdigit() for part in parts) or every.any():
        yield every
    else:
        yield from (_strength(overlay, part, ways) for part, ways in different.items())


def _strength(overlay: Overlay, word: str, ways: int) -> Floats:
    """Return how strongly each item says a word, read in the first way that any item says.

    Parameters
    ----------
    ways
        How many are tried; see `word_index`.
    """
    base, changed = overlay.parts.words, overlay.words
    found: Floats = np.zeros(len(overlay.cards), np.float32)
    read = zip(base.ways(word), changed.words.ways(word), strict=True)
    for own, other in islice(read, ways):
        found[: len(own)] = own
        found[changed.positions] = other
        if found.any():
            break
    return found
