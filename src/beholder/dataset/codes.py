"""The attributes of items that say which of several things they are, as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.texts import PRODUCT
from beholder.rules.columns import Coded
from beholder.rules.facets import Facets
from beholder.rules.values import FacetType

Codes = dict[str, NDArray[np.int32]]


def codes_of(attributes: Sequence[Mapping[str, Any]], declared: Mapping[str, FacetType]) -> Codes:
    """Return the values of each attribute of some items, by its name; see `coded`.

    Parameters
    ----------
    declared
        Types by name; those of others are guessed.
    """
    return coded(Facets.of(attributes, declared))


def coded(facets: Facets, names: Iterable[str] | None = None) -> Codes:
    """Return the values of each attribute that is a text, or true or false, by its name.

    Codes of products are none of them: variants of one product are known as such.

    Parameters
    ----------
    names
        Of the attributes that are read; None: all.
    """
    wanted = facets.fields.keys() - PRODUCT if names is None else facets.fields.keys() & names
    columns = {name: facets.column(name) for name in sorted(wanted)}
    return {name: one.codes for name, one in columns.items() if isinstance(one, Coded)}
