"""Ids that the catalogue has otherwise: without zeros in front, with `.0`, or in another case."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.catalogue.ids import POINT, Coded


class NearIds:
    """Finds what ids that are not in the catalogue may have meant, and counts their rows.

    Parameters
    ----------
    known
        The ids of the catalogue. They are gone through once, when the first one is missing.
    """

    def __init__(self, known: Sequence[str]) -> None:
        self.rows = 0
        self._known = known
        self._by_bare: dict[str, str] | None = None
        self._example = ("", "")

    def look(self, items: Coded, missing: Sequence[int]) -> None:
        """Look for the items of rows that name none of the catalogue."""
        if self._by_bare is None and missing:
            self._by_bare = {_bare(own): own for own in reversed(self._known)}
        ids = items.ids.to_pylist()
        for row in missing:
            said = ids[items.rows[row]]
            meant = (self._by_bare or {}).get(_bare(said)) if said else None
            if meant is not None:
                self._example = self._example if self.rows else (said, meant)
                self.rows += 1

    @property
    def words(self) -> str:
        """What was found, with one example; empty: nothing."""
        if not self.rows:
            return ""
        said, meant = self._example
        return (
            f"of these {self.rows} would be in the catalogue but for zeros in front, a .0 at the "
            f"end, or case: {said} is not in it, did you mean {meant}?"
        )


def _bare(item_id: str) -> str:
    whole = item_id.partition(".")[0] if POINT.search(item_id) else item_id
    return whole.lstrip("0").casefold() or "0"
