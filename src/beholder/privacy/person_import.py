"""Reading an export of a person again, here or in another workspace with the same items.

Events come back with kind, value, moment, words, and the answer that showed them; what was allowed
does, too. What was answered stays out: it is of another bundle. Of whom it cannot be read what
they allow, nothing is allowed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from beholder.behaviour.event import Event
from beholder.errors import DataError
from beholder.privacy.export import SCHEMA
from beholder.store import PURPOSES, Purpose, Purposes, Store, Who
from beholder.store.ids import check_event, check_moment, now, says_nothing, why_not_id

AT_ONCE = 512  # events in one transaction
FIELDS = ("item", "kind", "value", "time", "text", "answer", "place")
OTHERS = ("about", "answer")
MINE = "export it anew with `beholder user export`"
LONGEST = 8 * 2**20  # bytes of a line
REASONS = 20  # that are told apart
MORE = "other reasons"
BROKEN = "no JSON object: the file is cut or damaged there"
LONG = f"a line longer than {LONGEST} bytes: the file is damaged there"
TIME = "time is no moment from 1990 until now in milliseconds since 1970"
BOM = b"\xef\xbb\xbf"  # as some editors begin a file


class Taken(msgspec.Struct):
    """What became of the records of an export.

    Attributes
    ----------
    events
        Records of events; each is in exactly one of `stored`, `same` and `refused`.
    reasons
        Why some were refused, with how many, `REASONS` at most; `first` has the line of the first
        of each.
    left_out
        Records that are neither people nor events, by what they are.
    purposes
        What the person allows now.
    unread
        People of whom it could not be read what they allow.
    """

    people: int = 0
    events: int = 0
    stored: int = 0
    same: int = 0
    refused: int = 0
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    first: dict[str, int] = msgspec.field(default_factory=dict)
    left_out: dict[str, int] = msgspec.field(default_factory=dict)
    purposes: Purposes | None = None
    unread: int = 0


def import_lines(store: Store, file: IO[bytes]) -> Taken:
    """Take in an export, line by line in bounded memory; what is here already stays as it is.

    Raises
    ------
    DataError
        If this is no export of a person, or of one who was erased today.
    """
    work = _Import(store)
    for number, line in enumerate(_lines(file), 1):
        work.take(number, line)
    if not work.taken.left_out:
        raise DataError("this is no export of a person: it is empty", remedy=MINE)
    work.flush()
    return work.taken


class _Import:
    """An export on its way into the store."""

    def __init__(self, store: Store) -> None:
        self.store, self.taken = store, Taken()
        self.who: Who | None = None
        self._waiting: list[tuple[int, Event]] = []
        self._left: Counter[str] = Counter()

    def take(self, number: int, line: bytes) -> None:
        """Take in one line, numbered from 1."""
        record = {} if len(line) > LONGEST else _record(line)
        if number == 1 and record.get("schema") != SCHEMA:
            raise DataError(f"this is no export of a person ({SCHEMA})", remedy=MINE)
        what = record.get("record")
        if what == "person" and self.who is not None:
            raise DataError(f"line {number} is a second person; a file is of one", remedy=MINE)
        if what == "person":
            if _has_key_twice(line):
                raise DataError(f"line {number} is a person with a key twice", remedy=MINE)
            self.who = self._meet(number, record)
        elif what == "event":
            self._event(number, record)
        elif not record and line.strip():
            self.taken.events += 1
            self._refuse(number, LONG if len(line) > LONGEST else BROKEN)
        else:
            self._left[str(what) if what in OTHERS else "no record"] += 1
            self.taken.left_out = dict(self._left)

    def flush(self) -> None:
        """Store what waits."""
        events = [event for _, event in self._waiting]
        outcomes = self.store.record(events) if events else []
        for (number, _), outcome in zip(self._waiting, outcomes, strict=True):
            if outcome.status == "stored":
                self.taken.stored += 1
            elif outcome.status == "same":
                self.taken.same += 1
            else:
                self._refuse(number, outcome.status)
        self._waiting = []

    def _meet(self, number: int, record: dict[str, Any]) -> Who:
        """Return whose events follow, and let them allow what they allowed.

        Somebody who is known here allows what they did before.
        """
        kind = "user" if "user" in record else "session"
        name = record.get(kind)
        if not isinstance(name, str) or why_not_id(name) or says_nothing(name):
            raise DataError(f"line {number} is a person without a valid id", remedy=MINE)
        who, keys = Who(kind, name), self.store.keys  # type: ignore[arg-type]
        if keys.erased([keys.mac(who)]):
            raise DataError(
                "this person was erased less than a day ago",
                remedy="import it tomorrow, or let them allow something first: "
                "`beholder user purposes`",
            )
        wish = _allowed(record)
        if wish is None:
            self.taken.unread += 1
            wish = dict.fromkeys(PURPOSES, False)
        if keys.find_one(keys.mac(who)) is not None:
            wish = {}  # what they allow here stays
        self.taken.purposes = self.store.set_purposes(who, wish)
        self.taken.people += 1
        return who

    def _event(self, number: int, record: dict[str, Any]) -> None:
        self.taken.events += 1
        if self.who is None:
            self._refuse(number, "comes before the person whose it is")
            return
        told = {field: record[field] for field in FIELDS if field in record}
        if record.get("own_id"):
            told["event_id"] = record.get("event_id")
        try:
            event = msgspec.convert({**told, self.who.kind: self.who.id}, Event)
            check_event(event, now())
            check_moment(event.time)
        except (msgspec.ValidationError, DataError) as error:
            self._refuse(number, _why(error))
            return
        if event.time is None:  # it would become the moment of this import
            self._refuse(number, TIME)
            return
        self._waiting.append((number, event))
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def _refuse(self, number: int, reason: str) -> None:
        self.taken.refused += 1
        if reason not in self.taken.reasons and len(self.taken.reasons) >= REASONS - 1:
            reason = MORE
        self.taken.reasons[reason] = self.taken.reasons.get(reason, 0) + 1
        self.taken.first.setdefault(reason, number)


def _allowed(record: dict[str, Any]) -> dict[Purpose, bool] | None:
    """Return what a person says of each purpose; None: that cannot be read."""
    if "purposes" not in record:  # as older versions wrote it
        told = dict.fromkeys(PURPOSES, record["profiling"]) if "profiling" in record else {}
    elif isinstance(record["purposes"], dict):
        told = record["purposes"]
    else:
        return None
    named = {purpose: told[purpose] for purpose in PURPOSES if purpose in told}
    readable = len(named) == len(told) and all(isinstance(on, bool) for on in named.values())
    return named if readable else None


def _has_key_twice(line: bytes) -> bool:
    found = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found |= len(dict(pairs)) < len(pairs)
        return dict(pairs)

    try:
        json.loads(line, object_pairs_hook=look)
    except RecursionError:
        return True
    return found


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines; of one that is too long its beginning, which is longer than `LONGEST`."""
    line = file.readline(LONGEST + 1).removeprefix(BOM)
    while line:
        yield line
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = file.readline(LONGEST + 1)
        line = file.readline(LONGEST + 1)


def _why(error: msgspec.ValidationError | DataError) -> str:
    """Return why an event is refused, in the same words whatever its moment is."""
    if isinstance(error, DataError):
        return TIME if error.field == "time" else error.message
    said, _, field = str(error).partition(" - at ")
    field = field.strip("`$.")
    return TIME if field == "time" else f"{field}: {said}"


def _record(line: bytes) -> dict[str, Any]:
    """Return what a line says; nothing where it is no JSON object."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
