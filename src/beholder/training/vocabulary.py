"""The words that a network of pictures and words knows, out of what a catalogue says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.encoders.item_network import LENGTH

LEAST, MOST = 2, 20_000  # items that say a word, at least; words at most


def vocabulary_of(
    terms: Sequence[Sequence[str]], fitted: NDArray[np.bool_]
) -> tuple[list[str], list[str]]:
    """Return the words that several items say, the commonest first, and notes in words.

    Parameters
    ----------
    terms
        Words of each item, of which as many are counted as are read.
    fitted
        bool (n,). The items that it is learned from.
    """
    read = [own[:LENGTH] for own in terms]
    learned = [own for own, there in zip(read, fitted, strict=True) if there]
    counts = Counter(term for own in learned for term in set(own))
    common = [(n, term) for term, n in counts.items() if n >= LEAST]
    known = [term for _, term in sorted(common, key=lambda one: (-one[0], one[1]))[:MOST]]
    kept = set(known)
    others = {term for own in read for term in own if term not in kept}
    unknown = sum(term not in kept for own in read for term in own)
    said = sum(map(len, read))
    notes = [
        f"{len(known)} words are known; {len(others)} others, {unknown} of {said} that are said, "
        "count as one that is not"
    ]
    long = sum(len(own) > LENGTH for own in terms)
    if long:
        notes.append(f"of {long} items only the first {LENGTH} words are read")
    return known, notes
