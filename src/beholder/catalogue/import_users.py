"""A file of users: what each allows. Nothing else of it is kept, for nothing else is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from beholder.catalogue.ids import SPACED, as_id, spaced
from beholder.catalogue.mapping import unused
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import Batch, Refuse
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.store import PURPOSES, Purpose, Purposes, Store
from beholder.store.ids import why_not_id

YES = frozenset({"true", "1", "yes", "on", "y"})
NO = frozenset({"false", "0", "no", "off", "n"})
ERASED = "users who were erased less than a day ago: nothing is allowed for them"
SAYS = ("profiling", *PURPOSES)
Wish = dict[Purpose, bool]


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
        report.count(SPACED, spaced(batch.columns[mapping["user"]]))
        done.ignored = unused("users", [*done.ignored, *batch.columns], mapping)
        for user, wish in wishes(batch, mapping, refuse):
            if store.erased(user):  # a file repeats what was said before; they did not ask anew
                report.count(ERASED)
                done.same += 1
            elif changes(wish, store.purposes(user)):
                store.set_purposes(user, wish)
                done.changed += 1
            else:
                done.same += 1
    done.cut = str(rows.error or "")
    done.refused = len(refusals) - before
    done.read = done.changed + done.same + done.refused
    return done


def changes(wish: Wish, allowed: Purposes) -> bool:
    """Return whether a wish is another than what is allowed already."""
    return any(getattr(allowed, purpose) != said for purpose, said in wish.items())


def wishes(batch: Batch, mapping: dict[str, str], refuse: Refuse) -> Iterator[tuple[str, Wish]]:
    """Yield whom each row names, and what they say of each purpose; empty: nothing.

    `profiling` speaks of all purposes, and a column of one of them goes before it.
    """
    lists = batch.lists()
    columns = {field: lists[mapping[field]] for field in SAYS if field in mapping}
    users = [as_id(value) for value in lists[mapping["user"]]]
    for i, (row, user) in enumerate(zip(batch.rows, users, strict=True)):
        said = {field: _word(column[i]) for field, column in columns.items()}
        wrong = [field for field, word in said.items() if word and word not in YES | NO]
        if user is None or why_not_id(user):
            refuse(row, "names no one, or by no valid id")
        elif wrong:
            refuse(row, f"{wrong[0]} is neither yes nor no")
        else:
            yield user, _wish({field: word in YES for field, word in said.items() if word})


def _wish(said: dict[str, bool]) -> Wish:
    every = dict.fromkeys(PURPOSES, said["profiling"]) if "profiling" in said else {}
    return every | {purpose: said[purpose] for purpose in PURPOSES if purpose in said}


def _word(value: object) -> str:
    return "" if value is None else str(value).strip().lower()
