"""Texts as sparse tf-idf vectors: words, and pairs of characters where words are not spaced."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

WORD = re.compile(r"[^\W_]+", re.UNICODE)
FEW = 5  # texts from which it cannot be learned which words say nothing
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def tokens(text: str) -> list[str]:
    """Split a text into lower-case words; Chinese, Japanese and Korean into character pairs."""
    found = []
    for word in WORD.findall(text.lower()):
        rest = UNSPACED.sub(" ", word).split()
        found += rest
        for run in UNSPACED.findall(word):
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return found


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
    def fit(cls, texts: list[str], largest: int = 50_000) -> TfIdf:
        """Learn the vocabulary: terms in at least 2 texts and at most half of them.

        Of up to five texts all terms are kept, and with few more those in up to five of them: half
        of three texts would leave no term that two of them share.
        """
        df = Counter(term for text in texts for term in set(tokens(text)))
        n = len(texts)
        least, most = 2 if n > FEW else 1, max(FEW, n // 2)
        kept = [(term, count) for term, count in df.items() if least <= count <= most]
        kept = sorted(kept, key=lambda pair: (-pair[1], pair[0]))[:largest]
        counts = np.array([count for _, count in kept], np.float64)
        idf = np.log((1 + n) / (1 + counts)) + 1 if n > FEW else np.ones(len(kept))
        return cls([term for term, _ in kept], idf.astype(np.float32))

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(self.vocabulary)}

    def __call__(self, texts: list[str]) -> sp.csr_array:
        """Return unit rows, float32 sparse (n_texts, n_terms), with sublinear tf."""
        indptr, indices, times = [0], [], []
        for text in texts:
            counts = Counter(self._columns[t] for t in tokens(text) if t in self._columns)
            indices += list(counts)
            times += list(counts.values())
            indptr.append(len(indices))
        shape = (len(texts), len(self.vocabulary))
        column = np.array(indices, np.int32)
        value = (1 + np.log(np.array(times, np.float64))).astype(np.float32) * self.idf[column]
        rows = sp.csr_array((value.astype(np.float32), column, np.array(indptr, np.int32)), shape=shape)
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        scale = sp.diags_array((1 / np.maximum(lengths, 1e-12)).astype(np.float32))
        scaled = sp.csr_array(scale @ rows, dtype=np.float32)
        scaled.sort_indices()
        return scaled
