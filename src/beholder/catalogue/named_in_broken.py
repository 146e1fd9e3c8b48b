"""Whom a row names that was refused for its form, as far as that can be read.

Where a row has too many or too few fields, those before the fault stand where they should from
the left, and those behind it from the right: an id between two others may be at either place.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator

from beholder.catalogue.consent_words import says_yes
from beholder.catalogue.ids import as_id
from beholder.catalogue.readers.csv import unguarded
from beholder.catalogue.readers.interface import MAX_LINE, Batch
from beholder.store.ids import why_not_id

KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')
VALUE = re.compile(r'\s*("(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?)')
UNREADABLE = "\ufffd"  # stands for what could not be decoded


def ids_in(line: bytes, first: Batch, column: str) -> list[str]:
    """Return the ids that a broken row may have in a column; none where it cannot be read.

    Parameters
    ----------
    line
        The row as it stands, or its first `MAX_LINE` bytes.
    first
        Other rows of the same file, which tell what its form is.
    """
    text, cut = line.decode(errors="replace"), len(line) >= MAX_LINE
    if first.delimiter:
        found = _in_fields(text, cut, list(first.columns).index(column), first)
    else:
        found = list(_in_object(text, column))
    return list(dict.fromkeys(user for user in found if user and not no_person(user)))


def keys_in(line: bytes) -> list[str]:
    """Return the names that a broken object may have."""
    return KEY.findall(line.decode(errors="replace"))


def no_person(user: str) -> bool:
    """Whether this names nobody, or nobody who can be told from others."""
    return bool(why_not_id(user)) or UNREADABLE in user


def _in_fields(text: str, cut: bool, at: int, first: Batch) -> list[str | None]:
    fields, n = _fields(text, first.delimiter), len(first.columns)
    if cut:
        fields = fields[:-1]  # it may go on
    while len(fields) > n and not fields[-1].strip():
        fields.pop()
    from_right = at + len(fields) - n
    places = {at, from_right}
    if at == 0 or cut:
        places = {at}
    elif at == n - 1:
        places = {from_right}
    found = [fields[place] for place in sorted(places) if 0 <= place < len(fields)]
    if len(fields) != n:  # then what stands there may be what they allow
        found = [text for text in found if text.isdigit() or says_yes(text) is None]
    return [as_id(unguarded(text)) for text in found]


def _fields(text: str, delimiter: str) -> list[str]:
    if text.count('"') % 2 == 0:
        try:
            return next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            pass
    return [field.strip().strip('"') for field in text.split(delimiter)]


def _in_object(text: str, column: str) -> Iterator[str | None]:
    for key in KEY.finditer(text):
        value = VALUE.match(text, key.end())
        if value and _read(f'"{key[1]}"') == column:
            yield as_id(_read(value[1]))


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
