"""What the address of a search says: words, choices of attributes, a picture, a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import urlencode

BEGIN = "is."  # of the parameter that chooses: is.category=vase


@dataclass(frozen=True)
class Asked:
    """A search.

    Attributes
    ----------
    words
        What was typed.
    choices
        Values by attribute.
    picture
        Names a picture that the browser keeps.
    place
        Of the first item that is wanted, from 0.
    """

    words: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    picture: str = ""
    place: int = 0

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]], **rest: object) -> Self:
        """Return the search whose choices stand among the parameters of an address."""
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            if name.startswith(BEGIN) and len(name) > len(BEGIN):
                values = found.setdefault(name.removeprefix(BEGIN), [])
                if value not in values:
                    values.append(value)
        choices = {name: tuple(values) for name, values in found.items()}
        return cls(choices=choices, **rest)  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return bool(self.words or self.choices)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address."""
        told = [("words", self.words), ("picture", self.picture)]
        told += [(BEGIN + name, value) for name, value in self.chosen]
        told.append(("place", str(self.place or "")))
        return [(name, value) for name, value in told if value]

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Every attribute and value that was chosen."""
        return [(name, value) for name, values in self.choices.items() for value in values]

    @property
    def address(self) -> str:
        """Below the root of the site."""
        return f"/search?{urlencode(self.pairs)}" if self.pairs else "/search"

    @property
    def results(self) -> str:
        """The address, with the focus on what was found: whoever narrowed goes on from there."""
        return f"{self.address}#results"

    def at(self, place: int) -> Self:
        """Return the same search from a place on."""
        return replace(self, place=place)

    def saying(self, words: str = "", picture: str = "") -> Self:
        """Return the same search with other words and another picture, from its beginning."""
        return replace(self, words=words, picture=picture, place=0)

    def toggled(self, name: str, value: str) -> Self:
        """Return the same search with a value chosen, or no longer, from its beginning."""
        values = self.choices.get(name, ())
        chosen = tuple(v for v in values if v != value)
        if value not in values:
            chosen += (value,)
        choices = {**self.choices, name: chosen}
        return replace(self, choices={k: v for k, v in choices.items() if v}, place=0)
