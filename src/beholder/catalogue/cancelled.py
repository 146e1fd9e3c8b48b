"""Orders that were cancelled, refunded or failed: what was bought in them is no liking.

A shop says so in the moment at which an order was cancelled, or in a word for its state. Some say
it in the first row of an order alone: the others of the same order, whose cell is empty, are of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.catalogue.ids import Coded, as_id
from beholder.catalogue.kind_words import is_empty, takes_back
from beholder.catalogue.mapping import first_match
from beholder.catalogue.moments import BAD, NONE, milliseconds
from beholder.catalogue.readers.interface import Batch, as_list, distinct
from beholder.store.ids import says_nothing
from beholder.unicode import plain

MOMENTS = frozenset(
    {"cancelledat", "canceledat", "cancelledon", "refundedat", "returnedat", "storniertam"}
)
STATES = frozenset(
    {
        "status", "state", "orderstatus", "orderstate", "financialstatus", "paymentstatus",
        "poststatus", "bestellstatus", "auftragsstatus", "zahlungsstatus", "statut", "estado",
        "stato", "状态", "订单状态",
    }
)  # fmt: skip
ORDERS = ("order_id", "order_number", "order_no", "order", "bestellnummer", "bestell_nr",
          "auftragsnummer", "订单编号", "订单号")  # fmt: skip
Order = tuple[str | None, str | None]
"""Its number, and its person; None: the row says none."""
REASON = "is of an order that was cancelled or refunded (--keep-cancelled counts it)"
GAPS = (
    "{column} is empty in {n} rows, and no column names their order (order_id): they count, also "
    "where they are of a cancelled one"
)
LEFT = (
    "{rows} of cancelled orders {are} left out (column {column}), and what an import before took "
    "of them is taken back where person, item, moment and quantity agree; --keep-cancelled counts "
    "them"
)
KEPT = "{rows} of cancelled orders {count} all the same, as --keep-cancelled says (column {column})"


class Cancelled:
    """Finds the rows of one file that are of cancelled orders, batch after batch.

    Attributes
    ----------
    columns
        Rows by the column that says so.
    """

    def __init__(self) -> None:
        self.columns: Counter[str] = Counter()
        self._gaps: Counter[str] = Counter()  # rows that may be of a cancelled order, by column
        self._orders: dict[str, set[Order]] = {}  # cancelled ones, by the column that says so

    def take(
        self, batch: Batch, bought: NDArray[np.bool_], users: Coded | None
    ) -> NDArray[np.bool_]:
        """Return which rows of purchases are of a cancelled order, bool (n,).

        Parameters
        ----------
        users
            Whose the rows are: an order is known by its number, and its person where rows say it.
        """
        found = np.zeros(len(batch), bool)
        orders = _orders(batch, users)
        for name in batch.columns:
            if plain(name) in MOMENTS | STATES:
                here = self._by(name, batch, orders, bought) & bought & ~found
                self.columns.update({name: int(here.sum())} if here.any() else {})
                found |= here
        return found

    def said(self, keep: bool) -> list[str]:
        """Say how many rows there are, by column."""
        gaps = [
            GAPS.format(n=self._gaps[column], column=column)
            for column in self.columns
            if self._gaps[column]
        ]
        return [_said(n, column, keep) for column, n in self.columns.items()] + gaps

    def _by(
        self, name: str, batch: Batch, orders: Sequence[Order], bought: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        values, rows = distinct(batch.columns[name])
        says = [_says(value, plain(name) in MOMENTS) for value in values]
        found = np.array(says, bool)[rows]
        empty = np.array([_is_nothing(value) for value in values], bool)[rows]
        if not orders:
            self._gaps[name] += int((empty & bought).sum()) if plain(name) in STATES else 0
            return found
        seen = self._orders.setdefault(name, set())
        for row in np.flatnonzero(found).tolist():
            order, user = orders[row]
            seen.update({(order, user), (order, None)} if order is not None else ())
        for row in np.flatnonzero(empty).tolist() if seen else ():
            found[row] = orders[row] in seen
        return found


def says_states(batch: Batch) -> bool:
    """Whether some column may say that an order was cancelled."""
    return any(plain(name) in MOMENTS | STATES for name in batch.columns)


def _says(value: object, moment: bool) -> bool:
    """Whether a cell says that an order was cancelled."""
    if not moment:
        return isinstance(value, str) and takes_back(value)
    return not is_empty(value) and int(milliseconds([value])[0]) not in (NONE, BAD)


def _is_nothing(value: object) -> bool:
    return is_empty(value) or (isinstance(value, str) and says_nothing(value))


def _orders(batch: Batch, users: Coded | None) -> list[Order]:
    """Return the order of each row; none where no column says it."""
    names = [name for name in batch.columns if name]
    column = first_match(names, ORDERS)
    if column is None and any(plain(name).startswith("lineitem") for name in names):
        column = first_match(names, ["name"])  # as Shopify has it
    if column is None:
        return []
    ids = [as_id(value) for value in as_list(batch.columns[column])]
    return [(order, users.of(row) if users else None) for row, order in enumerate(ids)]


def _said(n: int, column: str, keep: bool) -> str:
    rows = "1 row" if n == 1 else f"{n:,} rows"
    if keep:
        return KEPT.format(rows=rows, count="counts" if n == 1 else "count", column=column)
    return LEFT.format(rows=rows, are="is" if n == 1 else "are", column=column)
