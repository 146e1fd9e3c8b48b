"""A network of pictures and words, asked about items: what each shows, and what is said of it.

Its vectors of pictures are those of an own encoder like any other, and are kept like them. Here
words come to them, so that an item that is named otherwise is compared otherwise at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from beholder.encoders import own_network
from beholder.encoders.interface import Array
from beholder.errors import DataError

KIND = "mmcnn"
WORDS, SEEN, THERE = "words", "seen", "there"
VOCABULARY = "vocabulary"
Reads = Literal["conv", "gru"]  # words: one-dimensional convolutions, or a gated unit
LENGTH = 48  # words of an item that are read, the first
UNKNOWN, FIRST = 1, 2  # codes: 0 is no word, 1 one that is not known, the others follow
AT_ONCE = 1024  # items
Codes = NDArray[np.int64]


class ItemNetwork:
    """One network, opened for items.

    Parameters
    ----------
    name, folder
        As of `OwnNetwork`; raises as that does, and a DataError without the words that it knows.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.session = own_network.opened(name, folder)
        self.side = own_network.side_of(self.session)
        self.dim = int(self.session.get_outputs()[0].shape[1])
        told = self.session.get_modelmeta().custom_metadata_map.get(VOCABULARY)
        if told is None:
            raise _unreadable(name, "it has no vocabulary")
        self.vocabulary = numbered(told.split("\n"))
        try:
            self.vectors(
                np.zeros((1, self.dim), np.float32), np.zeros(1, bool), [[*self.vocabulary][-1:]]
            )
        except Exception as error:  # of a library whose errors have no family
            n = len(self.vocabulary)
            raise _unreadable(
                name, f"its vocabulary of {n} words is longer than it knows"
            ) from error

    def vectors(
        self, seen: Array, pictured: NDArray[np.bool_], terms: Sequence[Sequence[str]]
    ) -> Array:
        """Return the vectors of items, float32 (m, dim).

        Parameters
        ----------
        seen
            (m, dim). The vector of a picture of each.
        pictured
            bool (m,). Whether there is one.
        terms
            Words of each; an item has a picture, or words, or both.
        """
        codes = codes_of(terms, self.vocabulary)
        there = np.stack([pictured, codes[:, 0] > 0], axis=1).astype(np.float32)
        black = np.zeros((1, 3, self.side, self.side), np.float32)  # the half of pictures sleeps
        found = [np.empty((0, seen.shape[1]), np.float32)]
        for start in range(0, len(codes), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            asked = {WORDS: codes[some], SEEN: seen[some].astype(np.float32), THERE: there[some]}
            found += self.session.run(["items"], {"pixels": black, **asked})
        return np.concatenate(found)


def _unreadable(name: str, why: str) -> DataError:
    return DataError(
        f"{name} cannot be asked about words: {why}",
        remedy="restore its file from a backup, or leave it out: train --tune-encoder none",
    )


def of_items(name: str) -> bool:
    """Whether an encoder looks at words, too."""
    found = own_network.SHAPE.fullmatch(name)
    return found is not None and found[1] == KIND


def numbered(vocabulary: Iterable[str]) -> dict[str, int]:
    """Return the code of each word."""
    return {word: code for code, word in enumerate(vocabulary, FIRST)}


def codes_of(terms: Sequence[Sequence[str]], vocabulary: Mapping[str, int]) -> Codes:
    """Return the codes of words, (n, LENGTH): 0 after the last."""
    codes = np.zeros((len(terms), LENGTH), np.int64)
    for row, own in enumerate(terms):
        found = [vocabulary.get(term, UNKNOWN) for term in own[:LENGTH]]
        codes[row, : len(found)] = found
    return codes
