"""The pages of an answer: what the next one holds is in a sealed cursor."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache

import numpy as np

from beholder.engine import cursor as paging
from beholder.engine.cursor import Cursor
from beholder.engine.overlay import Overlay
from beholder.engine.question import Question
from beholder.engine.ranked import Ranked
from beholder.errors import UsageError
from beholder.scorers.interface import Mask, Positions

MARK = b"beholder"  # the key is the workspace's own: a cursor of another one does not open
Who = tuple[str | None, str | None]  # the user, and the session
NOBODY: Who = (None, None)


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

    def next(
        self, view: Overlay, ranked: Ranked, answer: str, who: Who, own: bool, question: Question
    ) -> str | None:
        """Return the cursor behind a first page; None: the answer ends with it."""
        seqs, asked = view.seqs.take(ranked.following), _asked(question)
        return self.seal(paging.begin(answer, len(ranked.positions), seqs, asked), who, own)

    def seal(self, cursor: Cursor | None, who: Who, own: bool) -> str | None:
        """Return a cursor as text, which opens for the same person alone.

        Parameters
        ----------
        own
            Whether the answer was made of what is stored of them.
        """
        return None if cursor is None else paging.seal(cursor, self._key, _mark(who, own))

    def open(self, who: Who, may: bool, question: Question) -> tuple[Cursor, bool]:
        """Read the cursor of the page that is asked for, and whether it is of an `own` answer.

        Parameters
        ----------
        may
            Whether that may still be used: nobody has refused it since, or was erased.

        Raises
        ------
        UsageError
            If it was not made here, or for somebody else, or the answer was asked to hold
            something else. What was asked may be left out: the same answer goes on.
        """
        cursor, own = self._unsealed(question.page or "", who, may)
        if _other(cursor.asked, question):
            raise UsageError(
                "this page is of an answer with another filter, diversity or repeat",
                remedy="ask for the page with those of its answer, or without `page`",
                field="page",
            )
        return cursor, own

    def _unsealed(self, text: str, who: Who, may: bool) -> tuple[Cursor, bool]:
        with suppress(UsageError):  # a stranger's answer is nobody's: he may have a name by now
            return paging.unseal(text, self._key, _mark(NOBODY, own=False)), False
        if may:
            with suppress(UsageError):
                return paging.unseal(text, self._key, _mark(who, own=True)), True
        return paging.unseal(text, self._key, _mark(who, own=False)), False


def page_of(
    cursor: Cursor, view: Overlay, k: int, allowed: Mask
) -> tuple[Positions, Cursor | None]:
    """Return the positions of a later page, and the cursor behind it.

    What was hidden, disliked or seen since is passed over.

    Parameters
    ----------
    allowed
        bool (n,).
    """
    places = view.positions(cursor.seqs)
    good = np.flatnonzero((places >= 0) & allowed[places])
    chosen = places[good[:k]]
    passed = int(good[k - 1]) + 1 if len(good) > k else len(places)
    return chosen, cursor.after(passed, len(chosen))


def _asked(question: Question) -> bytes:
    diversity = None if question.diversity is None else float(question.diversity) + 0.0  # no -0
    return _digest(question.filter, diversity, question.repeat)


@lru_cache(1_000)
def _digest(filter: str | None, diversity: float | None, repeat: str | None) -> bytes:
    """Return 4 bytes: two of the filter, one of the diversity, one of what may be repeated."""
    told = (filter, diversity, repeat)
    wide = [hashlib.blake2b(repr(one).encode(), digest_size=2).digest() for one in told]
    return wide[0] + wide[1][:1] + wide[2][:1]


def _other(asked: bytes, question: Question) -> bool:
    """Whether something is asked now that was not; what is left out goes on as it was."""
    now = _asked(question)
    return (
        (question.filter is not None and asked[:2] != now[:2])
        or (question.diversity is not None and asked[2] != now[2])
        or (question.repeat is not None and asked[3] != now[3])
    )


def _mark(who: Who, own: bool) -> bytes:
    """Return what a cursor is bound to, besides the key."""
    return MARK + repr(who).encode() + b" own" * own
