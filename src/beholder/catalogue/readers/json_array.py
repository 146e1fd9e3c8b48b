"""JSON: an array of objects, the whole file at once; without one it is read as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beholder.catalogue.readers import jsonl
from beholder.catalogue.readers.interface import BATCH, MAX_COLUMNS, Batch, Refuse, leave_out
from beholder.catalogue.readers.one_object import check_one_object
from beholder.catalogue.readers.texts import USUAL, Form, opened, read_up_to
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.errors import DataError

MOST = 256 * 2**20  # bytes of an array
BETWEEN = " \t\r\n,"
Element = tuple[dict[str, Any] | str, str]
"""An object, or the reason why it is no row; and the text of it."""


def read(path: Path, refuse: Refuse, form: Form = USUAL) -> Iterator[Batch]:
    """Yield the objects of an array by column; a row is the number of an object, from 1.

    Raises
    ------
    DataError
        If the array is too large, or is no JSON as a whole.
    """
    with opened(path, form.encoding) as file:
        start, cut = read_up_to(path, file, 1024)
        if not start.lstrip().startswith(b"["):
            if not _begins_with_a_row(start):
                check_one_object(path, form)
            yield from jsonl.read(path, refuse, form)
            return
        data = start
        if cut is None:
            rest, cut = read_up_to(path, file, MOST + 1 - len(start))
            data += rest
    if len(data) > MOST:
        raise DataError(
            f"{path.name} is an array of more than {MOST // 2**20} MiB",
            remedy="write one object a line (JSON Lines)",
        )
    source = UntilCut(_objects(path, data.decode(errors="replace")))
    yield from _batches(source, len(data), refuse)
    if cut is not None:
        raise cut
    source.check()


def _begins_with_a_row(start: bytes) -> bool:
    """Whether the first line of a file may be a row of JSON Lines, as far as it was read."""
    line, end, _ = start.lstrip().partition(b"\n")
    if not end:
        return True
    try:
        json.loads(line)
    except (RecursionError, ValueError):
        return False
    return True


def _batches(source: UntilCut[Element], size: int, refuse: Refuse) -> Iterator[Batch]:
    rows: list[int] = []
    objects: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    for number, (found, text) in enumerate(source, start=1):
        more = names if isinstance(found, str) else names | dict.fromkeys(found)
        if isinstance(found, str) or len(more) > MAX_COLUMNS:
            reason = found if isinstance(found, str) else jsonl.MANY_KEYS
            leave_out(refuse, number, reason, text)
            continue
        names = more
        rows.append(number)
        objects.append(found)
        if len(rows) == BATCH:
            yield jsonl.batch(names, rows, objects, 0)
            rows, objects = [], []
    if rows:
        yield jsonl.batch(names, rows, objects, size)


def _objects(path: Path, text: str) -> Iterator[Element]:
    """Yield each element."""
    at = text.index("[") + 1
    while True:
        while at < len(text) and text[at] in BETWEEN:
            at += 1
        if at >= len(text):
            raise DataError(
                f"{path.name} ends before its array does",
                remedy="write or copy it again",
            )
        if text[at] == "]":
            return
        try:
            found, end = _element(text, at)
        except (RecursionError, ValueError) as error:
            raise DataError(
                f"{path.name} is no JSON: see its element at character {at}",
                remedy="write it again, or one object a line (JSON Lines)",
            ) from error
        yield found, text[at:end]
        at = end


def _element(text: str, at: int) -> tuple[dict[str, Any] | str, int]:
    """Return the element that begins at a place, or why it is no row; and where it ends."""
    try:
        found, end = jsonl.DECODER.raw_decode(text, at)
    except jsonl.RefusedError as error:  # JSON all the same, so that its end is known
        return str(error), json.JSONDecoder().raw_decode(text, at)[1]
    return jsonl.checked(found), end
