"""What items look and read like, as comparable vectors: fitted once, shared by all models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.whitening import Whitening
from beholder.dataset.words import TfIdf
from beholder.index import Index, index_over

Floats = NDArray[np.float32]
OFTEN = 20  # terms in more than one of so many items are frequent: at most a few hundred


@dataclass(frozen=True)
class PictureSpace:
    """One encoder's whitening, and an index over the whitened vectors of all items."""

    whitening: Whitening
    index: Index

    @property
    def vectors(self) -> Floats:
        """float32 (n_items, kept), unit rows; zero where an item has no picture."""
        return self.index.vectors

    def similar(self, raw: Floats) -> Floats:
        """Return cosines of new raw pictures with all items, at least 0: (m, n_items)."""
        return np.asarray(np.maximum(self.whitening(raw) @ self.vectors.T, 0), np.float32)


@dataclass(frozen=True)
class WordSpace:
    """The tf-idf vectors of all items, float32 sparse (n_items, n_terms), unit rows."""

    tfidf: TfIdf
    vectors: sp.csr_array

    @cached_property
    def _halves(self) -> tuple[Floats, sp.csr_array, sp.csr_array]:
        """The columns of frequent terms, dense, and the others with their transpose."""
        counts = np.bincount(self.vectors.indices, minlength=self.vectors.shape[1])
        frequent = counts > self.vectors.shape[0] / OFTEN
        columns = np.flatnonzero(frequent)
        dense = np.ascontiguousarray(self.vectors[:, columns].todense(), np.float32)
        rare = sp.csr_array(self.vectors[:, np.flatnonzero(~frequent)])
        return dense, rare, sp.csr_array(rare.T)

    @cached_property
    def across(self) -> sp.csr_array:
        """The transpose, float32 sparse (n_terms, n_items): new texts are compared by it."""
        return sp.csr_array(self.vectors.T)

    def of(self, positions: NDArray[np.int64]) -> WordSpace:
        """Return the words of some items alone."""
        return WordSpace(self.tfidf, sp.csr_array(self.vectors[positions]))

    def cosines(self, some: slice | NDArray[np.int64]) -> Floats:
        """Return cosines of some items with all items: float32 (m, n_items).

        Frequent terms meet in most pairs, where a dense product is several times faster; rare
        ones in few, where a sparse one is.
        """
        dense, rare, across = self._halves
        found = np.asarray(dense[some] @ dense.T, np.float32)
        seldom = sp.coo_array(rare[some] @ across)
        flat = found.reshape(-1)
        flat[seldom.row.astype(np.int64) * found.shape[1] + seldom.col] += seldom.data
        return found

    def similar(self, texts: list[str]) -> Floats:
        """Return cosines of new texts with all items: (m, n_items)."""
        return self.compared(self.tfidf(texts))

    def compared(self, read: sp.csr_array) -> Floats:
        """Return cosines of tf-idf rows with all items: (m, n_items)."""
        found: Floats = (read @ self.across).toarray().astype(np.float32, copy=False)
        return found


@dataclass(frozen=True)
class ContentSpace:
    """All modalities of a catalogue. Statistics come from `dataset.fitted` items alone."""

    pictures: dict[str, PictureSpace]
    words: WordSpace | None

    @classmethod
    def fit(cls, dataset: Dataset) -> ContentSpace:
        """Fit whitening per encoder and tf-idf."""
        pictures = {}
        for name, modality in dataset.pictures.items():
            learn = modality.present & dataset.fitted
            if learn.sum() < 2:
                continue
            whitening = Whitening.fit(modality.vectors[learn])
            vectors = whitening(modality.vectors)
            vectors[~modality.present] = 0
            pictures[name] = PictureSpace(whitening, index_over(vectors))
        fitted = [t for t, ok in zip(dataset.texts, dataset.fitted, strict=True) if ok and t]
        words = None
        if fitted:
            tfidf = TfIdf.fit(fitted)
            words = WordSpace(tfidf, tfidf(dataset.texts))
        return cls(pictures, words)

    def space_of(self, picture: Mapping[str, Floats]) -> tuple[PictureSpace, Floats] | None:
        """Return the first space that a picture has a raw vector for, and that as a row."""
        for name, space in self.pictures.items():
            if name in picture:
                return space, picture[name].reshape(1, -1)
        return None

    @property
    def n_items(self) -> int:
        """Number of positions; 0 where nothing is known of any item."""
        for space in self.pictures.values():
            return len(space.vectors)
        return 0 if self.words is None else int(self.words.vectors.shape[0])

    @property
    def modalities(self) -> list[str]:
        """Names of what items can be compared by."""
        return [*self.pictures, *(["words"] if self.words is not None else [])]

    @property
    def main_picture(self) -> PictureSpace | None:
        """The first encoder's space: the one that tastes are read from."""
        return next(iter(self.pictures.values()), None)
