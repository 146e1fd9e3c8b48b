"""Evaluations that `beholder evaluate --json` or `beholder report --json` wrote, read again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.errors import DataError
from beholder.evaluation.evaluate import Evaluation

REMEDY = "name a file that `beholder evaluate --json` wrote"


def read(files: Iterable[Path]) -> list[Evaluation]:
    """Read the evaluations of some files, in order.

    Raises
    ------
    DataError
        If a file is not there, or holds something else.
    """
    return [one for file in files for one in _read(file)]


def _read(file: Path) -> list[Evaluation]:
    try:
        told = msgspec.json.decode(file.read_bytes(), type=list[dict[str, Any]])
        found = [_evaluation(one) for one in told]
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}", remedy=REMEDY) from None
    except (msgspec.MsgspecError, ValueError, AttributeError, TypeError, KeyError) as error:
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
    return found


def _placed(lists: Sequence[Sequence[str]], places: Mapping[str, int]) -> NDArray[np.int32]:
    """Return places of ids, int32 (lists, length of the longest), -1 for padding."""
    found = np.full((len(lists), max(map(len, lists), default=0)), -1, np.int32)
    for row, own in zip(found, lists, strict=True):
        row[: len(own)] = [places[item] for item in own]
    return found


def _number(value: float | None) -> float:
    return math.nan if value is None else value
