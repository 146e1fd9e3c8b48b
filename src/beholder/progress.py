"""What long steps report while they work; the command line draws it, programs ignore it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the state of one long step."""

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        """Begin a step of `total` units (None: unknown), described in a few words.

        `unit` is `bytes`, or empty: what is counted is what the words name.
        """

    def advance(self, n: int = 1) -> None:
        """Say that `n` more units are done."""

    def note(self, text: str) -> None:
        """Say something that stays on the screen above the bar."""

    def finish(self) -> None:
        """End the step."""


class Silent:
    """Progress that nobody looks at."""

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        """Do nothing."""

    def advance(self, n: int = 1) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


SILENT = Silent()
