"""The pages of an answer: each is ranked when it is asked for, without what was shown before."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import numpy as np

from beholder.engine import cursor as paging
from beholder.engine.cursor import LONGEST, PLACES, Cursor
from beholder.engine.overlay import Overlay
from beholder.engine.question import Question
from beholder.errors import UsageError
from beholder.scorers.interface import Positions

MARK = b"beholder"  # the key is the workspace's own: a cursor of another one does not open
Who = tuple[str | None, str | None]  # the user, and the session
NOBODY: Who = (None, None)
TOO_LONG = (
    "there is no next page: the pages so far left out more items than a page can name (ask for "
    "more items at once, or leave fewer out)"
)


class Pages:
    """Seals and opens the cursors of one workspace.

    A history that the caller keeps is no part of who asks: it grows while people turn pages.

    Parameters
    ----------
    key
        32 bytes, secret.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, cursor: Cursor, who: Who, own: bool) -> str | None:
        """Return a cursor as text, which opens for the same person alone; None: it is too long.

        Parameters
        ----------
        own
            Whether the answer was made of what is stored of them.
        """
        text = paging.seal(cursor, self._key, _mark(who, own))
        return text if len(text) <= LONGEST else None

    def open(self, text: str, who: Who, may: bool) -> tuple[Cursor, bool]:
        """Read a cursor, and whether it is of an `own` answer.

        Parameters
        ----------
        may
            Whether that may still be used: nobody has refused it since, or was erased.

        Raises
        ------
        UsageError
            If it was not made here, or for somebody else.
        """
        with suppress(UsageError):  # a stranger's answer is nobody's: he may have a name by now
            return paging.unseal(text, self._key, _mark(NOBODY, own=False)), False
        if may:
            with suppress(UsageError):
                return paging.unseal(text, self._key, _mark(who, own=True)), True
        return paging.unseal(text, self._key, _mark(who, own=False)), False


def gone_on(cursor: Cursor, question: Question, told: bool) -> Question:
    """Return a question for a later page with what its answer was asked.

    What was asked may be left out: the same answer goes on. It ends after `PLACES`.

    Parameters
    ----------
    told
        Whether a history is told.

    Raises
    ------
    UsageError
        If something else is asked, or the history is missing.
    """
    if cursor.told and not told:
        raise UsageError(
            "this page is of an answer to a history that was told",
            remedy="tell the history with each page, or ask without `page`",
            field="history",
        )
    for asked, before in (
        (question.filter, cursor.filter),
        (question.diversity, cursor.diversity),
        (question.repeat, cursor.repeat),
    ):
        if asked is not None and asked != before:
            raise UsageError(
                "this page is of an answer with another filter, diversity or repeat",
                remedy="ask for the page with those of its answer, or without `page`",
                field="page",
            )
    return question._replace(
        k=min(question.k, PLACES - cursor.place),
        filter=cursor.filter,
        diversity=cursor.diversity,
        repeat=cursor.repeat,
        variants=question.variants or cursor.variants,
    )


def begun(name: str, question: Question, told: bool) -> Cursor:
    """Return how an answer begins: with nothing.

    Parameters
    ----------
    told
        Whether it is of a history that the caller tells.
    """
    diversity = None if question.diversity is None else float(question.diversity)
    asked = question.filter, diversity, question.repeat, question.variants
    return Cursor(name, 0, [], [], told, *asked)


def after(
    cursor: Cursor, view: Overlay, positions: Positions, exclude: Iterable[str]
) -> Cursor | None:
    """Return how an answer goes on behind a page; None: it has all its places.

    Parameters
    ----------
    positions, exclude
        Of the page, and the ids that its question left out.
    """
    place = cursor.place + len(positions)
    if place >= PLACES:
        return None
    excluded, shown = cursor.excluded, view.seqs.take(positions).tolist()
    there = [view.position_of_id[item] for item in exclude if item in view.position_of_id]
    if there:
        excluded = list(dict.fromkeys(excluded + view.seqs.take(there).tolist()))
    return Cursor(
        cursor.answer, place, cursor.shown + shown, excluded, cursor.told,
        cursor.filter, cursor.diversity, cursor.repeat, cursor.variants,
    )  # fmt: skip


def there(view: Overlay, seqs: list[int]) -> Positions:
    """Return the positions of catalogue numbers, of those that there still are."""
    found = view.positions(np.array(seqs, np.int64))
    return found[found >= 0]


def _mark(who: Who, own: bool) -> bytes:
    """Return what a cursor is bound to, besides the key."""
    return MARK + repr(who).encode() + b" own" * own
