"""Rows that name an item otherwise than by its id, where it is sure which: joined, and counted.

An id that is no item's may be another id of exactly one item, such as the SKU of a variant; or
the same whole number with a point, where a program wrote a whole column so.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.catalogue.ids import POINT, Coded, once
from beholder.catalogue.other_ids import SEVERAL, Named, OtherIds

Find = Callable[[pa.Array], NDArray[np.bool_]]
BY_COLUMN = "joined by {column}, another id of items: {said} is {item}"
BY_POINT = "joined as whole numbers, which one of the files writes with a point: {said} is {item}"
ALSO = (
    "{rows} named an item by an id that is another item's too, in another column: {said} was taken "
    "for item {said}"
)
POINTS = ""  # in the place of a column
FOR_ONE = (
    "{rows} name several items by {column}, such as {said}: where these are one, import the items "
    "with --map {told}"
)
SHARED = "names several items, which share this id beside their own"


class JoinedIds:
    """Puts the ids of items in the place of others that these have.

    Parameters
    ----------
    known
        The ids of the items that there are.
    find
        Returns of ids, bool (ids,), which are an item's by now.
    others
        Returns what else these items are called; asked when the first id is unknown.
    """

    def __init__(self, known: Sequence[str], find: Find, others: Callable[[], OtherIds]) -> None:
        self._known, self._find, self._ask = known, find, others
        self._others: OtherIds | None = None
        self._pointed: bool | None = None  # whether all items have ids such as 12.0
        self._rows: Counter[str] = Counter()
        self._first: dict[str, tuple[str, str]] = {}
        self._shared: Counter[str] = Counter()
        self._first_shared: dict[str, str] = {}
        self._both = 0
        self._example = ""

    def take(self, items: Coded) -> tuple[Coded, NDArray[np.bool_]]:
        """Return ids with those of items where it is sure, and which rows name several items.

        The second is bool (rows,).
        """
        unknown = ~self._find(items.ids) & pc.is_valid(items.ids).to_numpy(zero_copy_only=False)
        shared = np.zeros(len(unknown), bool)
        if not unknown.any():
            return items, shared[items.rows]
        self._others = self._others or self._ask()
        ids = items.ids.to_pylist()
        whole = self._whole_numbers(ids)
        rows = np.bincount(items.rows, minlength=len(ids))
        self._count_both(ids, ~unknown, rows)
        for place in np.flatnonzero(unknown).tolist():
            said = ids[place]
            named = self._others.find(said) or whole.get(said)
            if named is not None and named.item == SEVERAL:
                shared[place] = True
                self._shared[named.column] += int(rows[place])
                self._first_shared.setdefault(named.column, said)
            elif named is not None:
                ids[place] = named.item
                self._rows[named.column] += int(rows[place])
                self._first.setdefault(named.column, (said, named.item))
        return once(replace(items, ids=pa.array(ids, pa.string()))), shared[items.rows]

    def _count_both(
        self, ids: Sequence[str | None], known: NDArray[np.bool_], rows: NDArray[np.int64]
    ) -> None:
        """Count rows whose id is an item's, and another item's in another column."""
        assert self._others is not None
        for place in np.flatnonzero(known).tolist():
            said = ids[place]
            if said is not None and self._others.is_of_another(said):
                self._both += int(rows[place])
                self._example = self._example or said

    @property
    def several(self) -> str:
        """What to do about rows that name several items, in words; empty: there are none."""
        if not self._shared:
            return ""
        column, n = self._shared.most_common(1)[0]
        rows, told = _counted(n), shlex.quote(f"item_id={column}")
        said = self._first_shared[column]
        return FOR_ONE.format(rows=rows, column=column, said=said, told=told)

    @property
    def doubts(self) -> list[str]:
        """Where a row may mean another item, since others are joined by a column, in words."""
        if not (self._rows and self._both):
            return []
        return [ALSO.format(rows=_counted(self._both), said=self._example)]

    @property
    def words(self) -> list[str]:
        """What was joined, how, and an example of each, in words."""
        found = []
        for column, n in self._rows.most_common():
            said, item = self._first[column]
            how = BY_POINT if column == POINTS else BY_COLUMN
            found.append(f"{_counted(n)} {how.format(column=column, said=said, item=item)}")
        return found

    def _whole_numbers(self, ids: Sequence[str | None]) -> dict[str, Named]:
        """Return items that are the same numbers, with a point in all ids of one side only."""
        named = [each for each in ids if each is not None]
        if all(map(POINT.search, named)):
            meant = {each: each.partition(".")[0] for each in named}
        elif self._all_pointed() and not any(map(POINT.search, named)):
            written = {each.partition(".")[0]: each for each in self._known}
            once_each = len(written) == len(self._known)  # 12.0 and 12.00 would be one
            meant = {each: written[each] for each in named if once_each and each in written}
        else:
            return {}
        there = self._find(pa.array(meant.values(), pa.string())).tolist()
        return {
            said: Named(item, POINTS)
            for (said, item), known in zip(meant.items(), there, strict=True)
            if known
        }

    def _all_pointed(self) -> bool:
        if self._pointed is None:
            self._pointed = len(self._known) > 0 and all(map(POINT.search, self._known))
        return self._pointed


def _counted(n: int) -> str:
    return "1 row" if n == 1 else f"{n:,} rows"
