"""What commands print: results on standard output, progress and words on standard error."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import click
import msgspec

from beholder.errors import BeholderError
from beholder.progress import Progress
from beholder.unicode import visible, writable

ONE = {  # of what is counted
    "addresses": "address", "covers": "cover", "events": "event", "files": "file", "ids": "id",
    "interactions": "interaction", "items": "item", "links": "link", "names": "name",
    "pairs": "pair", "people": "person", "pictures": "picture", "rows": "row", "users": "user",
    "purchases": "purchase", "vectors": "vector", "visitors": "visitor",
}  # fmt: skip
ONE_IS = (
    ("that are no pictures", "that is no picture"),
    (", which are not", ", which is not"),
    ("with a stock of their own", "with a stock of its own"),
    ("without a moment: their order", "without a moment: its order"),
    ("since their order is", "since its order is"),
)


MEMBERS = (
    "NDCG@10: how near the top the right items stand, 1 is best, - is not measured, of each alone "
    "and by one recency for all, before that of the blend is chosen; warm, cold: how much the "
    "member counts among items with events, and among new ones; tried: its settings"
)
FORCE = click.option(
    "--force", is_flag=True, help="Replace a file that is there; never a link, pipe or device."
)


def echo(text: str = "", err: bool = False) -> None:
    """Print words for people; what files say in them never gives the terminal orders."""
    click.echo(visible(text), err=err)


class LineProgress:
    """Progress where standard error is no terminal: one line when a step ends."""

    def __init__(self) -> None:
        self.steps: list[list[Any]] = []  # what, done, unit and begin: steps stand in steps

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        """Remember the step."""
        self.steps.append([what, 0, unit, time.monotonic()])

    def advance(self, n: int = 1) -> None:
        """Count."""
        self.steps[-1][1] += n

    def note(self, text: str) -> None:
        """Print a line."""
        echo(text, err=True)

    def finish(self) -> None:
        """Print what the step did."""
        what, done, unit, began = self.steps.pop()
        echo(f"{what}: {amount(done, unit)} in {time.monotonic() - began:.1f} s", err=True)


class BarProgress:
    """A bar with time left, drawn by rich."""

    def __init__(self, bars: Any) -> None:
        self.bars = bars
        self.tasks: list[Any] = []  # of the steps under way: steps stand in steps

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        """Add a bar."""
        self.tasks.append(self.bars.add_task(visible(what), total=total, unit=unit))

    def advance(self, n: int = 1) -> None:
        """Move the bar."""
        self.bars.advance(self.tasks[-1], n)

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self.bars.console.print(visible(text), highlight=False, markup=False)

    def plot(self, text: str) -> None:
        """Show a plot below the bars, instead of the one before."""
        self.bars.below = text

    def finish(self) -> None:
        """Fill the bar."""
        number = self.tasks.pop()
        task = self.bars.tasks[self.bars.task_ids.index(number)]
        self.bars.update(number, total=task.completed, completed=task.completed)


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield what fits standard error: bars on a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        yield LineProgress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Counted(ProgressColumn):
        """How much of a step is done, in its unit."""

        def render(self, task: Task) -> Text:
            unit = task.fields["unit"]
            return Text(how_far(task.completed, task.total, unit), style="progress.download")

    class Plotted(Bars):
        """Bars with something below them."""

        below = ""

        def get_renderables(self) -> Iterable[Any]:
            yield from super().get_renderables()
            if self.below:
                yield Text(self.below)

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        Counted(),
        TimeRemainingColumn(),
    )
    # What is printed meanwhile goes above the bars, but never from a file to the terminal.
    both = sys.stdout.isatty()
    with Plotted(*columns, console=Console(stderr=True), redirect_stdout=both) as bars:
        yield BarProgress(bars)


def amount(n: float, unit: str) -> str:
    """Return a count in words: `331 kB` of bytes, else the number alone."""
    if unit != "bytes":
        return f"{n:.0f}"
    size, name = next(
        ((size, name) for size, name in ((1e9, "GB"), (1e6, "MB")) if n >= size), (1e3, "kB")
    )
    return f"{n / size:.{0 if size == 1e3 else 1}f} {name}"


def how_far(done: float, total: float | None, unit: str) -> str:
    """Return what is done of a step, and of bytes the share too: `1.2 MB of 3.4 MB, 35 %`."""
    if unit != "bytes":
        return f"{amount(done, unit)}/{'?' if total is None else amount(total, unit)}"
    said = amount(done, unit)
    return f"{said} of {amount(total, unit)}, {done / total:.0%}" if total else said


def counted(n: int, words: str) -> str:
    """Return a number of things: `2 rows without a time`, `1 row without a time`."""
    if n != 1:
        return f"{n} {words}"
    parts = words.split(" ", 2)
    for i, part in enumerate(parts[:2]):  # `hidden files`, `.heic files, which ...`
        bare = part.rstrip(",")
        if bare in ONE:
            parts[i] = ONE[bare] + part[len(bare) :]
            break
    one = " ".join(parts)
    for many, single in ONE_IS:
        one = one.replace(many, single)
    return f"1 {one}"


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
        echo("  ".join(parts).rstrip())


def listed(head: Sequence[str], rows: Sequence[Sequence[Any]], json: bool) -> None:
    """Print rows as a table, or as JSON: an object each."""
    if json:
        as_json([dict(zip(head, row, strict=True)) for row in rows])
    else:
        table(head, rows)


def members(records: Iterable[Any]) -> None:
    """Print what the members of a blend count."""
    head = ("member", "NDCG@10", "warm", "cold", "tried")
    table(head, [(r.member, r.ndcg10, r.warm, r.cold, r.tried) for r in records])
    echo(MEMBERS, err=True)


def as_json(value: Any) -> None:
    """Print one JSON document for programs."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def problem(error: BeholderError) -> dict[str, Any]:
    """Return what programs are told of an error; `file`, `field`, `remedy` where there is one."""
    told = {
        "code": error.code,
        "detail": error.message,
        "file": error.file,
        "field": error.field,
        "remedy": error.remedy,
    }
    there = {name: value for name, value in told.items() if value}
    return {**writable(there), "status": error.exit_status}  # names of files may be no Unicode


def number(value: float) -> str:
    """Return a number in about four places; what is above or below 0 is never written as 0."""
    if abs(value) >= 1:
        return f"{value:.4g}"
    return f"{value:.1e}" if value and abs(value) < 5e-5 else f"{value:.4f}"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return number(value)
    return visible(str(value)).replace("\n", "\\n").replace("\t", "\\t")


def end_tidily() -> None:
    """Let what is half written be taken away where the command is ended from outside, too."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
