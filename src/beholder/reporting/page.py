"""Everything that a report shows, in the order in which it shows it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beholder.bundle.choice import MemberRecord
from beholder.catalogue.card import Card, rows_of
from beholder.pages.report import render_report
from beholder.percent import percent
from beholder.reporting import figures, plots, summary
from beholder.reporting.asked import BASELINE, BLEND_ROW, PART, STAGE, Asked, Contender
from beholder.reporting.cost import Cost
from beholder.reporting.headline import headline
from beholder.reporting.people import People
from beholder.reporting.words import EXPLAINED, QUESTIONS, listed, name_of

GROUPS = {
    BLEND_ROW: "",
    BASELINE: "Compared with",
    STAGE: "The blend with other stages",
    PART: "The blend without a part",
}
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """How a report came about: what another one can be made by.

    Attributes
    ----------
    moment
        Day and time, of UTC.
    command
        As it was typed, or called.
    read
        Whether the evaluations were made before, and only read.
    """

    catalogue: str
    version: str
    moment: str
    command: str
    read: bool = False


@dataclass(frozen=True)
class Section:
    """One question, from what was asked to what there is to be known about it."""

    name: str
    asked: Asked
    answer: summary.Answer
    text: str
    facts: tuple[tuple[str, str], ...]
    contenders: plots.Lines
    table: tuple[tuple[str, tuple[Cells, ...]], ...]
    parts: plots.Lines | None
    absent: tuple[str, ...]
    learning: plots.Curve | None
    said_of_more: tuple[str, ...]
    tenths: plots.Columns | None
    strata: tuple[figures.Dots, ...]
    after: figures.Dots | None
    members: tuple[MemberRecord, ...]
    metrics: tuple[Cells, ...]
    notes: tuple[str, ...]
    people: People | None


def page(
    made: Made,
    every: Sequence[Asked],
    card: Card,
    cost: Cost,
    people: Sequence[People | None],
    left_out: Sequence[str] = (),
) -> str:
    """Return the report as one HTML document.

    Parameters
    ----------
    people
        Of each question some who were asked; None: they are left out, as was wished.
    left_out
        What could not be asked, in words.
    """
    sections = [
        _section(f"question-{n}", one, own)
        for n, (one, own) in enumerate(zip(every, people, strict=True), start=1)
    ]
    return render_report(
        {
            "made": made,
            "headline": headline(every),
            "sections": sections,
            "tiles": _tiles(every, cost),
            "costs": summary.costs(cost),
            "left_out": left_out,
            "card": card,
            "card_rows": rows_of(card),
            "cost": cost,
            "cost_rows": _cost_rows(cost),
            "glossary": EXPLAINED,
        }
    )


def _section(name: str, asked: Asked, people: People | None) -> Section:
    run = asked.first
    return Section(
        name,
        asked,
        summary.answer(asked),
        QUESTIONS[asked.protocol].text,
        _facts(asked),
        figures.contenders(asked),
        _table(asked),
        figures.parts(asked),
        tuple(one for one in run.without if "NDCG@10" not in one),  # the figure says the rest
        figures.learning(asked),
        _by_seed(asked, [one.more for one in asked.runs]),
        figures.tenths(asked),
        tuple(figures.strata(asked)),
        figures.after(asked),
        tuple(run.members),
        _metrics(asked),
        (*_by_seed(asked, [one.notes for one in asked.runs]), *_lacking(asked)),
        people,
    )


def _facts(asked: Asked) -> tuple[tuple[str, str], ...]:
    run, seeds = asked.first, ", ".join(str(one.seed) for one in asked.runs)
    return (
        ("protocol", run.label),
        ("people asked about", f"{run.cases:,}"),
        ("right answers", f"{run.targets:,}"),
        ("of them within an hour of what was known", percent(run.basket_share)),
        ("ranked", run.ranked),
        ("seeds" if len(asked.runs) > 1 else "seed", seeds),
    )


def _table(asked: Asked) -> tuple[tuple[str, tuple[Cells, ...]], ...]:
    found = []
    for kind, name in GROUPS.items():
        rows = tuple(_row(one) for one in asked.of(kind))
        if rows:
            found.append((name, rows))
    return tuple(found)


def _row(one: Contender) -> Cells:
    ndcg = one.ndcg10
    return (
        name_of(one.model),
        figures.points(ndcg.value),
        f"{figures.points(ndcg.low)} to {figures.points(ndcg.high)}",
        figures.points(one.hr20),
        "" if one.ratio is None else summary.times(one.ratio),
        "" if one.p is None else figures.probability(one.p),
        *((figures.points(value) for value in one.seeds) if len(one.seeds) > 1 else ()),
    )


def _metrics(asked: Asked) -> tuple[Cells, ...]:
    """Return every metric of the blend and of its baselines, below a row of names."""
    rows = asked.of(BLEND_ROW, BASELINE)
    head = ("metric", *(name_of(one.model) for one in rows))
    names = asked.blend.metrics
    told = [
        (name, *(figures.points(one.metrics.get(name, math.nan)) for one in rows)) for name in names
    ]
    return (head, *told)


def _by_seed(asked: Asked, said: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return sentences of every seed; what all say is said once."""
    every = [one for one in said[0] if all(one in other for other in said)]
    apart = [
        f"seed {run.seed}: {one}"
        for run, own in zip(asked.runs, said, strict=True)
        for one in own
        if one not in every
    ]
    return (*every, *apart)


def _lacking(asked: Asked) -> list[str]:
    """Say which rows are left out, such as members that have a place by one seed alone."""
    names = [name_of(name) for name in asked.lacking]
    return [f"not there by every seed, and left out: {listed(names)}"] if names else []


def _tiles(every: Sequence[Asked], cost: Cost) -> list[tuple[str, str]]:
    """Return the few figures that one remembers, of the first question."""
    first = every[0]
    where = f"{summary.title(first)}: " if len(every) > 1 else ""
    found = []
    if first.first.pool > summary.FEW:  # else most orders would find something
        found.append(
            (
                f"{100 * first.blend.hr20:.0f} of 100",
                f"{where}people find something that they took among twenty",
            )
        )
    for row in first.of(BASELINE)[:2]:
        if row.ratio is not None:
            certain = "for certain" if row.certain else "not certain"
            told = f"{where}as good as {name_of(row.model)} by NDCG@10, {certain}"
            found.append((f"{summary.ratio(row.ratio.value)} times", told))
    if cost.bundle is not None:
        found.append((summary.millis(cost.bundle.median), "until an answer is there"))
    return found


def _parts(members: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {weight:.2f}" for name, weight in members.items())


def _cost_rows(cost: Cost) -> list[tuple[str, str]]:
    rows = [(f"evaluating {name}", f"{spent:,.0f} s") for name, spent in cost.seconds.items()]
    if cost.memory is not None:
        rows.append(("the most memory that evaluating took", summary.size(cost.memory)))
    own = cost.bundle
    if own is None:
        return [*rows, ("what is served", cost.missing)]
    return [
        *rows,
        ("what is served", f"bundle {own.name}, {own.items:,} items"),
        ("it is made of", _parts(own.members) or "popularity alone"),
        ("its size", summary.size(own.size)),
        (
            "an answer: 20 items for a history of 20",
            f"{summary.millis(own.median)}; 95 of 100 within {summary.millis(own.late)}",
        ),
    ]
