"""What is told of items besides behaviour: titles, attributes, vectors; all may be missing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beholder.catalogue.items_from_rows import attribute
from beholder.catalogue.points import is_small, marks_of_columns, with_commas
from beholder.dataset.dataset import WORDS
from beholder.errors import DataError, VectorsError
from beholder.frames.ids import coded
from beholder.frames.marks import marks_seen, noted
from beholder.frames.table import absent, mapped, read
from beholder.numbers_in_text import is_number
from beholder.spaces import Modality


@dataclass
class Catalogue:
    """Items by position.

    Attributes
    ----------
    places
        Position by id, from 0.
    titles, attributes
        Of each item; None and nothing where there are none.
    notes
        What was guessed or found missing, in words.
    """

    places: dict[Hashable, int]
    titles: list[str | None]
    attributes: list[dict[str, Any]]
    pictures: dict[str, Modality] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def catalogue_of(
    touched: list[Hashable],
    items: Any | None,
    vectors: Mapping[str, Any],
    columns: Mapping[str, str],
) -> Catalogue:
    """Bring together the items that somebody touched and those of a table.

    Parameters
    ----------
    touched
        Ids of the events.
    items
        A table with a column of ids and perhaps titles; other columns are attributes.
    vectors
        By name: float (n, dim) for the rows of `items`, rows of NaN for what has none; or a mapping
        from ids to vectors.

    Raises
    ------
    DataError
        For an id that comes twice, or an attribute that cannot be kept.
    VectorsError
        For vectors that fit neither the items nor each other.
    """
    found = Catalogue({}, [], [])
    if items is not None:
        _read(found, items, columns)
    told = list(found.places)
    missing = _add(found, touched)
    if items is not None and missing:
        found.notes.append(
            f"{missing} items of the events are not among items: nothing is known of them"
        )
    rows: dict[str, dict[Hashable, Any]] = {}
    for name, given in vectors.items():
        _check_name(name)
        rows[name] = _by_id(name, given, told)
        _add(found, list(rows[name]))
    found.pictures = {name: _modality(name, own, found.places) for name, own in rows.items() if own}
    found.notes += [
        f"vectors {name!r} compare nothing: all of them are zero, or missing"
        for name in vectors
        if name not in found.pictures or not found.pictures[name].vectors.any()
    ]
    return found


def _check_name(name: str) -> None:
    if name == WORDS:
        raise VectorsError(
            f"{name!r} is what texts are compared by", remedy="another name", field="vectors"
        )
    if not name.strip("."):
        raise VectorsError(f"{name!r} is no name for vectors", remedy="letters", field="vectors")


def _read(found: Catalogue, items: Any, columns: Mapping[str, str]) -> None:
    table = read(items, "items")
    mapping = mapped(table, "items", columns, ("item",))
    ids = table[mapping["item"]].tolist()
    numbered = coded(table[mapping["item"]], "item")
    if len(numbered.ids) < len(ids):
        counts = np.bincount(numbered.rows)
        twice = numbered.ids[int(counts.argmax())]
        raise DataError(
            f"item {twice!r} comes {counts.max()} times among items", remedy="one row an item"
        )
    _add(found, ids)
    if "title" in mapping:
        titles = table[mapping["title"]].tolist()
        found.titles = [None if absent(one) or one == "" else str(one) for one in titles]
    names = [name for name in table if name not in mapping.values()]
    marks = marks_of_columns(
        {name: marks_seen(table[name], is_small(name)) for name in names if is_number(name)}, {}
    )
    for name in names:
        values = table[name].tolist()
        if name in marks:
            values = with_commas(values, marks[name].small) if marks[name].comma else values
            found.notes += noted(marks[name])
        for place, value in enumerate(values):
            kept = _attribute(name, value, ids[place])
            if kept is not None:
                found.attributes[place][name] = kept


def _add(found: Catalogue, ids: list[Hashable]) -> int:
    """Give ids that are new the places after the last; return how many."""
    new = [one for one in dict.fromkeys(ids) if one not in found.places]
    first = len(found.places)
    found.places.update(zip(new, range(first, first + len(new)), strict=True))
    found.titles += [None] * len(new)
    found.attributes += [{} for _ in new]
    return len(new)


def _attribute(name: str, value: Any, item: Hashable) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if absent(value):
        return None
    try:
        return attribute(name, value)
    except ValueError as error:
        raise DataError(f"{name} of item {item!r} {error}", remedy="leave it out") from error


def _by_id(name: str, given: Any, told: list[Hashable]) -> dict[Hashable, Any]:
    """Return the vectors that are there, by id."""
    if isinstance(given, Mapping):
        return dict(given)
    try:
        matrix = np.asarray(given, np.float32)
    except ValueError as error:
        raise VectorsError(
            f"vectors {name!r} are no matrix of numbers", remedy="give all of them one length"
        ) from error
    if not told:
        raise VectorsError(
            f"vectors {name!r} are a matrix, and there are no items whose rows it could follow",
            remedy="give items too, or a dict from ids to vectors",
            field="vectors",
        )
    if matrix.ndim != 2 or len(matrix) != len(told):
        raise VectorsError(
            f"vectors {name!r} have shape {matrix.shape}, wanted ({len(told)}, dim)",
            remedy="one row for each row of items, or a dict from ids to vectors",
            field="vectors",
        )
    there: list[bool] = np.logical_not(np.isnan(matrix).any(axis=1)).tolist()
    return {one: row for one, row, has in zip(told, matrix, there, strict=True) if has}


def _modality(name: str, own: Mapping[Hashable, Any], places: Mapping[Hashable, int]) -> Modality:
    at = np.array([places[one] for one in own], np.int32)
    try:
        rows = np.array(list(own.values()), np.float32)
    except ValueError as error:
        raise VectorsError(
            f"vectors {name!r} are of different lengths", remedy="give all of them one length"
        ) from error
    if rows.ndim != 2 or not rows.shape[1] or not np.isfinite(rows).all():
        raise VectorsError(
            f"vectors {name!r} are no lists of finite numbers", remedy="one vector an item"
        )
    present = np.zeros(len(places), bool)
    present[at] = True
    order = np.argsort(at)
    return Modality(rows[order], at[order], present, given=True)
