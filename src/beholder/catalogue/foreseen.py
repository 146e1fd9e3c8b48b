"""What a dry run tells: each file, and what the import would make of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from beholder.catalogue.behaviour_seen import BehaviourSeen
from beholder.catalogue.refusals import Refusal
from beholder.catalogue.whole_file import Gone


class Understood(msgspec.Struct):
    """What the pictures of an item are taken for: the names in its row, and the files found."""

    item: str
    names: list[str]
    files: list[str]


class Sight(msgspec.Struct):
    """One file: what its columns are taken for, how it begins, and its first pictures.

    Attributes
    ----------
    cut
        As in a report.
    refused_whole
        Whether there are rows, and none of them would be read.
    attributes
        Of items: in how many rows each is read as which type.
    first
        The first value of each attribute, as it is read.
    said
        How its text and its numbers are read, in words.
    """

    what: str
    file: str
    mapping: dict[str, str]
    ignored: list[str]
    rows: list[dict[str, Any]]
    cut: str = ""
    refused_whole: bool = False
    pictures: list[Understood] = msgspec.field(default_factory=list)
    attributes: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    first: dict[str, Any] = msgspec.field(default_factory=dict)
    said: list[str] = msgspec.field(default_factory=list)


class DryRun(msgspec.Struct):
    """What an import would find.

    Attributes
    ----------
    behaviour
        What the first interactions are taken for; None: there is no such file.
    folder
        Whether there is a folder of pictures.
    pictures, several
        How many of `items` have a picture in the folder, and how many more than one.
    files
        How many files of the folder they show; one that several items show is one, as in a report.
    vectors, known
        How many vectors computed elsewhere there are, and how many are of items of the catalogue
        or of the file.
    users_changed, users_same, users_refused, users_unnamed
        How many rows of users would change what they allow, how many not, and how many would be
        refused; how many of these do not even tell whom they name.
    cancelled
        How many of the refused rows are of cancelled orders, which is no fault of the file.
    gone
        What would leave the catalogue with a file that has all of it, or why not.
    not_read
        Files that the import would not read, since the items before them are broken.
    rules, rules_first
        As in a report.
    files_skipped
        As in a report.
    left, left_first
        As in a report: `pictures_left`.
    """

    sights: list[Sight] = msgspec.field(default_factory=list)
    behaviour: BehaviourSeen | None = None
    items: int = 0
    folder: bool = False
    pictures: int = 0
    several: int = 0
    files: int = 0
    vectors: int = 0
    known: int = 0
    users_changed: int = 0
    users_same: int = 0
    users_refused: int = 0
    users_unnamed: int = 0
    gone: Gone = Gone()
    not_read: list[str] = msgspec.field(default_factory=list)
    rules: dict[str, int] = msgspec.field(default_factory=dict)
    rules_first: dict[str, str] = msgspec.field(default_factory=dict)
    files_skipped: dict[str, int] = msgspec.field(default_factory=dict)
    left: dict[str, int] = msgspec.field(default_factory=dict)
    left_first: dict[str, list[str]] = msgspec.field(default_factory=dict)
    refused: int = 0
    cancelled: int = 0
    refused_first: list[Refusal] = msgspec.field(default_factory=list)
    reasons: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether at least half of the first interactions join."""
        return self.behaviour is None or self.behaviour.fits

    def count(self, rule: str, n: int = 1, example: str = "") -> None:
        """Count rows that a rule would touch; the first example is kept."""
        if n:
            self.rules[rule] = self.rules.get(rule, 0) + n
        if example:
            self.rules_first.setdefault(rule, example)

    def count_all(self, rules: Mapping[str, int]) -> None:
        """Count rows by rule."""
        for rule, n in rules.items():
            self.count(rule, n)
