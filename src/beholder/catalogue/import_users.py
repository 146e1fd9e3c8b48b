"""A file of users: what each allows. Nothing else of it is kept, for nothing else is used.

Of whom a cell says neither yes nor no, nothing is allowed until a row says it: a refusal in words
that are not known here is never taken for leave.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from beholder.catalogue.consent_words import says_yes
from beholder.catalogue.ids import as_id, odd
from beholder.catalogue.mapping import SAYS, unused
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import Batch, Refuse
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.store import PURPOSES, Purpose, Purposes, Store
from beholder.store.ids import why_not_id

ERASED = "users who were erased less than a day ago: nothing is allowed for them"
UNREAD = "its {column} is neither yes nor no: nothing is allowed for this person until it is"
Wish = dict[Purpose, bool]


class Wished(NamedTuple):
    """Whom a row names, and what they say of each purpose; `refused`: it could not be read."""

    user: str
    wish: Wish
    refused: bool = False


def import_users(
    store: Store,
    path: Path,
    mapping: dict[str, str],
    refusals: Refusals,
    report: Report,
    form: Form = USUAL,
) -> FileReport:
    """Set what each user allows, as far as the row says it."""
    done = FileReport("users", path.name, mapping)
    before = len(refusals)

    def refuse(row: int, reason: str) -> None:
        refusals.add(path.name, row, reason)

    rows = UntilCut(open_rows(path, refuse, form))
    for batch in rows:
        report.count_all(odd(batch.columns[mapping["user"]]))
        done.ignored = unused("users", [*done.ignored, *batch.columns], mapping)
        for user, wish, refused in wishes(batch, mapping, refuse):
            erased = store.erased(user)  # a file repeats what was said before they asked
            report.count(ERASED, int(erased))
            change = not erased and changes(wish, store.purposes(user))
            if change:
                store.set_purposes(user, wish)
            done.changed += change and not refused
            done.same += not change and not refused
    done.cut = str(rows.error or "")
    done.refused = len(refusals) - before
    done.read = done.changed + done.same + done.refused
    return done


def changes(wish: Wish, allowed: Purposes) -> bool:
    """Return whether a wish is another than what is allowed already."""
    return any(getattr(allowed, purpose) != said for purpose, said in wish.items())


def wishes(batch: Batch, mapping: dict[str, str], refuse: Refuse) -> Iterator[Wished]:
    """Yield whom each row names, and what they say of each purpose; empty: nothing.

    `profiling` speaks of all purposes, and a column of one of them goes before it. A row with a
    cell that cannot be read is refused, and allows nothing.
    """
    lists = batch.lists()
    columns = {field: lists[mapping[field]] for field in SAYS if field in mapping}
    users = [as_id(value) for value in lists[mapping["user"]]]
    for i, (row, user) in enumerate(zip(batch.rows, users, strict=True)):
        if user is None or why_not_id(user):
            refuse(row, "names no one, or by no valid id")
            continue
        cells = {field: _text(column[i]) for field, column in columns.items()}
        said = {field: says_yes(cell) for field, cell in cells.items() if cell}
        unread = next((field for field, yes in said.items() if yes is None), None)
        if unread is not None:
            refuse(row, UNREAD.format(column=mapping[unread]))
            yield Wished(user, dict.fromkeys(PURPOSES, False), refused=True)
        else:
            yield Wished(user, _wish({field: yes is True for field, yes in said.items()}))


def _wish(said: dict[str, bool]) -> Wish:
    every = dict.fromkeys(PURPOSES, said["profiling"]) if "profiling" in said else {}
    return every | {purpose: said[purpose] for purpose in PURPOSES if purpose in said}


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
