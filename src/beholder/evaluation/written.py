"""An evaluation as JSON: every figure, and the raw values that they are made of.

Items have their ids there, and people none: a person is the place of a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.durable import write_file
from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.table import Row

DIGITS = 6  # of the value of one case


def keep(file: Path, done: Sequence[Evaluation]) -> None:
    """Write evaluations into a file, for its owner alone: what single people took is in it."""
    write_file(file, written(done), mode=0o600)


@contextmanager
def named_where_it_ends(file: Path | None, done: Sequence[Evaluation], use: str) -> Iterator[None]:
    """Let whatever ends the rest early say where the evaluations are that are done.

    Parameters
    ----------
    file
        Where each is kept as soon as it is done; None: they were shown, and are in no file.
    use
        What can be done with them, or could have been.
    """
    try:
        yield
    except BaseException as error:
        if done:
            n = "1 evaluation is" if len(done) == 1 else f"{len(done)} evaluations are"
            there = file is not None and file.exists()
            error.add_note(f"{n} done, and {f'kept in {file}' if there else 'shown above'}; {use}")
        raise


def written(done: Sequence[Evaluation]) -> bytes:
    """Return evaluations as JSON; what is no number, or has no end, is null."""
    return msgspec.json.encode([_told(one) for one in done])


def _told(one: Evaluation) -> dict[str, Any]:
    told = msgspec.structs.asdict(one)
    ids = told.pop("ids")
    right = _named(one.right, ids)
    return told | {"right": right, "rows": [_row(row, ids) for row in one.rows]}


def _row(row: Row, ids: Sequence[str]) -> msgspec.Raw:
    """Return one row, encoded at once: as numbers of Python all rows would be large."""
    values = {name: own.round(DIGITS).tolist() for name, own in row.per_user.items()}
    lists = _named(row.lists, ids)
    told = msgspec.structs.asdict(row) | {"per_user": values, "lists": lists}
    return msgspec.Raw(msgspec.json.encode(told))


def _named(each: Iterable[NDArray[np.int32]], ids: Sequence[str]) -> list[list[str]]:
    return [[ids[position] for position in own.tolist() if position >= 0] for own in each]
