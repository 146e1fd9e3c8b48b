"""Searches of one tap: the most frequent categories and tags of a catalogue."""

from __future__ import annotations

from collections import Counter

import msgspec

from beholder.engine.engine import Engine

MOST = 15
LONGEST = 24  # letters of a chip
NAMES = ("category", "categories", "family", "tags", "genres", "product_type", "department")


def frequent(engine: Engine) -> tuple[str, ...]:
    """Return them, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in engine.now_showing.cards.table["attributes"].to_pylist():
        attributes = msgspec.json.decode(text or "{}")
        for name in NAMES:
            values = attributes.get(name, [])
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, str) and 0 < len(value) <= LONGEST:
                    counts[value.lower()] += 1
    return tuple(value for value, _ in counts.most_common(MOST))
