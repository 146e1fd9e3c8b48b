"""Tables of any library, by what they can do: names of columns, and one column after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.catalogue.mapping import FIELDS, first_match
from beholder.errors import DataError, ShapeError, UsageError

Column = NDArray[Any]
ORDER = ("user", "item", "time", "kind", "value")  # of arrays without names
OURS = {"item": "item_id"}  # as files call it


def read(table: Any, what: str) -> dict[str, Column]:
    """Return the columns of a table by name, all of one length.

    Parameters
    ----------
    table
        A pyarrow Table, a DataFrame (anything with `columns` that gives a column by its name), a
        mapping from names to arrays, or for events a tuple of arrays in the order of `ORDER`.
    what
        What it holds, for errors: `events` or `items`.

    Raises
    ------
    UsageError
        If it is none of these.
    ShapeError
        If columns differ in length.
    DataError
        If two of them have one name.
    """
    found = {str(name): _column(values) for name, values in _parts(table, what).items()}
    lengths = {name: len(column) for name, column in found.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise ShapeError(
            f"the columns of {what} have different lengths ({said})",
            remedy="give one value a row in each",
            field=what,
        )
    return found


def _parts(table: Any, what: str) -> Mapping[Any, Any]:
    if isinstance(table, pa.Table):
        _refuse_twins(table.column_names, what)
        return dict(zip(table.column_names, table.columns, strict=True))
    if isinstance(table, Mapping):
        return table
    if isinstance(table, tuple) and what == "events" and 3 <= len(table) <= len(ORDER):
        return dict(zip(ORDER, table, strict=False))
    if hasattr(table, "columns") and hasattr(table, "__getitem__"):
        _refuse_twins(list(table.columns), what)
        return {name: table[name] for name in table.columns}
    raise UsageError(
        f"{what} are a {type(table).__name__}",
        remedy="give a DataFrame, a pyarrow Table, a dict of arrays"
        + (", or a tuple of arrays: user, item, time" if what == "events" else ""),
        field=what,
    )


def _refuse_twins(names: Sequence[Any], what: str) -> None:
    twin = next((name for name, n in Counter(names).items() if n > 1), None)
    if twin is not None:
        raise DataError(
            f"{what} have two columns {twin!r}", remedy="rename or drop one", field=what
        )


def _column(values: Any) -> Column:
    if isinstance(values, pa.Array):  # strings and gaps need a copy, which has to be asked for
        values = pa.chunked_array([values])
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    if isinstance(values, np.ndarray) and values.ndim == 1:
        return values
    listed = list(values)
    kinds = {type(value) for value in listed}
    if len(kinds) == 1 and kinds <= {int, float, str}:
        try:
            return np.array(listed)
        except OverflowError:
            pass  # larger than any number of NumPy: kept as they are
    column = np.empty(len(listed), object)  # a tuple is an id, and no row of an array
    for row, value in enumerate(listed):
        column[row] = value
    return column


def mapped(
    found: Mapping[str, Column], what: str, given: Mapping[str, str], needed: Sequence[str]
) -> dict[str, str]:
    """Return which column is which field, by the names that imported files may have.

    Parameters
    ----------
    given
        Our names to the table's, for names that cannot be guessed: `{"user": "buyer"}`.

    Raises
    ------
    DataError
        If a field that cannot be missing is missing, or a given column is not there.
    """
    for field, name in given.items():
        if name not in found:
            raise _missing(what, f"{name!r}, which columns names for {field}", found, field)
    mapping = dict(given)
    names = FIELDS["interactions" if what == "events" else "items"]
    for field in ORDER if what == "events" else ("item", "title"):
        if field in mapping:
            continue
        own = ("id",) if what == "items" and field == "item" else ()
        free = [name for name in found if name not in mapping.values()]
        guessed = first_match(free, (*names[OURS.get(field, field)], *own))
        if guessed is not None:
            mapping[field] = guessed
    for field in needed:
        if field not in mapping:
            raise _missing(what, f"that looks like {field}", found, field)
    return mapping


def _missing(what: str, wanted: str, found: Mapping[str, Column], field: str) -> DataError:
    return DataError(
        f"{what} have no column {wanted}; there are {', '.join(found) or 'none'}",
        remedy=f"say which: columns={{{field!r}: NAME}}",
        field=field,
    )


def absent(value: Any) -> bool:
    """Whether a cell says that there is nothing: None, NaN, NaT, NA."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # an NA has no truth
        return True
    except ValueError:  # an array has many
        return False
