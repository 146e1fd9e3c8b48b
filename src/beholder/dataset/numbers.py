"""The numbers among the attributes of items, as far as they say how much of something there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from beholder.dataset.texts import PRODUCT
from beholder.rules.values import FacetType, Misfit, cell_of, guess
from beholder.spaces import Modality

NAMES = frozenset({*PRODUCT, "imdb_id"})  # numbers that name a thing
MARK = "number:"  # no encoder and no words are called so

Attributes = Mapping[str, Any]


def number_names(attributes: Sequence[Attributes], declared: Mapping[str, FacetType]) -> list[str]:
    """Return which attributes are numbers, by the settings or as far as can be guessed, sorted."""
    names = sorted({name for item in attributes for name in item} - NAMES)
    found = []
    for name in names:
        if (declared.get(name) or guess(item.get(name) for item in attributes)) == "number":
            found.append(name)
    return found


def numbers_of(attributes: Sequence[Attributes], names: Sequence[str]) -> dict[str, Modality]:
    """Return the numbers of items by name, marked; what is no number counts as missing.

    Parameters
    ----------
    names
        With or without the mark.
    """
    found = {}
    for name in names:
        plain = name.removeprefix(MARK)
        values = np.array([_number(item.get(plain)) for item in attributes], np.float64)
        found[MARK + plain] = Modality.of_rows(values[:, None], np.isfinite(values))
    return found


def _number(value: Any) -> float:
    try:
        cell = cell_of(value, "number")
    except Misfit:
        return np.nan
    return cell if isinstance(cell, float) else np.nan
