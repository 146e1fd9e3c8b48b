"""A file of users: who allows profiling. Nothing else of it is kept, for nothing else is used."""

from __future__ import annotations

from pathlib import Path

from beholder.catalogue.ids import SPACED, as_id, spaced
from beholder.catalogue.mapping import unused
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.store import Store
from beholder.store.ids import why_not_id

YES = frozenset({"true", "1", "yes", "on", "y"})
NO = frozenset({"false", "0", "no", "off", "n"})


def import_users(
    store: Store,
    path: Path,
    mapping: dict[str, str],
    refusals: Refusals,
    report: Report,
    form: Form = USUAL,
) -> FileReport:
    """Set profiling of each user whose row says so."""
    done = FileReport("users", path.name, mapping)
    before = len(refusals)

    def refuse(row: int, reason: str) -> None:
        refusals.add(path.name, row, reason)

    for batch in open_rows(path, refuse, form):
        report.count(SPACED, spaced(batch.columns[mapping["user"]]))
        done.ignored = unused("users", [*done.ignored, *batch.columns], mapping)
        lists = batch.lists()
        says = lists.get(mapping.get("profiling", ""), [None] * len(batch))
        users = [as_id(value) for value in lists[mapping["user"]]]
        for row, user, said in zip(batch.rows, users, says, strict=True):
            word = str(said).strip().lower()
            if user is None or why_not_id(user):
                refuse(row, "names no one, or by no valid id")
            elif said is None:
                done.same += 1
            elif word not in YES and word not in NO:
                refuse(row, "profiling is neither yes nor no")
            elif store.snapshot(user).profiling == (word in YES):
                done.same += 1
            else:
                store.set_profiling(user, word in YES)
                done.changed += 1
    done.refused = len(refusals) - before
    done.read = done.changed + done.same + done.refused
    return done
