"""A file of users: what each allows. Nothing else of it is kept, for nothing else is used."""

from __future__ import annotations

from pathlib import Path

from beholder.catalogue.ids import odd_in
from beholder.catalogue.mapping import unused
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import Batch
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.catalogue.users_of_file import UsersOfFile, Wish, Wished
from beholder.store import Purposes, Store

ERASED = "users who were erased less than a day ago: nothing is allowed for them"


def import_users(
    store: Store,
    path: Path,
    mapping: dict[str, str],
    first: Batch,
    refusals: Refusals,
    report: Report,
    form: Form = USUAL,
) -> FileReport:
    """Set what each user allows, as far as the row says it.

    Parameters
    ----------
    first
        The beginning of the file.
    """
    done = FileReport("users", path.name, mapping)
    before = len(refusals)

    def take(wished: Wished) -> None:
        user, wish, refused = wished
        erased = store.erased(user)  # a file repeats what was said before they asked
        report.count(ERASED, int(erased))
        change = not erased and changes(wish, store.purposes(user))
        if change:
            store.set_purposes(user, wish)
        done.changed += change and not refused
        done.same += not change and not refused

    said = UsersOfFile(first, mapping, refusals.of(path.name))
    rows = UntilCut(open_rows(path, said, form))
    for batch in rows:
        report.count_all(odd_in(batch, mapping))
        done.ignored = unused("users", [*done.ignored, *batch.columns], mapping)
        for wished in said.of(batch):
            take(wished)
    for wished in said.rest():
        take(wished)
    done.cut = str(rows.error or "")
    done.refused, done.unnamed = len(refusals) - before, said.unnamed
    done.read = done.changed + done.same + done.refused
    return done


def changes(wish: Wish, allowed: Purposes) -> bool:
    """Return whether a wish is another than what is allowed already."""
    return any(getattr(allowed, purpose) != said for purpose, said in wish.items())
