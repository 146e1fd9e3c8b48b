"""The rows of a file of users: whom each names, and what they say of each purpose.

Of whom a row says neither yes nor no, or is refused for its form, nothing is allowed until a
later row says it: a refusal that cannot be read is never taken for leave.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from beholder.catalogue.consent_words import says_yes
from beholder.catalogue.ids import as_id
from beholder.catalogue.mapping import SAYS
from beholder.catalogue.named_in_broken import ids_in, no_person
from beholder.catalogue.readers.interface import Batch, Refuse, Seeing
from beholder.store import PURPOSES, Purpose

UNREAD = "its {column} is neither yes nor no: nothing is allowed for this person until it is"
BROKEN = "{reason}: nothing is allowed for the person whom it names"
UNNAMED = "{reason}: whom it names cannot be read, and what they allow is unknown"
NO_ONE = "names no one, or by no valid id"
Wish = dict[Purpose, bool]


class Wished(NamedTuple):
    """Whom a row names, and what they say of each purpose; `refused`: it could not be read."""

    user: str
    wish: Wish
    refused: bool = False


class UsersOfFile(Seeing):
    """What the rows of a file say, those among them that its reader refuses.

    Parameters
    ----------
    first
        The beginning of the file.
    refuse
        Told of each row that is refused, whoever refuses it.

    Attributes
    ----------
    unnamed
        How many rows of these do not even tell whom they name.
    """

    def __init__(self, first: Batch, mapping: dict[str, str], refuse: Refuse) -> None:
        self.unnamed = 0
        self._first, self._mapping, self._refuse = first, mapping, refuse
        self._line = b""
        self._broken: list[tuple[int, list[str]]] = []

    def see(self, line: bytes) -> None:
        """Look at the row that is refused next."""
        self._line = line

    def __call__(self, row: int, reason: str) -> None:
        """Take a row that the reader refuses."""
        users = ids_in(self._line, self._first, self._mapping["user"])
        self._line = b""
        if users:
            self._broken.append((row, users))
            self._refuse(row, BROKEN.format(reason=reason))
        else:
            self._leave(row, reason)

    def of(self, batch: Batch) -> Iterator[Wished]:
        """Yield what each row says, in the order of the file; an empty wish says nothing.

        `profiling` speaks of all purposes, and a column of one of them goes before it.
        """
        lists = batch.lists()
        columns = {field: lists[self._mapping[field]] for field in SAYS if field in self._mapping}
        users = [as_id(value) for value in lists[self._mapping["user"]]]
        for i, (row, user) in enumerate(zip(batch.rows, users, strict=True)):
            yield from self._broken_before(row)
            if user is None or no_person(user):
                self._leave(row, NO_ONE)
                continue
            yield self._wished(row, user, {field: told[i] for field, told in columns.items()})

    def rest(self) -> Iterator[Wished]:
        """Yield whom the refused rows behind all others name."""
        yield from self._broken_before(None)

    def _wished(self, row: int, user: str, own: dict[str, object]) -> Wished:
        cells = {field: _text(value) for field, value in own.items()}
        said = {field: says_yes(cell) for field, cell in cells.items() if cell}
        unread = next((field for field, yes in said.items() if yes is None), None)
        if unread is not None:
            self._refuse(row, UNREAD.format(column=self._mapping[unread]))
            return _nothing(user)
        return Wished(user, _wish({field: yes is True for field, yes in said.items()}))

    def _broken_before(self, row: int | None) -> Iterator[Wished]:
        while self._broken and (row is None or self._broken[0][0] < row):
            yield from map(_nothing, self._broken.pop(0)[1])

    def _leave(self, row: int, reason: str) -> None:
        self.unnamed += 1
        self._refuse(row, UNNAMED.format(reason=reason))


def _nothing(user: str) -> Wished:
    return Wished(user, dict.fromkeys(PURPOSES, False), refused=True)


def _wish(said: dict[str, bool]) -> Wish:
    every = dict.fromkeys(PURPOSES, said["profiling"]) if "profiling" in said else {}
    return every | {purpose: said[purpose] for purpose in PURPOSES if purpose in said}


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
