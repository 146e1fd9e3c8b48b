"""Columns of behaviour that are taken for nothing, and may say what happened all the same."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Container, Mapping

from beholder.catalogue.kind_words import is_empty, known, takes_back
from beholder.catalogue.mapping import unused
from beholder.catalogue.readers.interface import Batch, Column, counted

ELSEWHERE = (
    "{column} is not used, and says {words}: if that is what happened, say --map {told} "
    "(and --map-kind for its other words). Rows that were imported before stay as they are beside "
    "those: then import all into a new workspace"
)
GAPS = "; {n} of its {of} rows {are} empty, and would be refused then: fill {them} first"


class UnusedColumns:
    """The columns of one file that no field has, batch after batch.

    Parameters
    ----------
    mapping
        Columns of the file by our fields.

    Attributes
    ----------
    names
        In order.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.names: list[str] = []
        self._mapping = mapping
        self._words: dict[str, Counter[str]] = {}  # for kinds, with their rows
        self._filled: Counter[str] = Counter()
        self._rows = 0

    def take(self, batch: Batch) -> None:
        """Look at the columns of a batch."""
        self.names = unused("interactions", [*self.names, *batch.columns], self._mapping)
        self._rows += len(batch)
        for name in self.names:
            if name in batch.columns:
                self._words.setdefault(name, Counter()).update(known(batch.columns[name]))
                self._filled[name] += _filled(batch.columns[name])

    def doubts(self, read: Container[str]) -> list[str]:
        """Say where all words of a column are kinds, or some take something back.

        Parameters
        ----------
        read
            Columns of which that is known already.
        """
        found = []
        for column, words in self._words.items():
            back = {word: n for word, n in words.items() if takes_back(word)}
            whole = "kind" not in self._mapping and words.total() == self._rows
            if column in read or not (back or whole):
                continue
            told = ", ".join(f"{word} ({n})" for word, n in (back or words).items())
            how = shlex.quote(f"kind={column}")
            doubt = ELSEWHERE.format(column=column, words=told, told=how)
            found.append(doubt + self._gaps(self._rows - self._filled[column]))
        return found

    def _gaps(self, n: int) -> str:
        are, them = ("is", "it") if n == 1 else ("are", "them")
        return GAPS.format(n=n, of=self._rows, are=are, them=them) if n else ""


def _filled(column: Column) -> int:
    """Return how many rows of a column have something in it."""
    values, rows = counted(column)
    return sum(n for value, n in zip(values, rows, strict=True) if not is_empty(value))
