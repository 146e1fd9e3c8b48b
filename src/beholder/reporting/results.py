"""Evaluations that `beholder evaluate --json` or `beholder report --json` wrote, read again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.errors import DataError
from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.protocols import PROTOCOLS

FOREIGN = (ValueError, AttributeError, TypeError, LookupError, RecursionError)
REMEDY = "name a file that `beholder evaluate --json` wrote"


def read(files: Iterable[Path]) -> list[Evaluation]:
    """Read the evaluations of some files, in order.

    Raises
    ------
    DataError
        If a file is not there, or holds something else.
    """
    found = [one for file in files for one in _read(file)]
    several = Counter((one.protocol, one.since, one.seed) for one in found)
    for (protocol, _, seed), n in several.items():
        if n > 1:
            raise DataError(
                f"{protocol} with seed {seed} is there {n} times", remedy="name each result once"
            )
    return found


def check_items(found: Iterable[Evaluation], ids: Collection[str]) -> None:
    """Refuse results of another catalogue: most of what was asked for is not in this one.

    Raises
    ------
    DataError
        With how many of how many items are unknown here.
    """
    for one in found:
        asked = {one.ids[place] for own in one.right for place in own if place >= 0}
        strange = len(asked.difference(ids))
        if strange > len(asked) / 2:
            raise DataError(
                f"these results are of another catalogue: of {len(asked)} right answers of "
                f"{one.protocol} {strange} are no items here",
                remedy="name the workspace that was evaluated",
            )


def _read(file: Path) -> list[Evaluation]:
    try:
        told = msgspec.json.decode(file.read_bytes(), type=list[dict[str, Any]])
        found = [_evaluation(one) for one in told]
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}", remedy=REMEDY) from None
    except (msgspec.MsgspecError, *FOREIGN) as error:
        raise DataError(f"{file} holds no evaluations: {error}", remedy=REMEDY) from None
    if not found:
        raise DataError(f"{file} holds no evaluation", remedy=REMEDY)
    return found


def _evaluation(told: dict[str, Any]) -> Evaluation:
    """Put back what JSON says in another way: positions as ids, and what is no number as null."""
    right, rows = told.pop("right", []), told["rows"]
    lists = [row.pop("lists", []) for row in rows]
    values = [row.pop("per_user", {}) for row in rows]
    for row in rows:
        if row.get("against") is not None:
            row["against"] = [math.inf if one is None else one for one in row["against"]]
    for one in (*told.get("strata", ()), *told.get("tenths", ())):
        one["ndcg10"] = {name: _number(value) for name, value in one["ndcg10"].items()}
    found = msgspec.convert(told, Evaluation)
    found.ids = sorted({item for each in (right, *lists) for own in each for item in own})
    places = {item: place for place, item in enumerate(found.ids)}
    found.right = [_placed([own], places)[0] for own in right]
    for row, own, each in zip(found.rows, lists, values, strict=True):
        row.lists = _placed(own, places)
        row.per_user = {name: np.array([_number(one) for one in v]) for name, v in each.items()}
    _check(found)
    return found


def _check(one: Evaluation) -> None:
    """Refuse what no evaluation says.

    Raises
    ------
    ValueError
        With what it is.
    """
    if one.protocol not in PROTOCOLS:
        raise ValueError(f"there is no protocol {one.protocol!r}")
    if not one.rows or one.rows[0].model != "auto":
        raise ValueError("its first row is not of the blend")
    if one.pool < 1 or one.n_items < one.pool:
        raise ValueError(f"{one.pool} of {one.n_items} items were ranked")
    if not all(0 < point.share <= 1 for point in one.learning):
        raise ValueError("its learning curve has shares that are none")
    for row in one.rows:
        wrong = {name for name, own in row.per_user.items() if len(own) != len(one.right)}
        if wrong or len(row.lists) % max(len(one.right), 1):
            raise ValueError(f"values and lists of {row.model} are not of {len(one.right)} cases")
    if len(one.right) and len(one.rows[0].lists) and "ndcg@10" not in one.rows[0].per_user:
        raise ValueError("the blend has no NDCG@10 for each case")


def _placed(lists: Sequence[Sequence[str]], places: Mapping[str, int]) -> NDArray[np.int32]:
    """Return places of ids, int32 (lists, length of the longest), -1 for padding."""
    found = np.full((len(lists), max(map(len, lists), default=0)), -1, np.int32)
    for row, own in zip(found, lists, strict=True):
        row[: len(own)] = [places[item] for item in own]
    return found


def _number(value: float | None) -> float:
    return math.nan if value is None else value
