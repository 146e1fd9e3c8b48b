"""Ids that differ from those of the catalogue in nothing but how they are written."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from beholder.catalogue.ids import POINT, Coded


def _whole(item_id: str) -> str:
    return item_id.partition(".")[0] if POINT.search(item_id) else item_id


def _unpadded(item_id: str) -> str:
    return item_id.lstrip("0") or "0"


def _composed(item_id: str) -> str:
    return unicodedata.normalize("NFC", item_id)


# By what says nothing in them, and how both files are to write it.
READINGS: dict[str, tuple[Callable[[str], str], str]] = {
    "zeros in front": (_unpadded, "with their zeros, as text"),
    "a .0 at the end": (_whole, "as whole numbers"),
    "case": (str.casefold, "in the same case"),
    "how accents are written (NFC or NFD)": (_composed, "in NFC"),
}
SEVERAL = "several of these: zeros in front, a .0 at the end, case, accents"


class NearIds:
    """Finds what ids that are not in the catalogue may have meant, and counts their rows.

    Parameters
    ----------
    known
        The ids of the catalogue. They are gone through once, when the first one is missing.
    """

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known
        self._by_bare: dict[str, str] | None = None
        self._missing = 0
        self._rows: Counter[str] = Counter()
        self._example = ("", "")
        self._made: Counter[str] = Counter()
        self._twins = ("", "")

    def look(self, items: Coded, missing: Sequence[int]) -> None:
        """Look for the items of rows that name none of the catalogue."""
        ids = items.ids.to_pylist() if missing else []
        for row in missing:
            said = ids[items.rows[row]]
            self._missing += said is not None
            meant = self._meant(said) if said else None
            if meant is not None:
                self._example = self._example if self._rows else (said, meant)
                self._rows[_reading(said, meant)] += 1

    def make(self, ids: Sequence[str]) -> None:
        """Look at ids of which items are made, since the catalogue has none of them."""
        for said in ids:
            meant = self._meant(said)
            if meant is not None:
                self._twins = self._twins if self._made else (said, meant)
                self._made[_reading(said, meant)] += 1
            elif self._by_bare is not None:
                self._by_bare[_bare(said)] = said

    @property
    def words(self) -> str:
        """What was found of rows, with one example, and what to do; empty: nothing."""
        n = self._rows.total()
        if not n:
            return ""
        said, meant = self._example
        every = n == self._missing and len(self._rows) == 1
        of = f"all {n} of these" if every and n > 1 else f"of these {n}"
        return (
            f"{of} would be in the catalogue but for {_named(self._rows)}: {said} is not in it, "
            f"did you mean {meant}? {_remedy(self._rows)}"
        )

    @property
    def twins(self) -> str:
        """What was found of items that are made, with one example; empty: nothing."""
        n = self._made.total()
        if not n:
            return ""
        said, meant = self._twins
        beside = "1 item made has" if n == 1 else f"{n} items made have"
        return (
            f"{beside} the id of another one but for {_named(self._made)}: {said} and "
            f"{meant} are two items. {_remedy(self._made)}"
        )

    def _meant(self, said: str) -> str | None:
        """Return the id that another one may have meant; None: there is none."""
        if self._by_bare is None:
            self._by_bare = {_bare(own): own for own in reversed(self._known)}
        return self._by_bare.get(_bare(said))


def _bare(item_id: str) -> str:
    return _composed(_unpadded(_whole(item_id)).casefold())


def _reading(said: str, meant: str) -> str:
    """Return what says nothing in two ids that are one but for that."""
    alone = (name for name, (read, _) in READINGS.items() if read(said) == read(meant))
    return next(alone, SEVERAL)


def _named(readings: Counter[str]) -> str:
    return " or ".join(readings)


def _remedy(readings: Counter[str]) -> str:
    alike = [READINGS[name][1] for name in readings if name in READINGS]
    return f"Write ids {' and '.join(alike) or 'alike'} in all files"
