"""Rows of an interactions file to arrays: ids looked up, kinds named, moments and values read.

A row that cannot be meant gets a reason. Reasons never repeat who it was: reports outlive
erasures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.catalogue.mapping import RATINGS
from beholder.catalogue.moments import BAD, milliseconds
from beholder.catalogue.readers.interface import Batch
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
class Columns:
    """The columns of one batch that mean something, each a list as long as the batch.

    Attributes
    ----------
    people
        Ids of users, or of sessions where `sessions`; None where a row has none.
    times
        int64 milliseconds, `BAD` where unreadable; None where the file has no moments.
    kinds
        uint8 codes, 0 where there is no such kind.
    values
        float32, NaN where there is none, infinite where it is no number.
    """

    items: list[str | None]
    people: list[str | None]
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
        items=as_ids(batch.columns[mapping["item_id"]]),
        people=as_ids(batch.columns[mapping[who]]),
        sessions=who == "session",
        kinds=_kinds(batch.columns[mapping["kind"]]) if "kind" in mapping else _all(n, kind),
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
        (found.times == BAD, "time is no moment since 1970"),
        (found.kinds == 0, "kind is not one of " + ", ".join(CODES)),
    )
    for mask, reason in checks:
        for row in np.flatnonzero(mask).tolist():
            reasons[row] = reason
    return reasons


def as_ids(values: Sequence[Any]) -> list[str | None]:
    """Return ids as text, as they are: zeros in front stay. None for what is no id."""
    if all(type(value) is str for value in values):
        return list(values)
    return [_as_id(value) for value in values]


def _as_id(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None


def numbers(values: Sequence[Any]) -> NDArray[np.float32]:
    """Return float32; NaN where there is nothing, infinite for what is no finite number."""
    if not any("_" in value for value in values if type(value) is str):
        try:
            found = np.array([math.nan if v is None else float(v) for v in values])
            empty = np.array([v is None for v in values], bool)
            with np.errstate(over="ignore"):
                small = found.astype(np.float32)
            small[np.isnan(small) & ~empty] = math.inf
            return small
        except (ValueError, TypeError, OverflowError):
            pass  # one of them is no number: look at each
    return np.array([_number(value) for value in values], np.float32)


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    try:
        found = float(value) if "_" not in str(value) else math.inf
    except (ValueError, TypeError, OverflowError):
        return math.inf
    return found if abs(found) < 3e38 else math.inf


def _kinds(values: Sequence[Any]) -> NDArray[np.uint8]:
    codes: dict[Any, int] = {}
    found = np.empty(len(values), np.uint8)
    for i, value in enumerate(values):
        text = value if isinstance(value, str) else ""
        code = codes.get(text)
        if code is None:
            word = KIND_WORDS.get(text.strip().lower().replace(" ", "_").replace("-", "_"), "")
            code = codes[text] = CODES.get(word, 0)
        found[i] = code
    return found


def _all(n: int, kind: str) -> NDArray[np.uint8]:
    return np.full(n, CODES[kind], np.uint8)
