"""Filters as masks: which items a condition holds for, made once and patched by position."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np

from beholder.rules.columns import Column, Mask, Places
from beholder.rules.conditions import (
    Among,
    And,
    Compare,
    Condition,
    Exists,
    Leaf,
    Not,
    Or,
    SoldOut,
    Value,
    leaves,
)
from beholder.rules.facets import Facets
from beholder.rules.language import parse
from beholder.rules.tokens import fault, shown
from beholder.rules.values import FacetType
from beholder.sold_out import says_sold_out

KEPT_BYTES = 16 * 2**20  # of masks in memory, for each view
KEPT = (4, 256)  # masks at least and at most, whatever their size
_LITERAL = {"string": str, "list": str, "number": float, "boolean": bool}
_SPOKEN = {str: "a text", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class Filter:
    """A parsed filter; see docs/rules.md for its language."""

    text: str
    condition: Condition

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a filter.

        Raises
        ------
        FilterError
            If it cannot be read.
        """
        return cls(text, parse(text))

    def check(self, facets: Facets) -> None:
        """Look whether the filter fits the attributes.

        Raises
        ------
        FilterError
            If it names an attribute that no item has, or compares one with a value of
            another type.
        """
        for leaf in leaves(self.condition):
            known = facets.fields.get(leaf.name)
            if known is None:
                what = f"no item has '{shown(leaf.name)}'"
                raise fault(self.text, leaf.at, what, _nearest(leaf.name, facets))
            for value in _values(leaf):
                self._check_value(leaf, value, known.type)

    def _check_value(self, leaf: Leaf, value: Value, facet_type: FacetType) -> None:
        if type(value) is not _LITERAL[facet_type]:
            raise fault(
                self.text,
                leaf.at,
                f"'{shown(leaf.name)}' is a {facet_type}, found {_SPOKEN[type(value)]}",
                f"write {_SPOKEN[_LITERAL[facet_type]]}, or declare another type in `facets`",
            )
        if facet_type == "boolean" and isinstance(leaf, Compare) and leaf.operator not in "!=":
            what = f"'{shown(leaf.name)}' is true or false, not more or less"
            raise fault(self.text, leaf.at, what, "use = or !=")

    def mask(self, facets: Facets, positions: Places | None = None) -> Mask:
        """Return for which items the filter holds.

        Parameters
        ----------
        positions
            Shape (m,): these alone, in this order. None: all.

        Returns
        -------
        bool (n_items,) or (m,).

        Raises
        ------
        FilterError
            If it does not fit the attributes.
        """
        self.check(facets)
        size = facets.n_items if positions is None else len(positions)

        def column(name: str) -> Column:
            whole = facets.column(name)
            return whole if positions is None else whole.at(positions)

        return _holds(self.condition, column) if size else np.empty(0, bool)

    def patched(self, mask: Mask, facets: Facets, positions: Places) -> Mask:
        """Return a mask brought up to date where items changed or were appended.

        Parameters
        ----------
        mask
            bool (m,), m at most `facets.n_items`: of the facets before.
        positions
            Where something changed; what is behind the mask's last item counts as changed.
        """
        fresh = np.arange(len(mask), facets.n_items)
        where = np.union1d(positions, fresh).astype(np.int64)
        whole = np.empty(facets.n_items, bool)
        whole[: len(mask)] = mask
        whole[where] = self.mask(facets, where)
        return whole


class Masks:
    """The masks of one view, each made once for a filter's text; safe among threads.

    Masks cannot be written to. The last used are kept, within 16 MiB.
    """

    def __init__(self, facets: Facets) -> None:
        self.facets = facets
        self._kept: dict[str, tuple[Filter, Mask]] = {}
        self._most = int(np.clip(KEPT_BYTES // max(facets.n_items, 1), *KEPT))
        self._lock = threading.Lock()

    def of(self, text: str) -> Mask:
        """Return the mask of a filter, bool (n_items,), read-only.

        Raises
        ------
        FilterError
            If the text cannot be read or does not fit the attributes.
        """
        with self._lock:
            found = self._kept.pop(text, None)
            if found is None:
                parsed = Filter.parse(text)
                found = parsed, _sealed(parsed.mask(self.facets))
            self._keep(text, found)
        return found[1]

    def moved(self, facets: Facets, positions: Places) -> Masks:
        """Return the masks of the next view, which differs at `positions` and behind the end."""
        after = Masks(facets)
        with self._lock:
            kept = dict(self._kept)
        for text, (parsed, mask) in kept.items():
            after._keep(text, (parsed, _sealed(parsed.patched(mask, facets, positions))))
        return after

    def _keep(self, text: str, found: tuple[Filter, Mask]) -> None:
        self._kept[text] = found  # the newest last
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]


def _sealed(mask: Mask) -> Mask:
    mask.flags.writeable = False
    return mask


def _holds(condition: Condition, column: Callable[[str], Column]) -> Mask:
    match condition:
        case Compare(name, operator, value):
            return column(name).compare(operator, value)
        case Among(name, values):
            return column(name).among(values)
        case Exists(name):
            return column(name).exists()
        case SoldOut(name):
            return column(name).says(says_sold_out)
        case Not(inner):
            return ~_holds(inner, column)
        case And(several):
            return reduce(np.logical_and, (_holds(each, column) for each in several))
        case Or(several):
            return reduce(np.logical_or, (_holds(each, column) for each in several))


def _values(leaf: Leaf) -> tuple[Value, ...]:
    match leaf:
        case Compare(value=value):
            return (value,)
        case Among(values=values):
            return values
        case Exists() | SoldOut():
            return ()


def _nearest(name: str, facets: Facets) -> str:
    if not facets.fields:
        return "the items of this catalogue have no attributes"
    folded = {known.casefold(): known for known in facets.fields}
    near = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(folded[each] for each in near) + "?"
    return "items have " + ", ".join(list(facets.fields)[:12])
