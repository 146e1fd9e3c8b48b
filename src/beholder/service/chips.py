"""Searches of one tap: the most frequent classes of a catalogue, then its colours or tags."""

from __future__ import annotations

from collections import Counter

import msgspec

from beholder.engine.engine import Engine

CLASSES = ("category", "categories", "family", "genres", "product_type", "department")
DETAILS = ("colours", "colour", "tags")
MOST = (10, 6)
LONGEST = 24  # letters of a chip


def frequent(engine: Engine) -> tuple[str, ...]:
    """Return the words, the most frequent first, of the first attributes that items have."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*CLASSES, *DETAILS)}
    for text in engine.now_showing.cards.table["attributes"].to_pylist():
        attributes = msgspec.json.decode(text or "{}")
        for name, counter in counts.items():
            values = attributes.get(name, [])
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, str) and 0 < len(value) <= LONGEST:
                    counter[value.lower()] += 1
    chips: dict[str, None] = {}
    for names, most in zip((CLASSES, DETAILS), MOST, strict=True):
        used = next((counts[name] for name in names if counts[name]), Counter())
        chips |= dict.fromkeys(value for value, _ in used.most_common(most))
    return tuple(chips)
