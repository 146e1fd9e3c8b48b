"""An evaluation as JSON: every figure, and the raw values that they are made of.

Items have their ids there, and people none: a person is the place of a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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


@dataclass
class Results:
    """Evaluations that are done, and where whoever asked for them finds them.

    Attributes
    ----------
    file
        Where they are kept; None: in none.
    kept, shown
        How many were written into it, and how many were shown.
    """

    file: Path | None
    done: list[Evaluation] = field(default_factory=list)
    kept: int = 0
    shown: int = 0

    def keep(self) -> None:
        """Write all of them, where there is a file."""
        if self.file is not None:
            keep(self.file, self.done)
            self.kept = len(self.done)

    @contextmanager
    def named(self, use: str) -> Iterator[None]:
        """Let whatever ends the rest early say where those are that are done.

        Parameters
        ----------
        use
            What can be done with the file, or could have been.
        """
        try:
            yield
        except BaseException as error:
            for note in self._where(use):
                error.add_note(note)
            raise

    def _where(self, use: str) -> Iterator[str]:
        there = self.file is not None and self.file.exists()  # else somebody took it away
        kept = self.kept if there else 0
        if kept:
            yield f"{_are(kept)} done, and kept in {self.file}; {use}"
        if self.shown > kept:
            yield f"{_are(self.shown)} done, and shown above" + f"; {use}" * (self.file is None)
        lost = len(self.done) - max(kept, self.shown)
        if lost:
            yield f"{_are(lost)} done, and neither kept nor shown"


def _are(n: int) -> str:
    return "1 evaluation is" if n == 1 else f"{n} evaluations are"


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
