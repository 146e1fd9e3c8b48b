"""The figures of one question: drawn, and in words beside every mark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beholder.evaluation.strata import ITEMS, PEOPLE, Stratum, named, of_kind
from beholder.reporting import plots
from beholder.reporting.asked import BASELINE, BLEND, BLEND_ROW, PART, Asked, Contender, Interval
from beholder.reporting.words import name_of, part_of

MOST_SHAPES = 4  # contenders that have a shape of their own in a plot


@dataclass(frozen=True)
class Dots:
    """A table whose last column draws its figures: one shape a contender, on one axis.

    Attributes
    ----------
    by
        What its rows are divided by.
    rows
        Of each: what it is, how many people, the figures, and where they stand.
    """

    by: str
    contenders: tuple[str, ...]
    rows: tuple[tuple[str, int | None, tuple[str, ...], tuple[float | None, ...]], ...]
    axis: plots.Axis


def points(value: float) -> str:
    """Return a metric as it is written, in three places; - where there is none."""
    return f"{value:.3f}" if math.isfinite(value) else "-"


def contenders(asked: Asked) -> plots.Lines:
    """Draw NDCG@10 of the blend and of what it is compared with."""
    rows = asked.of(BLEND_ROW, BASELINE)
    scale = plots.axis([end for row in rows for end in row.ndcg10])
    lines = [
        _line(name_of(row.model), row.kind, row.ndcg10, scale, points, _beside(row)) for row in rows
    ]
    return plots.Lines(tuple(lines), scale)


def parts(asked: Asked) -> plots.Lines | None:
    """Draw what NDCG@10 changes by where a part is taken away; None where none was."""
    rows = [(row, _turned(row.lost)) for row in asked.of(PART) if row.lost is not None]
    if not rows:
        return None
    scale = plots.axis([end for _, change in rows for end in change], signed=True)
    lines = [
        _line(part_of(row.model), _kind(row), change, scale, signed, _verdict(row))
        for row, change in rows
    ]
    return plots.Lines(tuple(lines), scale)


def learning(asked: Asked) -> plots.Curve | None:
    """Draw NDCG@10 by the share of the behaviour that was learned from, by its logarithm."""
    if len(asked.learning) < 2:
        return None
    return plots.curve(
        [
            (
                math.log10(one.share),
                f"{one.share:.0%}",
                *one.ndcg10,
                f"{one.share:.0%}, {one.events:,} events: {points(one.ndcg10.value)} "
                f"({points(one.ndcg10.low)} to {points(one.ndcg10.high)})",
            )
            for one in asked.learning
        ]
    )


def tenths(asked: Asked) -> plots.Columns | None:
    """Draw NDCG@10 of each tenth of the people, from whom the blend serves worst."""
    values = asked.first.rows[0].tenths
    if len(values) < 2:
        return None
    names = [f"{n + 1}" for n in range(len(values))]
    return plots.columns(values, names, [f"{value:.2f}" for value in values])  # as a phone has room


def strata(asked: Asked) -> list[Dots]:
    """Draw NDCG@10 by how known right items are, and by how much is known of people."""
    run = asked.first
    by_people = run.tenths if len(run.tenths) > 1 else of_kind(run.strata, PEOPLE)
    found = [of_kind(run.strata, ITEMS), list(by_people)]
    return [_by_stratum(asked, one) for one in found if len(one) > 1]


def after(asked: Asked) -> Dots | None:
    """Draw NDCG@10 by how many events were known of each person, where that was asked."""
    rows = {row.model: row for row in asked.first.rows}
    told = rows[BLEND].after
    if not told:
        return None
    figures = [
        (f"{n}", None, {model: rows[model].after[n].ndcg10 for model in _shown(asked)})
        for n in told
    ]
    return _dots("events known of the person", _shown(asked), figures)


def _by_stratum(asked: Asked, found: Sequence[Stratum]) -> Dots:
    told = [(named(one), one.cases, one.ndcg10) for one in found]
    return _dots(found[0].by, _shown(asked), told)


def _shown(asked: Asked) -> list[str]:
    return [row.model for row in asked.of(BLEND_ROW, BASELINE)][:MOST_SHAPES]


def _dots(
    by: str, shown: Sequence[str], told: Sequence[tuple[str, int | None, Mapping[str, float]]]
) -> Dots:
    each = [[own.get(model, math.nan) for model in shown] for _, _, own in told]
    scale = plots.axis([value for own in each for value in own])
    rows = [
        (
            name,
            cases,
            tuple(points(value) for value in own),
            tuple(scale.at(value) if math.isfinite(value) else None for value in own),
        )
        for (name, cases, _), own in zip(told, each, strict=True)
    ]
    return Dots(by, tuple(name_of(model) for model in shown), tuple(rows), scale)


def _line(
    name: str, kind: str, told: Interval, scale: plots.Axis, write: plots.Writer, more: str
) -> plots.Line:
    text = f"{write(told.value)} ({write(told.low)} to {write(told.high)})"
    span = (scale.at(told.low), scale.at(told.high))
    return plots.Line(name, kind, scale.at(told.value), span, text, more)


def _turned(lost: Interval) -> Interval:
    """Return what changes where a part is missing: what is lost, with the other sign."""
    return Interval(-lost.value, -lost.high, -lost.low)


def signed(value: float) -> str:
    """Return a difference as it is written, with its sign; 0 has none."""
    text = f"{value:+.3f}".replace("-", "−")
    return text if text.strip("+−0.") else text[1:]


def _kind(row: Contender) -> str:
    return "lost" if row.better else "gained" if row.worse else "open"


def _verdict(row: Contender) -> str:
    said = {"lost": "worse", "gained": "better"}
    told = said.get(_kind(row), "no certain difference")
    if row.lost is not None and not any(row.lost):
        told = "lists as good"
    return f"{told}, p {probability(row.p)}"


def _beside(row: Contender) -> str:
    """Say how the blend compares with a baseline."""
    if row.ratio is None:
        return ""
    told = "the blend is better" if row.better else "the blend is worse" if row.worse else ""
    return f"{told or 'no certain difference'}, p {probability(row.p)}"


def probability(p: float | None) -> str:
    """Return a p value as people read it: `0.031`, `< 0.001`."""
    if p is None:
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.2f}" if p >= 0.1 else f"{p:.3f}"
