"""What values of an attribute are called in other languages: `family_zh` beside `family`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from beholder.rules.columns import Coded, Column, Lists
from beholder.rules.facets import Facets
from beholder.translations import translation


def labels_of(name: str, facets: Facets) -> dict[str, dict[str, str]]:
    """Return what the values of an attribute are called, by value and language.

    An item that has an attribute in two languages says what its value is called; lists do so
    entry by entry, where both are as long. Of several items the first is believed.
    """
    found: dict[str, dict[str, str]] = {}
    for other in facets.fields:
        told = translation(other, facets.fields)
        if told is not None and told[0] == name:
            pairs = _pairs(facets.column(name), facets.column(other))
            for value, label in pairs.items():
                found.setdefault(value, {})[told[1]] = label
    return found


def _pairs(own: Column, other: Column) -> dict[str, str]:
    if isinstance(own, Lists) and isinstance(other, Lists):
        lengths = np.diff(own.starts)
        alike = lengths == np.diff(other.starts)
        values = own.codes[np.repeat(alike, lengths)]
        labels = other.codes[np.repeat(alike, np.diff(other.starts))]
    elif isinstance(own, Coded) and isinstance(other, Coded):
        both = own.exists() & other.exists()
        values, labels = own.codes[both], other.codes[both]
    else:
        return {}
    codes, first = np.unique(values, return_index=True)
    said = own.values.take(pa.array(codes)).to_pylist()
    called = other.values.take(pa.array(labels[first])).to_pylist()
    return {str(value): str(label) for value, label in zip(said, called, strict=True)}
