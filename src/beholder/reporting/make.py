"""A report of a workspace: what the command and Python both call."""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from beholder import __version__, named_file
from beholder.catalogue.card import card
from beholder.durable import sync_folder, unlink_overwritten, write_file
from beholder.errors import DataError, UsageError
from beholder.evaluation import knock_out
from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.learning import SHARES
from beholder.evaluation.protocols import check_protocol, cuts_of
from beholder.evaluation.seeds import evaluations
from beholder.evaluation.written import Results, keep
from beholder.models.registry import MODELS
from beholder.progress import SILENT, Progress
from beholder.reporting import results
from beholder.reporting.asked import asked
from beholder.reporting.cost import cost
from beholder.reporting.headline import headline
from beholder.reporting.markdown import markdown
from beholder.reporting.page import Made, page
from beholder.reporting.people import People, people
from beholder.store import people_reports
from beholder.store.store import Store
from beholder.training.budget import seconds
from beholder.workspace import Workspace

PROTOCOLS = ("next-basket", "cold-items")
WITHOUT = (knock_out.PICTURES, knock_out.WORDS, knock_out.BEHAVIOUR)
K = 5  # people who did something with an item that is shown
Showing = Callable[[], AbstractContextManager[Progress]]


class Report(NamedTuple):
    """What was written.

    Attributes
    ----------
    file
        The document.
    answer
        Its first sentence.
    results
        The evaluations that it shows.
    left_out
        What could not be asked, in words.
    """

    file: Path
    answer: str
    results: list[Evaluation]
    left_out: list[str]


class Wish(NamedTuple):
    """What is wanted of a report; see `beholder.report`."""

    protocols: tuple[str, ...] = PROTOCOLS
    seeds: int = 1
    budget: str | float | None = None
    without: tuple[str, ...] = WITHOUT
    results: tuple[Path, ...] = ()
    people: bool = True
    k: int = K
    out: Path | None = None
    markdown: Path | None = None
    json: Path | None = None
    force: bool = False

    def check(self) -> None:
        """Refuse what cannot be meant, before anything is read.

        Raises
        ------
        UsageError
            If a file is there already, or a name is unknown.
        """
        for file in (self.out, self.markdown, self.json):
            if file is not None:
                named_file.check(file, self.force)
        if not self.protocols and not self.results:
            raise UsageError("no question is asked", remedy="name a protocol", field="protocols")
        named = [file.absolute() for file in (self.out, self.markdown, self.json) if file]
        if len(set(named)) < len(named):
            raise UsageError("two results would be one file", remedy="give each a name of its own")
        if self.seeds < 1:
            raise UsageError(f"{self.seeds} seeds", remedy="ask for 1 or more", field="seeds")
        for protocol in self.protocols:
            check_protocol(protocol)
        knock_out.check(self.without)
        if self.k < 2:
            raise UsageError(f"items of {self.k} people", remedy="ask for 2 or more", field="k")


def report(
    workspace: Workspace, wish: Wish, showing: Showing = lambda: nullcontext(SILENT)
) -> Report:
    """Evaluate, or read what was evaluated, and write the document.

    Parameters
    ----------
    showing
        Opens what shows how far it is, for each step anew.
    """
    wish.check()
    now = datetime.now(UTC)
    name = f"report-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    with people_reports.making(workspace, name) as own:
        place = _Place(own, now)
        if wish.results:
            return _made(workspace, wish, place, results.read(wish.results), [], showing)
        found = Results(wish.json or own / "results.json")
        with found.named(f"`beholder report DIR --from {found.file}` makes the document of it"):
            left_out = _evaluated(workspace, wish, found, showing)
            done = _made(workspace, wish, place, found.done, left_out, showing)
        if wish.json is None:
            with suppress(FileNotFoundError):  # an erasure took it away
                unlink_overwritten(own / "results.json")
        return done


class _Place(NamedTuple):
    """Where and when a report is made.

    Attributes
    ----------
    own
        A folder that only this one writes into; see `people_reports.making`.
    """

    own: Path
    now: datetime

    def put(self, workspace: Workspace, wish: Wish, document: bytes) -> Path:
        """Write the document, and return its file; people are shown where an erasure finds them.

        Raises
        ------
        DataError
            If there was an erasure meanwhile.
        """
        name = f"{self.own.name}.html"
        if wish.out is not None or not wish.people:
            file = wish.out or workspace.reports / name
            write_file(file, document, mode=0o600 if wish.people else 0o644)
            return file
        file = workspace.people_reports / name
        try:
            write_file(self.own / name, document, mode=0o600)
            os.replace(self.own / name, file)
            sync_folder(file.parent)
        except FileNotFoundError as error:
            raise DataError(
                "somebody was erased, or may no longer be shown, while the report was made",
                remedy="make it again",
            ) from error
        return file


