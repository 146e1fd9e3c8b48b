"""The currency that the prices of a file are written in: said, and kept for the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from beholder.errors import SettingsError
from beholder.numbers_in_text import number, sign
from beholder.settings_line import given, write_line
from beholder.workspace import Workspace

SECTION, KEY = "pages", "currency"
SAME = {"EUR": "€", "USD": "$", "GBP": "£"}  # two signs of one currency
BEFORE = frozenset("$£¥")  # of those who write these, most write them before the number


class PriceMarks:
    """The signs of currencies beside the prices of a file, counted; empty: a price without one."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()

    def take(self, prices: Iterable[Any]) -> None:
        """Count the signs of some prices."""
        texts = (
            each if isinstance(each, str) else f"{each}" for each in prices if each is not None
        )
        self.found.update(sign(text) for text in texts if number(text) is not None)

    def words(self, workspace: Workspace) -> list[str]:
        """Keep the only sign where the pages have none, and say so, in words."""
        bare, total = self.found[""], self.found.total()
        signs = self._signs()
        named = ", ".join(sorted(signs))
        if not named or given(workspace.toml, SECTION, KEY):
            return []
        if bare:
            return [f"warning: {total - bare} of {total} prices say {named}, the others nothing"]
        if len(signs) > 1:
            return [f"warning: prices in {named}: kept as numbers, which mean different things"]
        wanted = f"{named}{{price}}" if named in BEFORE else named
        try:
            write_line(workspace.toml, SECTION, KEY, wanted, "as prices were written")
        except (OSError, SettingsError) as error:
            return [f"warning: prices in {named}: {KEY} = {wanted} could not be kept: {error}"]
        return [f"prices in {named}: pages write them so (kept in {workspace.toml.name})"]

    def _signs(self) -> list[str]:
        """Return one sign of each currency: that which most prices have."""
        most: dict[str, str] = {}
        for one, _ in self.found.most_common():
            if one:
                most.setdefault(SAME.get(one, one), one)
        return list(most.values())
