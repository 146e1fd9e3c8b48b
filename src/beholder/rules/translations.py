"""What values of an attribute are called in other languages: `family_zh` beside `family`."""

from __future__ import annotations

import re

from beholder.rules.columns import Coded, Column, Lists
from beholder.rules.facets import Facets

_LANGUAGE = re.compile(r"(?P<name>.+)_(?P<language>[a-z]{2})")


def is_translation(name: str, facets: Facets) -> bool:
    """Return whether an attribute says what another one does, in another language."""
    match = _LANGUAGE.fullmatch(name)
    return match is not None and match["name"] in facets.fields


def labels_of(name: str, facets: Facets) -> dict[str, dict[str, str]]:
    """Return what the values of an attribute are called, by value and language.

    An item that has an attribute in two languages says what its value is called; lists do so
    entry by entry, where both are as long.
    """
    found: dict[str, dict[str, str]] = {}
    for other in facets.fields:
        match = _LANGUAGE.fullmatch(other)
        if match and match["name"] == name:
            pairs = _pairs(facets.column(name), facets.column(other))
            for value, label in pairs.items():
                found.setdefault(value, {})[match["language"]] = label
    return found


def _pairs(own: Column, other: Column) -> dict[str, str]:
    if not (isinstance(own, Coded | Lists) and type(own) is type(other)):
        return {}
    values, labels = own.values.to_pylist(), other.values.to_pylist()
    coded = dict.fromkeys(
        pair
        for one, two in zip(own.entries(), other.entries(), strict=True)
        if len(one) == len(two)
        for pair in zip(one, two, strict=True)
    )
    # Of several, what the first item says.
    return {str(values[a]): str(labels[b]) for a, b in reversed(coded)}
