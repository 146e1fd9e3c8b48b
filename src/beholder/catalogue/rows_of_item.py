"""Several rows of one item: the first counts, and what later ones say otherwise is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from beholder.catalogue.other_ids import Ids, add, ids_in, is_of_all_rows
from beholder.catalogue.stock_of_rows import (
    NAMES,
    Stock,
    is_sold_out,
    prices_in,
    stock_in,
    with_more,
    with_prices,
)
from beholder.store import ItemRecord
from beholder.store.records import Attribute

FIRST = ("title", "price", "sale_price")  # what is asked for most is named before other columns
SHORT = 40  # characters of a value that is shown
APART = "in rows that stand apart from the first of their item"
MOST = 2_048  # variants of one product, as the largest shops have them
TWICE = "rows whose item an earlier row has: the earlier row counts, the later is left out"
OTHERS = "rows with more pictures of an item, and other words for it: its first row counts"
IDS = "rows with another {column} of their item, which it has beside the first"
MORE = (
    "later rows with a stock of their own: of an item's the largest counts, so that it is in stock "
    "where one of them is"
)
PRICED = "items whose first row is sold out: the price is that of the first row that is in stock"
SOLD_OUT = (
    "{out} of {n} items {are} out of stock: in no answer and no search until a file says otherwise "
    "(what says so: out_of_stock in beholder.toml)"
)
FULL = f"rows with another {{column}} beyond {MOST} of their item, which is left out"


class Again(NamedTuple):
    """A later row of an item.

    Attributes
    ----------
    ids
        Other ids, sizes and colours of the item that it adds.
    full
        Columns of whose ids the item has too many already.
    otherwise
        Whether it says something else than the first row.
    stock
        What it says of the item's stock where that is not known to be as large.
    prices
        Its prices, where it is the first row that is in stock, and the rows before are sold out.
    """

    ids: Ids
    full: Sequence[str]
    otherwise: bool
    stock: Stock = {}  # noqa: RUF012
    prices: Stock = {}  # noqa: RUF012

    def rules(self, pictures: bool) -> list[str]:
        """Return what became of the row, in words.

        Parameters
        ----------
        pictures
            Whether it adds pictures.
        """
        rules = [IDS.format(column=column) for column in self.ids]
        rules += [FULL.format(column=column) for column in self.full]
        rules += [MORE] * bool(self.stock) + [PRICED] * bool(self.prices)
        if not (pictures or rules):
            return [TWICE]
        return rules + [OTHERS] * (pictures and self.otherwise)


class RowsOfItems:
    """The rows of a file of items, one after the other.

    Parameters
    ----------
    mapping
        Columns of the file by our fields.

    Attributes
    ----------
    seen
        By item, what tells its first row from one that says something else.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.seen: dict[str, int] = {}
        self._mapping = mapping
        self._first: ItemRecord | None = None  # row of the item that came last
        self._ids: Ids = {}  # of that item
        self._stock: Stock = {}  # of that item, by its rows so far
        self._apart: dict[str, Ids] = {}  # of items whose rows stand apart
        self._sold_out: set[str] = set()  # items of which no row so far is in stock
        self._rows = 0
        self._columns: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def take(self, record: ItemRecord, row: int) -> Again | None:
        """Take a row; None: it is the first of its item."""
        item_id = record.item_id
        if item_id not in self.seen:
            self.seen[item_id] = _said(record)
            self._first, self._ids = record, ids_in(record.attributes, is_of_all_rows)
            self._stock = stock_in(record.attributes)
            if is_sold_out(self._stock):
                self._sold_out.add(item_id)
            return None
        stock = stock_in(record.attributes)
        prices = self._prices(record, stock)
        if self._first is not None and self._first.item_id == item_id:
            had, before = self._ids, self._stock
            self._stock = with_more(before, stock)
            stock = {} if self._stock == before else stock
            if prices:
                kept = with_prices(self._first.attributes, prices)
                self._first = msgspec.structs.replace(self._first, attributes=kept)
            otherwise = self._compare(record, self._first, f"item {item_id}, row {row}")
        elif _said(record) == self.seen[item_id]:
            return Again({}, (), False)
        else:
            had = self._apart.setdefault(item_id, {})
            otherwise = bool(_words(record)) or record.title != item_id
            self._columns[APART] += otherwise
        self._rows += otherwise
        more, full = _more(had, ids_in(record.attributes, is_of_all_rows))
        add(had, more)
        return Again(more, full, otherwise, stock, prices)

    def _prices(self, record: ItemRecord, stock: Stock) -> Stock:
        """Return the prices of a row that is the first of its item in stock."""
        if record.item_id not in self._sold_out or not stock or is_sold_out(stock):
            return {}
        self._sold_out.remove(record.item_id)
        return prices_in(record.attributes)

    @property
    def said(self) -> list[str]:
        """What later rows say otherwise than the first, which counts, and what is sold out."""
        n, out = len(self.seen), len(self._sold_out)
        some = [SOLD_OUT.format(out=out, n=n, are="is" if out == 1 else "are")] * bool(out)
        return some + self._otherwise()

    def _otherwise(self) -> list[str]:
        if not self._rows:
            return []
        columns = sorted(self._columns, key=lambda name: (_rank(name), -self._columns[name]))
        told = [f"{self._named(name)} ({self._columns[name]})" for name in columns]
        example = self._examples.get(columns[0], "")
        rows = "1 row says" if self._rows == 1 else f"{self._rows} rows say"
        return [
            f"the first row of an item counts, and {rows} otherwise: {', '.join(told)}"
            + (f"; {self._named(columns[0])}: {example}" if example else "")
        ]

    def _compare(self, record: ItemRecord, first: ItemRecord, here: str) -> bool:
        """Count what a row says otherwise than the first of its item; return whether it does."""
        own, known = _words(record), first.attributes
        if record.title not in (record.item_id, first.title):
            own, known = own | {"title": record.title}, known | {"title": first.title}
        other = [name for name, value in own.items() if known.get(name) != value]
        for name in other:
            self._columns[name] += 1
            if name in known:
                kept, left = _short(known[name]), _short(own[name])
                self._examples.setdefault(name, f"{kept} is kept, and {left} is not ({here})")
        return bool(other)

    def _named(self, name: str) -> str:
        return self._mapping.get(name, name)


def _more(had: Ids, ids: Ids) -> tuple[Ids, list[str]]:
    """Return the ids that an item has not, as far as it may, and columns with more than that."""
    more: Ids = {}
    full = []
    for column, own in ids.items():
        before = had.get(column, {})
        new = [each for each in own if each not in before]
        room = max(MOST - len(before), 0)
        more |= {column: dict.fromkeys(new[:room])} if new[:room] else {}
        full += [column] if len(new) > room else []
    return more, full


def _rank(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _words(record: ItemRecord) -> dict[str, Attribute]:
    """Return the attributes of a row but for those to which all rows of an item add."""
    return {
        name: own
        for name, own in record.attributes.items()
        if not (is_of_all_rows(name) or name in NAMES)
    }


def _said(record: ItemRecord) -> int:
    return hash(msgspec.json.encode((record.title, record.attributes)))


def _short(value: Attribute) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
