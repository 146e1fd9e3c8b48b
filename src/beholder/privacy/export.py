"""The export of a person as JSON Lines.

The first line says what the file is, for what purposes the data was used, how long it is kept
and who received it; the second is the person, every other one an event or an answer.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from beholder.store import PURPOSES, Store, Who

SCHEMA = "beholder-person-1"


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
