"""Rows of an interactions file to arrays: ids looked up, kinds named, moments and values read.

A row that cannot be meant gets a reason. Reasons never repeat who it was: reports outlive
erasures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.catalogue.mapping import RATINGS
from beholder.catalogue.moments import REASONS, milliseconds
from beholder.catalogue.readers.interface import Batch, Column, distinct
from beholder.store.ids import FUTURE

KIND_WORDS = {
    **{kind: kind for kind in CODES},
    "buy": "purchase", "bought": "purchase", "order": "purchase", "transaction": "purchase",
    "addtocart": "cart", "add_to_cart": "cart", "basket": "cart",
    "pageview": "view", "page_view": "view", "detail": "view", "pv": "view",
    "favorite": "save", "favourite": "save", "fav": "save", "bookmark": "save", "wishlist": "save",
    "thumbs_up": "like", "upvote": "like", "thumbs_down": "dislike", "downvote": "dislike",
    "rate": "rating", "play": "watch", "stream": "watch", "dismiss": "hide",
}  # fmt: skip


@dataclass(frozen=True)
class Coded:
    """A column of ids.

    Attributes
    ----------
    ids
        Arrow array of the different ones; null for what is no id.
    rows
        For each row the place of its id in `ids`.
    """

    ids: pa.Array
    rows: NDArray[np.int64]

    def of(self, row: int) -> str | None:
        """Return the id of a row."""
        found: str | None = self.ids[int(self.rows[row])].as_py()
        return found


@dataclass(frozen=True)
class Columns:
    """The columns of one batch that mean something.

    Attributes
    ----------
    people
        Ids of users, or of sessions where `sessions`.
    kinds
        uint8 (n,). Codes, 0 where there is no such kind.
    times
        int64 (n,). Milliseconds, or why it is none (`moments.REASONS`); 0 where the file has no
        moments.
    values
        float32 (n,). NaN where there is none, infinite where it is no number.
    """

    items: Coded
    people: Coded
    sessions: bool
    kinds: NDArray[np.uint8]
    times: NDArray[np.int64]
    values: NDArray[np.float32]
    timed: bool


def columns(batch: Batch, mapping: Mapping[str, str], kind: str) -> Columns:
    """Return what the columns of a batch mean.

    Parameters
    ----------
    kind
        What happened, where the file does not say.
    """
    n = len(batch)
    who = "user" if "user" in mapping else "session"
    timed = "time" in mapping
    values = mapping.get("value")
    return Columns(
        items=coded(batch.columns[mapping["item_id"]]),
        people=coded(batch.columns[mapping[who]]),
        sessions=who == "session",
        kinds=kinds(batch.columns[mapping["kind"]]) if "kind" in mapping else _all(n, kind),
        times=milliseconds(batch.columns[mapping["time"]]) if timed else np.zeros(n, np.int64),
        values=numbers(batch.columns[values]) if values else np.full(n, np.nan, np.float32),
        timed=timed,
    )


def default_kind(mapping: Mapping[str, str], given: str | None) -> str:
    """Return the kind of a file without kinds: ratings where it has them, else clicks."""
    if given is not None:
        return given
    column = mapping.get("value", "")
    return "rating" if column.lower().strip("_") in RATINGS else "click"


def faults(found: Columns, at: int) -> dict[int, str]:
    """Return the rows (from 0) that break a rule, with the rule.

    Parameters
    ----------
    at
        This moment; later ones, but for a day of clocks and time zones, are not believed.
    """
    reasons: dict[int, str] = {}
    rated = (found.kinds == CODES["rating"]) & np.isnan(found.values)
    checks = (
        (rated, "is a rating without a number"),
        (np.isinf(found.values), "value is no finite number"),
        (found.times > at + FUTURE, "time is in the future"),
        *((found.times == code, reason) for code, reason in REASONS.items()),
        (found.kinds == 0, "kind is not one of " + ", ".join(CODES)),
    )
    for mask, reason in checks:
        for row in np.flatnonzero(mask).tolist():
            reasons[row] = reason
    return reasons


def coded(column: Column) -> Coded:
    """Return the ids of a column as they are: zeros in front stay."""
    if isinstance(column, pa.Array):
        arrow = column.dictionary_encode(null_encoding="encode")
        return Coded(arrow.dictionary, arrow.indices.to_numpy())
    values, rows = distinct(column)
    return Coded(pa.array([as_id(value) for value in values], pa.string()), rows)


def as_id(value: Any) -> str | None:
    """Return an id as text; None for what is no id."""
    if isinstance(value, str):
        return value if value.isascii() or is_unicode(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None


def is_unicode(text: str) -> bool:
    """Whether a text can be written at all: JSON can hold halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def numbers(column: Column) -> NDArray[np.float32]:
    """Return float32; NaN where there is nothing, infinite for what is no finite number."""
    values, rows = distinct(column)
    return np.array([_number(value) for value in values], np.float32)[rows]


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    try:
        found = float(value) if "_" not in str(value) else math.inf
    except (ValueError, TypeError, OverflowError):
        return math.inf
    return found if abs(found) < 3e38 else math.inf


def kinds(column: Column) -> NDArray[np.uint8]:
    """Return the code of each word for a kind, uint8 (n,); 0 where there is no such kind."""
    values, rows = distinct(column)
    return np.array([_kind(value) for value in values], np.uint8)[rows]


def _kind(value: Any) -> int:
    word = value.strip().lower().replace(" ", "_").replace("-", "_") if type(value) is str else ""
    return CODES.get(KIND_WORDS.get(word, ""), 0)


def _all(n: int, kind: str) -> NDArray[np.uint8]:
    return np.full(n, CODES[kind], np.uint8)
