"""Facets: the attributes of all items as typed columns, which rules and filters read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa

from beholder.rules.columns import Column, Numbers, Places, column_of, from_arrow
from beholder.rules.values import Cell, FacetType, Misfit, cell_of, guess

Attributes = Mapping[str, Any]
EXAMPLES = 3  # values that did not fit, named in the report
LONGEST_EXAMPLE = 40


class Field(NamedTuple):
    """What is known of one attribute.

    Attributes
    ----------
    guessed
        Whether the type was read from the values, not declared in the settings.
    misfits
        Values that were there and not of this type: they count as missing. Of all that were
        ever read, so a value that was mended later still counts.
    examples
        Up to three of them.
    """

    type: FacetType
    guessed: bool
    misfits: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Facets:
    """Typed attributes of the items of a view, by position; it never changes.

    Attributes
    ----------
    n_items
        Number of positions.
    fields
        What is known of each attribute, by name, sorted.
    """

    n_items: int
    fields: Mapping[str, Field]
    _columns: dict[str, Column] = field(default_factory=dict, repr=False)
    _stored: pa.Table | None = field(default=None, repr=False)

    @classmethod
    def of(cls, attributes: Sequence[Attributes], declared: Mapping[str, FacetType]) -> Self:
        """Return the facets of items.

        Parameters
        ----------
        attributes
            Of each item, in order of position: texts, numbers, booleans, lists of them.
        declared
            Types by name; an attribute that is not declared is guessed. A declared one that
            no item has is a facet all the same, missing everywhere.
        """
        names = {name for item in attributes for name in item} | set(declared)
        fields, columns = {}, {}
        for name in sorted(names):
            values = [item.get(name) for item in attributes]
            facet_type = declared.get(name) or guess(values)
            columns[name], fields[name] = _read(values, Field(facet_type, name not in declared))
        return cls(len(attributes), fields, columns)

    def column(self, name: str) -> Column:
        """Return the column of one attribute.

        Raises
        ------
        KeyError
            If there is no such attribute.
        """
        if name not in self._columns:
            if self._stored is None or name not in self.fields:
                raise KeyError(name)
            array = self._stored[name].combine_chunks()
            self._columns[name] = from_arrow(array, self.fields[name].type)
        return self._columns[name]

    def has_fractions(self, name: str) -> bool:
        """Return whether some value of an attribute is a number, and no whole one."""
        column = self.column(name) if name in self.fields else None
        if not isinstance(column, Numbers):
            return False
        values = column.values[column.exists()]
        return bool((values != np.floor(values)).any())

    def table(self) -> pa.Table:
        """Return all columns as Arrow: float64, bool, dictionary, list of dictionary."""
        arrays = [self.column(name).arrow() for name in self.fields]
        return pa.table(dict(zip(self.fields, arrays, strict=True)))

    def appended(self, attributes: Sequence[Attributes]) -> Self:
        """Return the facets of these items and, after the last position, of more.

        An attribute that no item had before becomes a facet of a guessed type.
        """
        more = Facets.of(attributes, {name: known.type for name, known in self.fields.items()})
        fields, columns = {}, {}
        for name in sorted(more.fields):
            read = more.fields[name]
            if name in self.fields:
                before, fields[name] = self.column(name), _added(self.fields[name], read)
            else:
                before = column_of([None] * self.n_items, read.type)
                fields[name] = read
            columns[name] = before.joined(more.column(name))
        return type(self)(self.n_items + len(attributes), fields, columns)

    def changed(self, positions: Places, attributes: Sequence[Attributes]) -> Self:
        """Return the facets after items got other attributes, all of them given anew.

        Parameters
        ----------
        positions
            Shape (m,), each at most once.
        attributes
            Of these items, in the same order. What is not in them is missing from now on.
        """
        behind = self.appended(attributes)
        order = np.arange(self.n_items)
        order[positions] = self.n_items + np.arange(len(positions))
        columns = {name: behind.column(name).at(order) for name in behind.fields}
        return replace(self, fields=behind.fields, _columns=columns, _stored=None)

    def misfits(self) -> list[str]:
        """Return a line for each attribute with values that did not fit its type."""
        return [
            _line(name, known, int(self.column(name).exists().sum()))
            for name, known in self.fields.items()
            if known.misfits
        ]


def stored(n_items: int, fields: Mapping[str, Field], table: pa.Table) -> Facets:
    """Return facets that read their columns from a table when they are first asked for."""
    return Facets(n_items, fields, {}, table)


def _read(values: Iterable[Any], known: Field) -> tuple[Column, Field]:
    cells: list[Cell] = []
    misfits, examples = 0, list(known.examples)
    for value in values:
        try:
            cells.append(cell_of(value, known.type))
        except Misfit:
            cells.append(None)
            misfits += 1
            if len(examples) < EXAMPLES:
                examples.append(_shown(value))
    column = column_of(cells, known.type)
    return column, known._replace(misfits=known.misfits + misfits, examples=tuple(examples))


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 3] + "..."


def _added(known: Field, read: Field) -> Field:
    examples = (known.examples + read.examples)[:EXAMPLES]
    return known._replace(misfits=known.misfits + read.misfits, examples=examples)


def _line(name: str, known: Field, filled: int) -> str:
    whence = "guessed" if known.guessed else "declared"
    line = f"{name}: {known.type} ({whence}), {filled:,} values"
    line += f"; {known.misfits:,} did not fit and count as missing"
    return f"{line}, such as {', '.join(known.examples)}"
