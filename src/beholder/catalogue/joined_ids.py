"""Rows that name an item otherwise than by its id, where it is sure which: joined, and counted.

An id that is no item's may be another id of exactly one item, such as the SKU of a variant; or
the same whole number with a point, where a program wrote a whole column so. Where the column has
the name of such other ids, and these hold what it says, they go before the items' own.
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
from beholder.catalogue.other_ids import SEVERAL, Named, OtherIds, kin

Find = Callable[[pa.Array], NDArray[np.bool_]]
BY_COLUMN = "joined by {column}, another id of items: {said} is {item}"
BY_NAME = "joined by {column}, as the file calls its ids, not by items' own: {said} is {item}"
BY_POINT = "joined as whole numbers, which one of the files writes with a point: {said} is {item}"
ALSO = (
    "{rows} named an item by an id that is another item's too, in another column: {said} was taken "
    "for item {said}, and is in {column} of another one. If that is meant, call the ids of the "
    "file so, and say --map {told}"
)
OWN = (
    "{rows} named an item by its own id, and not by {column} as others do: {said} was taken for "
    "item {said}"
)
POINTS = ""  # in the place of a column
FOR_ONE = (
    "{rows} {name} several items by {column}, such as {said}: where these are one, import the "
    "items with --map {told}"
)
NO, SOME, ALL = range(3)
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
        Returns what else these items are called; asked once.
    column
        In which a file names its items.
    """

    def __init__(
        self, known: Sequence[str], find: Find, others: Callable[[], OtherIds], column: str
    ) -> None:
        self._known, self._find, self._ask, self._column = known, find, others, column
        self._others: OtherIds | None = None
        self._before: list[str] | None = None  # columns that go before the items' own ids
        self._order: list[str] | None = (
            None  # columns, those first that hold most of the file's ids
        )
        self._with_points: int | None = None  # how many ids of the file are such as 12.0
        self._pointed: bool | None = None  # whether all items have ids such as 12.0
        self._chosen: set[str] = set()  # those that took the place of an own id
        self._rows: Counter[str] = Counter()
        self._first: dict[str, tuple[str, str]] = {}
        self._shared: Counter[str] = Counter()
        self._first_shared: dict[str, str] = {}
        self._both = self._own = 0
        self._example = ("", "")
        self._example_own = ""

    def take(self, items: Coded) -> tuple[Coded, NDArray[np.bool_]]:
        """Return ids with those of items where it is sure, and which rows name several items.

        The second is bool (rows,).
        """
        unknown = ~self._find(items.ids) & pc.is_valid(items.ids).to_numpy(zero_copy_only=False)
        shared = np.zeros(len(unknown), bool)
        self._others = self._others or self._ask()
        if not (unknown.any() or self._others.columns or self._with_points is None):
            return items, shared[items.rows]
        ids = items.ids.to_pylist()
        rows = np.bincount(items.rows, minlength=len(ids))
        before = self._columns_before(ids, unknown, rows)
        order = self._columns_in_order(ids, rows)
        whole = self._whole_numbers(ids)
        for place, said in enumerate(ids):
            if said is None:
                continue
            named = self._others.find(said, before) if before else None
            if named is None and unknown[place]:
                named = self._others.find(said, order) or whole.get(said)
            elif named is None:
                self._keep(said, int(rows[place]))
            if named is not None and named.item == SEVERAL:
                shared[place] = True
                self._shared[named.column] += int(rows[place])
                self._first_shared.setdefault(named.column, said)
            elif named is not None and named.item != said:
                ids[place] = named.item
                self._rows[named.column] += int(rows[place])
                if not unknown[place] and named.column not in self._chosen:
                    self._chosen.add(named.column)
                    self._first[named.column] = (said, named.item)
                self._first.setdefault(named.column, (said, named.item))
        return once(replace(items, ids=pa.array(ids, pa.string()))), shared[items.rows]

    def _columns_before(
        self, ids: Sequence[str | None], unknown: NDArray[np.bool_], rows: NDArray[np.int64]
    ) -> list[str]:
        """Return the columns that go before the items' own ids, by the first rows that have some.

        They are called as the file's, and hold at least half of its ids, and no fewer than the
        items' own do.
        """
        assert self._others is not None
        there = np.array([said is not None for said in ids], bool)
        if self._before is None and there.any():
            alike = [
                each for each in sorted(self._others.columns) if kin(each) == kin(self._column)
            ]
            held = [said is not None and bool(self._others.find(said, alike)) for said in ids]
            n, n_own = int(rows[held].sum()), int(rows[there & ~unknown].sum())
            most = 2 * n >= rows[there].sum() and n >= n_own
            self._before = alike if most else []
        return self._before or []

    def _columns_in_order(self, ids: Sequence[str | None], rows: NDArray[np.int64]) -> list[str]:
        """Return all columns, by how many of the first rows that have ids each holds.

        So rows are counted under one column where it holds them all, whatever else does.
        """
        assert self._others is not None
        if self._order is None and any(said is not None for said in ids):
            held = dict.fromkeys(sorted(self._others.columns), 0)
            for said, n in zip(ids, rows.tolist(), strict=True):
                for column in held if said is not None else ():
                    held[column] += n * bool(self._others.find(said or "", [column]))
            self._order = sorted(held, key=lambda column: -held[column])
        return sorted(self._others.columns) if self._order is None else self._order

    def _keep(self, said: str, rows: int) -> None:
        """Count rows whose id is an item's own: where it is another's too, or others' are not."""
        assert self._others is not None
        column = self._others.of_another(said)
        if column:
            self._both += rows
            self._example = self._example if self._example[0] else (said, column)
        elif self._before:
            self._own += rows
            self._example_own = self._example_own or said

    @property
    def several(self) -> str:
        """What to do about rows that name several items, in words; empty: there are none."""
        if not self._shared:
            return ""
        column, n = self._shared.most_common(1)[0]
        rows, told = _counted(n), shlex.quote(f"item_id={column}")
        said, name = self._first_shared[column], "names" if n == 1 else "name"
        return FOR_ONE.format(rows=rows, name=name, column=column, said=said, told=told)

    @property
    def doubts(self) -> list[str]:
        """Where a row may mean another item, in words."""
        found = []
        if self._both:
            said, column = self._example
            told = shlex.quote(f"item_id={column}")
            rows = _counted(self._both)
            found.append(ALSO.format(rows=rows, said=said, column=column, told=told))
        if self._own and self._before:
            rows, column = _counted(self._own), self._before[0]
            found.append(OWN.format(rows=rows, column=column, said=self._example_own))
        return found

    @property
    def words(self) -> list[str]:
        """What was joined, how, and an example of each, in words."""
        found = []
        for column, n in self._rows.most_common():
            said, item = self._first[column]
            how = BY_POINT if column == POINTS else BY_COLUMN
            how = BY_NAME if column in self._chosen else how
            found.append(f"{_counted(n)} {how.format(column=column, said=said, item=item)}")
        return found

    def _whole_numbers(self, ids: Sequence[str | None]) -> dict[str, Named]:
        """Return items that are the same numbers, where one side has all ids with a point.

        Of the file its first rows that have ids say so, for all others, too.
        """
        named = [each for each in ids if each is not None]
        if self._with_points is None and named:
            pointed = sum(POINT.search(each) is not None for each in named)
            self._with_points = ALL if pointed == len(named) else SOME if pointed else NO
        if self._with_points == ALL:
            meant = {each: each.partition(".")[0] for each in named if POINT.search(each)}
        elif self._with_points == NO and self._all_pointed():
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


def names_beside(said: Coded, joined: Coded) -> NDArray[np.int64]:
    """Return a number for the name of each row that is not its item's own id, int64 (rows,).

    0 is for the item's own: two sizes of a shirt that someone bought at once are two purchases.
    """
    if said is joined:
        return np.zeros(len(said.rows), np.int64)
    places = np.zeros(len(said.ids), np.int64)
    places[said.rows] = joined.rows
    items = joined.ids.take(pa.array(places)).to_pylist()
    pairs = zip(said.ids.to_pylist(), items, strict=True)
    codes = [0 if name is None or name == item else hash(name) for name, item in pairs]
    return np.array(codes, np.int64)[said.rows]


def _counted(n: int) -> str:
    return "1 row" if n == 1 else f"{n:,} rows"
