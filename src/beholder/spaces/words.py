"""Texts as sparse tf-idf vectors: words, and pairs of characters where words are not spaced."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

WORD = re.compile(r"[^\W_]+", re.UNICODE)
FEW = 5  # texts from which it cannot be learned which words say nothing
# What is not seen inside of a word: where it may be broken, and marks of the beginning.
UNSEEN = re.compile("[\u00ad\u2060\ufeff]|(?<=[a-z\u00df-\u024f\u0370-\u052f])\u200b")
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def tokens(text: str) -> list[str]:
    """Split a text into lower-case words; Chinese, Japanese and Korean into character pairs."""
    found, small = [], text.lower()
    for word in WORD.findall(small if small.isascii() else UNSEEN.sub("", small)):
        rest = UNSPACED.sub(" ", word).split()
        found += rest
        for run in UNSPACED.findall(word):
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return found


class Counts(NamedTuple):
    """How often each text says each term.

    Attributes
    ----------
    terms
        All that any text says, in the order in which they came.
    times
        int32 sparse (n_texts, n_terms).
    """

    terms: list[str]
    times: sp.csr_array


def counted(texts: Sequence[str]) -> Counts:
    """Split texts into terms: most of the work, and so done once for all that is made of them."""
    codes: dict[str, int] = {}
    bounds, columns, times = array("q", [0]), array("i"), array("i")
    for text in texts:
        found = Counter(tokens(text))
        columns.extend([codes.setdefault(term, len(codes)) for term in found])
        times.extend(found.values())
        bounds.append(len(columns))
    indptr = np.array(bounds, np.int64)
    data, indices = np.array(times, np.int32), np.array(columns, np.int32)
    shape = (len(indptr) - 1, len(codes))
    return Counts(list(codes), sp.csr_array((data, indices, indptr), shape=shape))


@dataclass(frozen=True)
class TfIdf:
    """A vocabulary with inverse document frequencies (Salton and Buckley, 1988).

    Attributes
    ----------
    vocabulary
        Terms in order of their columns.
    idf
        float32 (n_terms,). log((1 + n) / (1 + df)) + 1; of up to five texts 1.
    """

    vocabulary: list[str]
    idf: NDArray[np.float32]

    @classmethod
    def fit(cls, counts: Counts, learned: NDArray[np.bool_], largest: int = 50_000) -> TfIdf:
        """Learn the vocabulary: terms in at least 2 texts and at most half of them.

        Of up to five texts all terms are kept, and with few more those in up to five of them: half
        of three texts would leave no term that two of them share.

        Parameters
        ----------
        learned
            bool (n_texts,). The texts that count.
        """
        said = counts.times[np.flatnonzero(learned)].indices
        df = np.bincount(said, minlength=len(counts.terms)).tolist()
        n = int(learned.sum())
        least, most = 2 if n > FEW else 1, max(FEW, n // 2)
        named = zip(counts.terms, df, strict=True)
        kept = [(term, count) for term, count in named if least <= count <= most]
        kept = sorted(kept, key=lambda pair: (-pair[1], pair[0]))[:largest]
        often = np.array([count for _, count in kept], np.float64)
        idf = np.log((1 + n) / (1 + often)) + 1 if n > FEW else np.ones(len(kept))
        return cls([term for term, _ in kept], idf.astype(np.float32))

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(self.vocabulary)}

    def __call__(self, texts: Sequence[str]) -> sp.csr_array:
        """Return unit rows of texts; see `rows`."""
        return self.rows(counted(texts))

    def rows(self, counts: Counts) -> sp.csr_array:
        """Return unit rows, float32 sparse (n_texts, n_terms), with sublinear tf."""
        places = [self._columns.get(term, -1) for term in counts.terms]
        column = np.array(places, np.int32)[counts.times.indices]
        known = column >= 0
        bounds = np.concatenate([[0], np.cumsum(known)])[counts.times.indptr].astype(np.int32)
        column, times = column[known], counts.times.data[known].astype(np.float64)
        value = (1 + np.log(times)).astype(np.float32) * self.idf[column]
        shape = (counts.times.shape[0], len(self.vocabulary))
        found = sp.csr_array((value.astype(np.float32), column, bounds), shape=shape)
        lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
        scale = sp.diags_array((1 / np.maximum(lengths, 1e-12)).astype(np.float32))
        scaled = sp.csr_array(scale @ found, dtype=np.float32)
        scaled.sort_indices()
        return scaled
