"""Search by words: tf-idf over all texts, and plain presence in titles."""

from __future__ import annotations

import difflib

import numpy as np
import pyarrow.compute as pc

from beholder.dataset.dataset import WORDS
from beholder.engine.overlay import Overlay
from beholder.scorers.interface import Floats
from beholder.spaces import WordSpace
from beholder.spaces.words import tokens


def word_scores(overlay: Overlay, query: str) -> Floats:
    """Return how well each item answers the words, float32 (n,); 0: not at all.

    Words that no text has are read as the nearest known ones (a prefix, or one letter off).
    """
    n = len(overlay.cards)
    total = np.zeros(n, np.float32)
    terms = tokens(query)
    space = overlay.content.spaces.get(WORDS)
    if isinstance(space, WordSpace):
        known = set(space.tfidf.vocabulary)
        read = [term if term in known else _nearest(term, space.tfidf.vocabulary) for term in terms]
        vector = space.tfidf([" ".join(read)])
        total += np.asarray((space.vectors @ vector.T).todense(), np.float32).ravel()
    titles = overlay.cards.table["title"]
    for term in terms:
        there = pc.match_substring(titles, term, ignore_case=True).to_numpy(zero_copy_only=False)
        total += there.astype(bool).astype(np.float32) / max(len(terms), 1)
    return total


def _nearest(term: str, vocabulary: list[str]) -> str:
    if len(term) >= 3:
        longer = [known for known in vocabulary if known.startswith(term)]
        if longer:
            return min(longer, key=len)
    close = difflib.get_close_matches(term, vocabulary, n=1, cutoff=0.8)
    return close[0] if close else term
