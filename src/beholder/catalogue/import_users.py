"""A file of users: who allows profiling. Nothing else of it is kept, for nothing else is used."""

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

    rows = UntilCut(open_rows(path, refuse, form))
    for batch in rows:
        report.count(SPACED, spaced(batch.columns[mapping["user"]]))
        done.ignored = unused("users", [*done.ignored, *batch.columns], mapping)
        for user, wish in wishes(batch, mapping, refuse):
            if wish is None or store.snapshot(user).profiling == wish:
                done.same += 1
            else:
                store.set_profiling(user, wish)
                done.changed += 1
    done.cut = str(rows.error or "")
    done.refused = len(refusals) - before
    done.read = done.changed + done.same + done.refused
    return done


def wishes(
    batch: Batch, mapping: dict[str, str], refuse: Refuse
) -> Iterator[tuple[str, bool | None]]:
    """Yield whom each row names, and whether they allow profiling; None: it does not say."""
    lists = batch.lists()
    says = lists.get(mapping.get("profiling", ""), [None] * len(batch))
    users = [as_id(value) for value in lists[mapping["user"]]]
    for row, user, said in zip(batch.rows, users, says, strict=True):
        word = str(said).strip().lower()
        if user is None or why_not_id(user):
            refuse(row, "names no one, or by no valid id")
        elif said is None:
            yield user, None
        elif word not in YES and word not in NO:
            refuse(row, "profiling is neither yes nor no")
        else:
            yield user, word in YES
