"""The export of a person as JSON Lines, and reading such a file back.

The first line says what the file is, for what purposes the data was used, how long it is kept
and who received it; the second is the person, every other one an event or an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from beholder.behaviour.event import Event
from beholder.errors import DataError
from beholder.store import PURPOSES, Outcome, Store, Who

SCHEMA = "beholder-person-1"
AT_ONCE = 500  # events in one transaction
FIELDS = ("item", "kind", "time", "value", "text", "answer", "place")


def export_lines(store: Store, who: str | Who) -> Iterator[bytes]:
    """Yield the lines of the export, each ending with a newline.

    Someone unknown gets the first line alone.
    """
    privacy = store.workspace.settings.privacy
    head = {
        "record": "about",
        "schema": SCHEMA,
        "purposes": list(PURPOSES),
        "kept_days": privacy.retention_days,
        "answers_kept_days": privacy.answers_days,
        "recipients": [],
        "times": "milliseconds since 1970, UTC",
    }
    for record in (head, *store.export(who)):
        yield msgspec.json.encode(record) + b"\n"


def import_export(store: Store, lines: Iterable[bytes]) -> list[Outcome]:
    """Store the events of an export, under the id that it names.

    Answers are left out: they speak of bundles of the store that gave them.

    Raises
    ------
    DataError
        If it is no export of this version.
    """
    records = map(_record, lines)
    head = next(records, {})
    if head.get("schema") != SCHEMA:
        raise DataError("this is no export of a person", remedy=f"its first line says {SCHEMA}")
    person = next(records, None)
    if person is None:
        return []
    kind: Literal["user", "session"] = "user" if "user" in person else "session"
    outcomes: list[Outcome] = []
    waiting: list[Event] = []
    for record in records:
        if record.get("record") != "event":
            continue
        named = {name: record[name] for name in FIELDS if name in record}
        if record.get("own_id"):
            named["event_id"] = record["event_id"]
        waiting.append(msgspec.convert(named | {kind: person[kind]}, Event))
        if len(waiting) == AT_ONCE:
            outcomes += store.record(waiting)
            waiting = []
    outcomes += store.record(waiting)
    store.set_profiling(Who(kind, person[kind]), bool(person["profiling"]))
    return outcomes


def _record(line: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise DataError("a line of the export is no JSON", remedy="export again") from error
    return found if isinstance(found, dict) else {}
