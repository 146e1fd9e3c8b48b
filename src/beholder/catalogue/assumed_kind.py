"""What happened in a file that does not say: by the name and the numbers of its values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.ratings import Ratings
from beholder.behaviour.scales import scale_of
from beholder.catalogue.mapping import PIECES
from beholder.errors import DataError
from beholder.unicode import plain

RATINGS = re.compile(r"rating|score|stars?$|overall|grade|satisfaction")
AMOUNTS = re.compile("|".join((r"quantity|qty|pieces|units?$|amount", *map(plain, PIECES))))
SECONDS = re.compile(r"seconds|watchtime|playtime|duration|dwell")
ORDERED = frozenset(  # columns of orders: what stands in them was bought
    map(
        plain,
        (
            "order_id", "order_number", "order_no", "order_status", "order_date", "ordered_at",
            "purchase_date", "purchased_at", "financial_status", "bestellnummer", "bestell_nr",
            "auftragsnummer", "bestellstatus", "bestelldatum", "kaufdatum", "订单编号", "订单号",
            "订单状态", "下单时间",
        ),
    )
)  # fmt: skip
STEPS = 21  # of a scale at most: 0 to 10 in halves


class Assumed(NamedTuple):
    """A kind of event, and why it is taken, in words."""

    kind: str
    why: str


def are_ratings(column: str, given: str | None) -> bool:
    """Whether values are ratings, as the caller says of the file, or else by their name."""
    return given == "rating" if given is not None else RATINGS.search(plain(column)) is not None


def assumed(
    mapping: Mapping[str, str],
    given: str | None,
    values: NDArray[np.float32],
    unused: Sequence[str] = (),
) -> Assumed:
    """Return what happened in the rows of a file.

    Parameters
    ----------
    given
        The kind that the caller says.
    values
        float32 (n,). The first numbers, NaN where there is none.
    unused
        Columns that are taken for nothing, which are named where one of them may say it.

    Raises
    ------
    DataError
        If there are numbers of which it is not known what they count.
    """
    if "kind" in mapping:
        instead = f", and not --kind {given}" if given is not None else ""
        value = mapping.get("value", "")
        rated = RATINGS.search(plain(value)) is not None
        only = f"; {value} is a rating in rows of that kind, and no opinion in others" * rated
        return Assumed("click", f"kinds as the column {mapping['kind']} says{instead}{only}")
    if given is not None:
        return Assumed(given, "as asked for")
    if "value" not in mapping:
        names = (*unused, *mapping.values())
        order = next((name for name in names if plain(name) in ORDERED), None)
        if order is not None:
            return Assumed("purchase", f"by the name of the column {order}")
        left = f" (not used: {', '.join(unused)})" if unused else ""
        return Assumed("click", f"no column that is known as kinds or numbers{left}")
    column = mapping["value"]
    for kind, name in (("rating", RATINGS), ("watch", SECONDS), ("purchase", AMOUNTS)):
        if name.search(plain(column)):
            return Assumed(kind, f"by the name of the column {column}")
    ratings = Ratings.of(values)
    told = ratings.values
    if len(told) < 2:
        return Assumed("click", f"the column {column} says the same of all")
    scale = scale_of(ratings)
    if scale is not None and len(told) <= STEPS and not (told * 2 % 1).any():
        return Assumed("rating", f"the numbers of {column} look like a scale of {scale}")
    raise DataError(
        f"it is not said what the numbers of {column} count: {told.min():g} to {told.max():g}",
        remedy="say what happened with --kind rating, watch (seconds) or purchase (pieces)",
        field="kind",
    )
