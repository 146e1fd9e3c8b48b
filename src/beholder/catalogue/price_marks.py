"""The currency that the prices of a file are written in: said, and kept for the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Self

from beholder.catalogue.plain_names import currency
from beholder.catalogue.readers.interface import Batch, as_list
from beholder.errors import SettingsError
from beholder.numbers_in_text import number, sign
from beholder.settings_line import given, write_line
from beholder.workspace import Workspace

SECTION, KEY = "pages", "currency"
SAME = {"EUR": "€", "USD": "$", "GBP": "£"}  # two signs of one currency
BEFORE = frozenset("$£¥")  # of those who write these, most write them before the number


class PriceMarks:
    """The signs of currencies beside the prices of a file, counted; empty: a price without one.

    What stands in the heading, such as `Preis (€)`, is of all that have none of their own.

    Parameters
    ----------
    column
        Of prices; None: that which is called price.
    """

    def __init__(self, column: str | None = None) -> None:
        self.column = column
        self.found: Counter[str] = Counter()

    @classmethod
    def of(cls, mapping: Mapping[str, str]) -> Self:
        """Return those of a file with this mapping."""
        return cls(mapping.get("price"))

    def take(self, batch: Batch) -> None:
        """Count the signs of some prices."""
        name = self.column or next((n for n in batch.columns if n.lower() == "price"), "")
        if name not in batch.columns:
            return
        prices = (each for each in as_list(batch.columns[name]) if each is not None)
        texts = (each if isinstance(each, str) else f"{each}" for each in prices)
        usual = currency(name)
        self.found.update(sign(text) or usual for text in texts if number(text) is not None)

    def foreseen(self, workspace: Workspace) -> list[str]:
        """Return what `words` will say, and keep nothing."""
        wanted, doubts = self._wanted(workspace)
        return doubts or [f"prices in {wanted}: pages would write them so"] * bool(wanted)

    def words(self, workspace: Workspace) -> list[str]:
        """Keep the only sign where the pages have none, and say so, in words."""
        wanted, doubts = self._wanted(workspace)
        if not wanted:
            return doubts
        named = wanted.removesuffix("{price}")
        try:
            write_line(workspace.toml, SECTION, KEY, wanted, "as prices were written")
        except (OSError, SettingsError) as error:
            return [f"warning: prices in {named}: {KEY} = {wanted} could not be kept: {error}"]
        return [f"prices in {named}: pages write them so (kept in {workspace.toml.name})"]

    def _wanted(self, workspace: Workspace) -> tuple[str, list[str]]:
        """Return the setting that prices speak for, or what speaks against it, in words."""
        bare, total = self.found[""], self.found.total()
        signs = self._signs()
        named = ", ".join(sorted(signs))
        if not named or given(workspace.toml, SECTION, KEY):
            return "", []
        wanted = f"{named}{{price}}" if named in BEFORE else named
        if len(signs) > 1:
            told = f"warning: prices in {named}: kept as numbers, which mean different things"
            return "", [told]
        if bare:
            told = f"warning: {total - bare} of {total} prices say {named}, the others nothing"
            remedy = f'if all are, say {SECTION}.{KEY} = "{wanted}" in {workspace.toml.name}'
            return "", [f"{told}, and pages write none: {remedy}"]
        return wanted, []

    def _signs(self) -> list[str]:
        """Return one sign of each currency: that which most prices have."""
        most: dict[str, str] = {}
        for one, _ in self.found.most_common():
            if one:
                most.setdefault(SAME.get(one, one), one)
        return list(most.values())
