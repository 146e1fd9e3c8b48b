"""What is kept of a report: reports outlive erasures, so nothing in them may be a person's name.

The first line of a file without headings is a row, and a column that is mapped to kinds may have
anything in it. Whoever imports sees both; what is kept has neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from beholder.catalogue.mapping import FIELDS, first_match
from beholder.catalogue.readers.interface import Batch, Column, as_list, distinct
from beholder.catalogue.report import Report

WHO = ("user", "session")
SEVERAL = 3  # people whose rows have a word: it is nobody's name then
WORD = re.compile(r"[^\W\d_](?:[^\W\d]|[ -])*")
OTHER_WORDS = "(other words)"
NAMED = ("file", "what", "refused_file")  # of a report: no texts about columns


class WithoutPeople:
    """One file of a report without what may be somebody's.

    Parameters
    ----------
    first
        The first rows of the file.
    header
        Whether the file names its columns.
    """

    def __init__(self, what: str, first: Batch, mapping: Mapping[str, str], header: bool) -> None:
        who = {field: mapping[field] for field in WHO if what != "items" and field in mapping}
        self._who = list(who.values())
        self._kind = mapping.get("kind")
        self._people: dict[str, set[Any]] = {}  # of words, as many as are asked for
        self._columns: dict[str, str] = {}  # their places, of headings that are not kept
        if header and who:
            row = not _are_known(what, who) and _is_row(first, self._who)
            self._columns = {
                name: f"(column {n})"
                for n, name in enumerate(first.columns, 1)
                if name and (row or "@" in name)
            }
        self._texts = _pattern([*filter(_long, self._columns), *self._who], self._columns)

    def take(self, batch: Batch, words: Iterable[str]) -> None:
        """Note whose rows have words that name no kind."""
        new = {w for w in words if WORD.fullmatch(w) and not self._is_of_several(w)}
        if not new or self._kind is None or not self._who:
            return
        values, rows = distinct(batch.columns[self._kind])
        columns = [as_list(batch.columns[name]) for name in self._who]
        whose = [next(filter(None, own), None) for own in zip(*columns, strict=True)]
        for place, word in enumerate(values):
            if not isinstance(word, str) or word not in new:
                continue
            people = self._people.setdefault(word, set())
            for row in np.flatnonzero(rows == place).tolist():
                people.add(whose[row])
                if len(people) >= SEVERAL:
                    break

    def file(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return what a report tells of the file, without anybody."""
        mapping = {ours: self._columns.get(own, own) for ours, own in told["mapping"].items()}
        ignored = [self._columns.get(name, name) for name in told["ignored"]]
        words: dict[str, int] = {}
        for word, n in told["unknown_kinds"].items():
            shown = word if self._is_of_several(word) else OTHER_WORDS
            words[shown] = words.get(shown, 0) + n
        return told | {"mapping": mapping, "ignored": ignored, "unknown_kinds": words}

    def texts(self, told: Any) -> Any:
        """Return a part of a report with the places of columns for their names in its texts."""
        if self._texts is None:
            return told
        if isinstance(told, str):
            return self._texts.sub(lambda found: self._columns[found[0]], told)
        if isinstance(told, list):
            return [self.texts(each) for each in told]
        if isinstance(told, dict):
            return {
                self.texts(key): value if key in NAMED else self.texts(value)
                for key, value in told.items()
            }
        return told

    def _is_of_several(self, word: str) -> bool:
        return len(self._people.get(word, ())) >= SEVERAL


def without_people(report: Report, files: Sequence[WithoutPeople]) -> dict[str, Any]:
    """Return a report as it is kept.

    Parameters
    ----------
    files
        Of the first files of the report, in its order; the others have no columns.
    """
    told: dict[str, Any] = msgspec.to_builtins(report)
    for place, own in enumerate(files[: len(told["files"])]):
        told["files"][place] = own.file(told["files"][place])
        told = own.texts(told)
    return told


def _are_known(what: str, who: Mapping[str, str]) -> bool:
    """Whether a column of people is called as such columns are: the first line has headings."""
    return any(first_match([name], FIELDS[what][field]) for field, name in who.items())


def _is_row(first: Batch, who: Sequence[str]) -> bool:
    """Whether the headings of a file are a row of it.

    One is an address then, has no letter, or is a value of its own column or of those who it was.
    """
    for name, column in first.columns.items():
        if not name:
            continue
        if "@" in name or not any(map(str.isalpha, name)) or _has(column, name):
            return True
        if any(_has(first.columns[own], name) for own in who):
            return True
    return False


def _has(column: Column, value: str) -> bool:
    if isinstance(column, pa.Array):
        return bool(pc.any(pc.equal(column, value)).as_py())
    return value in column


def _long(name: str) -> bool:
    """Whether a name is told from other words of a text."""
    return len(name) > 1 and any(map(str.isalpha, name))


def _pattern(names: Sequence[str], columns: Mapping[str, str]) -> re.Pattern[str] | None:
    """Return what finds names of columns in a text; None: there are none."""
    there = sorted({name for name in names if name in columns}, key=len, reverse=True)
    told = "|".join(map(re.escape, there))
    return re.compile(rf"(?<!\w)(?:{told})(?!\w)") if told else None
