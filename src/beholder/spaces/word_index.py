"""Which texts say a word, in whatever form: for search.

A word is looked for as it is and by its stem (Snowball; Porter, 1980), then as German without
umlauts, then as the beginning of longer words, and last as the nearest words of the same first
letter (`difflib`). The first of these ways that finds something is taken.
"""

from __future__ import annotations

import difflib
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
import scipy.sparse as sp
import snowballstemmer
from numpy.typing import NDArray

from beholder.spaces.words import counted, tokens

Floats = NDArray[np.float32]
EXACT, STEM, PREFIX, CLOSE = 1.0, 0.9, 0.6, 0.5  # what a form of a word counts
BODY = 0.4  # what a word counts in a long text
SHORTEST = 3  # letters that a longer word begins with
OFF = 2  # letters that a misspelt word is shorter or longer
MOST = 200  # longer words that a beginning stands for
# Words that every text of a language has: so it is known in which one a catalogue is written.
COMMON = {
    "danish": "og med til det en af",
    "dutch": "de het een met voor van",
    "english": "the and of with for by",
    "finnish": "ja on ei se kanssa myos",
    "french": "le la les et avec pour",
    "german": "der die das und mit fur aus",
    "italian": "il la di con per una",
    "norwegian": "og med til det en av",
    "portuguese": "o a de com para uma",
    "russian": "и в на с для не",
    "spanish": "el la de con para una",
    "swedish": "och med till det en av",
    "turkish": "ve bir ile icin bu da",
}
# Letters that no other of these languages has, or hardly: a catalogue of short titles has no more.
LETTERS = {
    "danish": "æ",
    "french": "çèêœ",
    "german": "äöüß",
    "portuguese": "ãõ",
    "russian": "абвгдежзийклмнопрстуфхцчшщыэюя",
    "spanish": "ñ¿¡",
    "swedish": "å",
    "turkish": "ğış",
}


def folded(text: str) -> str:
    """Return a text in small letters without accents: `Grün` and `GRUN` are one word."""
    plain = text.casefold()
    if plain.isascii():
        return plain
    apart = unicodedata.normalize("NFD", plain)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not "\u0300" <= c <= "\u036f"))


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return tokens(folded(text))


class WordIndex:
    """Texts by their words.

    Parameters
    ----------
    heads, bodies
        n texts each: names and short facts, and what is told at length.

    Attributes
    ----------
    language
        The one of `COMMON` that the texts are in, as it seems.
    """

    def __init__(self, heads: Sequence[str], bodies: Sequence[str]) -> None:
        self.n = len(heads)
        said = counted([folded(text) for text in (*heads, *bodies)])
        columns = sp.csc_array(said.times)
        order = np.argsort(np.array(said.terms, object)) if said.terms else np.empty(0, np.int64)
        self._terms = [said.terms[i] for i in order.tolist()]
        self._columns = order
        self._rows, self._starts = columns.indices, columns.indptr
        self.language = self._guessed(heads)

    def hits(self, columns: Sequence[int], counts: Sequence[float]) -> Floats:
        """Return how strongly each text says one of some words, float32 (n,), 0: not at all."""
        found = np.zeros(2 * self.n, np.float32)
        for place, counted_as in zip(columns, counts, strict=True):
            column = self._columns[place]
            rows = self._rows[self._starts[column] : self._starts[column + 1]]
            found[rows] = np.maximum(found[rows], np.float32(counted_as))
        said: Floats = np.maximum(found[: self.n], np.float32(BODY) * found[self.n :])
        return said

    def ways(self, word: str) -> Iterator[Floats]:
        """Yield what each way to read a word finds, the closest first; see the top of the file."""
        yield self._by_stem(word)
        plain = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
        yield self._by_stem(plain) if plain != word else self.hits((), ())
        longer = self._beginning(word) if len(word) >= SHORTEST else range(0)
        yield self.hits(longer[:MOST], [PREFIX] * len(longer[:MOST]))
        close = difflib.get_close_matches(word, self._near(word), n=3, cutoff=0.8)
        yield self.hits([self._place(one) for one in close], [CLOSE] * len(close))

    def _by_stem(self, word: str) -> Floats:
        places = self._stems.get(_stemmer(self.language)(word), [])
        return self.hits(places, [EXACT if self._terms[p] == word else STEM for p in places])

    @cached_property
    def _stems(self) -> dict[str, list[int]]:
        """The places of all terms by their stem; what a word's stem begins with may be another."""
        found: dict[str, list[int]] = {}
        stem = _stemmer(self.language)
        for place, term in enumerate(self._terms):
            found.setdefault(stem(term), []).append(place)
        return found

    def _beginning(self, letters: str) -> range:
        """Return the places of all terms that begin so."""
        first = bisect_left(self._terms, letters)
        return range(first, bisect_left(self._terms, letters + "\U0010ffff"))

    def _near(self, word: str) -> list[str]:
        """Return the terms that might be a word with letters off: of its first letter."""
        known = (self._terms[place] for place in self._beginning(word[:1]))
        return [term for term in known if abs(len(term) - len(word)) <= OFF]

    def _place(self, term: str) -> int:
        return bisect_left(self._terms, term)

    def _guessed(self, heads: Sequence[str]) -> str:
        """Return the language whose words and letters are there most; English where none are."""
        known = dict(zip(self._terms, np.diff(self._starts)[self._columns].tolist(), strict=True))
        said = {
            name: sum(known.get(word, 0) for word in common.split())
            for name, common in COMMON.items()
        }
        for name, letters in LETTERS.items():
            own = set(letters)
            said[name] += sum(not own.isdisjoint(head.lower()) for head in heads)
        best = max(said, key=lambda name: said[name])
        return best if said[best] > said["english"] else "english"


@lru_cache(maxsize=len(COMMON))
def _stemmer(language: str) -> Callable[[str], str]:
    """Return what gives the stem of a folded word."""
    stem = lru_cache(maxsize=100_000)(snowballstemmer.stemmer(language).stemWord)
    return lambda word: folded(stem(word))
