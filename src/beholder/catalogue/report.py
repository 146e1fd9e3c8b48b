"""What an import did: printed, kept in the workspace, shown in the studio."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from beholder.catalogue.refusals import Refusal
from beholder.catalogue.whole_file import Gone
from beholder.durable import write_file


class FileReport(msgspec.Struct):
    """What became of the rows of one file.

    Attributes
    ----------
    mapping
        Our names to the columns of the file.
    read
        Rows; every one is in exactly one of `added`, `changed`, `same`, `refused` and `more`.
    cancelled
        Refused rows of orders that were cancelled, which are no fault of the file.
    unnamed
        Refused rows of users that do not even tell whom they name.
    more
        Rows of an item that a row before has, and that are not the same: they add pictures or other
        ids, or say otherwise, which is counted and left out.
    ignored
        Columns that are taken for nothing.
    unread
        Columns of a type that is not read, with that type.
    said
        What was taken to have happened, and on which scale, in words.
    unknown_kinds
        Words that name no kind of event, with their rows; the most frequent.
    more_unknown_kinds
        Whether there are more of these words.
    cut
        What ended the file before its end; what stands before that was read. Empty: nothing.
    gone
        What left the catalogue, which the file was said to have as a whole.
    """

    what: str
    file: str
    mapping: dict[str, str] = msgspec.field(default_factory=dict)
    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    cancelled: int = 0
    unnamed: int = 0
    more: int = 0
    ignored: list[str] = msgspec.field(default_factory=list)
    unread: list[str] = msgspec.field(default_factory=list)
    said: list[str] = msgspec.field(default_factory=list)
    unknown_kinds: dict[str, int] = msgspec.field(default_factory=dict)
    more_unknown_kinds: bool = False
    cut: str = ""
    gone: Gone = Gone()

    @property
    def refused_whole(self) -> bool:
        """Whether there were rows, and none was read, for a fault of the file."""
        return 0 < self.read == self.refused != self.cancelled


class Report(msgspec.Struct):
    """What an import did.

    Attributes
    ----------
    rules
        How many rows each standardising rule touched, by its name in words.
    rules_first
        The first row of some rules, in words.
    pictures_left, pictures_left_first
        How many pictures were left out, kept or found by a guess, by reason in words, and the
        first of each.
    folder
        Whether there was a folder of pictures; without one nothing is known of its files.
    pictures_found, pictures_different
        Files of the folder that items show, also since an import before, each once however many
        show it, and how many pictures that are, byte for byte.
    media_without_items
        Files of pictures in the folder that no item shows.
    items_with_several
        Items of this import that show more than one picture.
    files_skipped
        Files of the folder that are no pictures which can be read, by reason in words.
    refused
        The first refused rows; `refused_file` has more of them, `refusals.LISTED` at most.
    joined
        Share of interactions that name an item of the catalogue, or one that is made if they are
        kept; None where there were none.
    """

    started: int
    files: list[FileReport] = msgspec.field(default_factory=list)
    rules: dict[str, int] = msgspec.field(default_factory=dict)
    rules_first: dict[str, str] = msgspec.field(default_factory=dict)
    refused: list[Refusal] = msgspec.field(default_factory=list)
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    refused_file: str = ""
    joined: float | None = None
    folder: bool = False
    pictures_found: int = 0
    pictures_different: int = 0
    items_with_several: int = 0
    pictures_left: dict[str, int] = msgspec.field(default_factory=dict)
    pictures_left_first: dict[str, list[str]] = msgspec.field(default_factory=dict)
    files_skipped: dict[str, int] = msgspec.field(default_factory=dict)
    items_without_media: int = 0
    media_without_items: int = 0
    media_without_items_first: list[str] = msgspec.field(default_factory=list)
    seconds: float = 0.0

    def count(self, rule: str, n: int = 1, example: str = "") -> None:
        """Count rows that a rule touched; the first example is kept."""
        if n:
            self.rules[rule] = self.rules.get(rule, 0) + n
        if example:
            self.rules_first.setdefault(rule, example)

    def count_all(self, rules: Mapping[str, int]) -> None:
        """Count rows by rule."""
        for rule, n in rules.items():
            self.count(rule, n)

    @property
    def n_refused(self) -> int:
        """Rows left out, of all files."""
        return sum(self.reasons.values())


def keep(report: dict[str, Any], folder: Path, name: str) -> Path:
    """Write a report, as `without_people` leaves it, into the workspace and return where."""
    path = folder / f"{name}.json"
    write_file(path, msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    return path