def _made(
    workspace: Workspace,
    wish: Wish,
    place: _Place,
    found: list[Evaluation],
    left_out: list[str],
    showing: Showing,
) -> Report:
    """Write the document of evaluations; see `report`."""
    read, every = bool(wish.results), asked(found)
    with Store.open(workspace) as store, showing() as progress:
        if read:
            results.check_items(found, store.items()["item_id"].to_pylist())
            if wish.json is not None:
                keep(wish.json, found)
        progress.start("writing the report", 2 + len(every))
        told = card(store)
        progress.advance()
        shown: list[People | None] = []
        for one in every:
            shown.append(people(workspace, store, one.first, wish.k) if wish.people else None)
            progress.advance()
        spent = cost(workspace, found, here=not read)
        progress.advance()
        progress.finish()
    moment = f"{place.now:%d %B %Y, %H:%M} UTC".lstrip("0")
    made = Made(workspace.settings.title, __version__, moment, command(workspace, wish), read)
    text = page(made, every, told, spent, shown, left_out)
    file = place.put(workspace, wish, text.encode())
    if wish.markdown is not None:
        write_file(wish.markdown, markdown(every).encode())
    return Report(file, headline(every), found, left_out)


def _evaluated(workspace: Workspace, wish: Wish, found: Results, showing: Showing) -> list[str]:
    """Ask one protocol after the other; one for which the data do not suffice is left out.

    What is done is written at once: whoever stops it, or whatever ends it later, it is there.

    Parameters
    ----------
    found
        Takes the evaluations in; they are not written where an erasure took a folder of ours away.

    Returns
    -------
    What could not be asked, in words.

    Raises
    ------
    DataError
        If they suffice for none.
    """
    left_out: list[str] = []
    gone = () if wish.json is not None else (FileNotFoundError,)
    for protocol in dict.fromkeys(wish.protocols):
        try:
            for one in evaluations(
                workspace,
                protocol,
                seeds=wish.seeds,
                budget=wish.budget,
                without=wish.without,
                curve=True,
                showing=showing,
            ):
                found.done.append(one)
                with suppress(*gone):
                    found.keep()
        except DataError as error:
            last = error
            left_out.append(f"{protocol} could not be asked: {error.message}")
    if not found.done:
        raise DataError("; ".join(left_out), remedy=last.remedy)
    return left_out


def foretold(workspace: Workspace, wish: Wish) -> str:
    """Return how long it may take, in words; what is quick is fitted whatever the budget."""
    each = seconds(workspace.settings.train.budget if wish.budget is None else wish.budget)
    slow = sum(1 for one in MODELS.values() if one.card.baseline and one.card.cost != "light")
    parts = len(wish.without) + (knock_out.PICTURES in wish.without)
    runs = sum(cuts_of(protocol) for protocol in dict.fromkeys(wish.protocols)) * wish.seeds
    trainings = runs * (1 + slow + parts + len(SHARES))
    return (
        f"{runs} {'evaluation' if runs == 1 else 'evaluations'}, {trainings} trainings of up to "
        f"{each:.0f} s each: up to some {_span(trainings * each)}, and the asking beside it"
    )


def command(workspace: Workspace, wish: Wish) -> str:
    """Return what makes such a report again; files by their names, for it is sent to others."""
    words = ["beholder", "report", workspace.root.resolve().name]
    if wish.results:
        words += [word for file in wish.results for word in ("--from", file.name)]
    else:
        budget = workspace.settings.train.budget if wish.budget is None else wish.budget
        words += [word for one in wish.protocols for word in ("--protocol", one)]
        words += [word for one in wish.without for word in ("--without", one)]
        words += ["--seeds", str(wish.seeds), "--budget", str(budget)]
    words += ["--k", str(wish.k)] if wish.people else ["--no-people"]
    return shlex.join(words)


def _span(spent: float) -> str:
    if spent < 90:
        return f"{spent:.0f} seconds"
    return f"{spent / 60:.0f} minutes" if spent < 5400 else f"{spent / 3600:.1f} hours"


def of_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return one name or several as they are wished."""
    return (names,) if isinstance(names, str) else tuple(names)


def paths(files: Iterable[str | Path]) -> tuple[Path, ...]:
    """Return files as paths."""
    return tuple(Path(file) for file in files)
