"""What commands print: results on standard output, progress and words on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import msgspec

from beholder.progress import Progress


class LineProgress:
    """Progress where standard error is no terminal: one line when a step ends."""

    def start(self, what: str, total: int | None = None) -> None:
        """Remember the step."""
        self.what, self.done, self.began = what, 0, time.monotonic()

    def advance(self, n: int = 1) -> None:
        """Count."""
        self.done += n

    def note(self, text: str) -> None:
        """Print a line."""
        click.echo(text, err=True)

    def finish(self) -> None:
        """Print what the step did."""
        click.echo(f"{self.what}: {self.done} in {time.monotonic() - self.began:.1f} s", err=True)


class BarProgress:
    """A bar with time left, drawn by rich."""

    def __init__(self, bars: Any) -> None:
        self.bars = bars
        self.task: Any = None

    def start(self, what: str, total: int | None = None) -> None:
        """Add a bar."""
        self.task = self.bars.add_task(what, total=total)

    def advance(self, n: int = 1) -> None:
        """Move the bar."""
        self.bars.advance(self.task, n)

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self.bars.console.print(text, highlight=False, markup=False)

    def finish(self) -> None:
        """Fill the bar."""
        task = self.bars.tasks[self.bars.task_ids.index(self.task)]
        self.bars.update(self.task, total=task.completed, completed=task.completed)


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield what fits standard error: bars on a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        yield LineProgress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        yield BarProgress(bars)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a plain table: numbers to the right, words to the left."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(head)]
    right = [
        bool(rows) and all(isinstance(row[i], int | float) or row[i] is None for row in rows)
        for i in range(len(head))
    ]
    for line in [list(head), ["-" * width for width in widths], *cells]:
        parts = [
            text.rjust(width) if flag else text.ljust(width)
            for text, width, flag in zip(line, widths, right, strict=True)
        ]
        click.echo("  ".join(parts).rstrip())


def as_json(value: Any) -> None:
    """Print one JSON document for programs."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) >= 1 else f"{value:.4f}"
    return str(value)
