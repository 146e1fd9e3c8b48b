"""One question with the answers of all its seeds, and what of them holds in every seed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from beholder.evaluation import knock_out
from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.table import Row

CERTAIN = knock_out.CERTAIN
BLEND = "auto"
BETTER = "better for certain"  # so a learning curve says that more behaviour was worth something
BLEND_ROW, BASELINE, STAGE, PART = "blend", "baseline", "stage", "part"
_PARTS = {knock_out.row_of(name) for name in (*knock_out.PARTS, knock_out.SHUFFLED)}


class Interval(NamedTuple):
    """A figure with its 95 % interval; of several seeds their mean, and the widest of theirs."""

    value: float
    low: float
    high: float


class Learned(NamedTuple):
    """What was learned from a share of the behaviour, over all seeds."""

    share: float
    events: int
    ndcg10: Interval


@dataclass(frozen=True)
class Contender:
    """One row of the table over all seeds.

    Attributes
    ----------
    kind
        The blend, a baseline, the blend with other stages, or without a part.
    ratio
        The blend's NDCG@10 over this one's; None: it is the blend.
    lost
        The blend's NDCG@10 less this one's.
    p
        The largest of all seeds, corrected: what is below .05 is certain in each.
    seeds
        NDCG@10 by seed.
    """

    model: str
    kind: str
    ndcg10: Interval
    hr20: float
    metrics: dict[str, float]
    ratio: Interval | None
    lost: Interval | None
    p: float | None
    seeds: tuple[float, ...]

    @property
    def certain(self) -> bool:
        """Whether it differs from the blend for certain, and in the same direction each time."""
        return self.p is not None and self.p < CERTAIN

    @property
    def better(self) -> bool:
        """Whether the blend is better than it for certain."""
        return self.certain and self.lost is not None and self.lost.value > 0

    @property
    def worse(self) -> bool:
        """Whether the blend is worse than it for certain."""
        return self.certain and self.lost is not None and self.lost.value < 0


@dataclass(frozen=True)
class Asked:
    """One question: a protocol, of `time` one moment, with an evaluation a seed."""

    runs: tuple[Evaluation, ...]

    @property
    def first(self) -> Evaluation:
        """The evaluation by the first seed."""
        return self.runs[0]

    @property
    def protocol(self) -> str:
        """The name of the protocol."""
        return self.first.protocol

    @cached_property
    def contenders(self) -> list[Contender]:
        """The rows that are there by every seed, in the order of the first one's table."""
        by_seed = [{row.model: row for row in run.rows} for run in self.runs]
        names = [row.model for row in self.first.rows]
        return [
            _contender([rows[name] for rows in by_seed])
            for name in names
            if all(name in rows for rows in by_seed)
        ]

    @property
    def lacking(self) -> list[str]:
        """The rows that are left out, since one of the seeds has none of them."""
        every = dict.fromkeys(row.model for run in self.runs for row in run.rows)
        there = {one.model for one in self.contenders}
        return [name for name in every if name not in there]

    def of(self, *kinds: str) -> list[Contender]:
        """Return the rows of some kinds."""
        return [one for one in self.contenders if one.kind in kinds]

    @property
    def blend(self) -> Contender:
        """The row of the blend."""
        return self.of(BLEND_ROW)[0]

    @property
    def learning(self) -> list[Learned]:
        """The learning curve; empty where a seed has none, or not so many points."""
        curves = [run.learning for run in self.runs]
        if len({len(curve) for curve in curves}) > 1:
            return []
        return [
            Learned(
                float(np.mean([one.share for one in each])),
                round(np.mean([one.events for one in each])),
                _mean([(one.ndcg10, one.low, one.high) for one in each]),
            )
            for each in zip(*curves, strict=True)
        ]

    @property
    def more_helps(self) -> bool:
        """Whether all of the behaviour was certainly better than a part of it, by every seed."""
        return all(any(BETTER in one for one in run.more) for run in self.runs)

    def row(self, model: str) -> Contender | None:
        """Return the row of this name, if there is one."""
        return next((one for one in self.contenders if one.model == model), None)


def asked(results: Iterable[Evaluation]) -> list[Asked]:
    """Put evaluations of the same question together, in the order in which they first come."""
    found: dict[tuple[str, str | None], list[Evaluation]] = {}
    for one in results:
        found.setdefault((one.protocol, one.since), []).append(one)
    return [Asked(tuple(runs)) for runs in found.values()]


def kind_of(model: str) -> str:
    """Return what a row of the table is."""
    if model == BLEND:
        return BLEND_ROW
    if not model.startswith(BLEND):
        return BASELINE
    member = model.startswith(knock_out.row_of("the member "))
    return PART if member or model in _PARTS else STAGE


def _contender(rows: Sequence[Row]) -> Contender:
    first = rows[0]
    return Contender(
        first.model,
        kind_of(first.model),
        _mean([(row.ndcg10, row.low, row.high) for row in rows]),
        float(np.mean([row.hr20 for row in rows])),
        {
            name: float(np.mean([row.metrics.get(name, math.nan) for row in rows]))
            for name in first.metrics
        },
        _over([row.against for row in rows]),
        _over([row.lost for row in rows]),
        _largest(rows),
        tuple(row.ndcg10 for row in rows),
    )


def _over(intervals: Sequence[tuple[float, float, float] | None]) -> Interval | None:
    there = [one for one in intervals if one is not None]
    return _mean(there) if len(there) == len(intervals) else None


def _mean(intervals: Sequence[tuple[float, float, float]]) -> Interval:
    values, lows, highs = zip(*intervals, strict=True)
    return Interval(float(np.mean(values)), min(lows), max(highs))


def _largest(rows: Sequence[Row]) -> float | None:
    """Return the largest p; 1 where seeds disagree about who is better."""
    p_values = [row.p for row in rows if row.p is not None]
    if len(p_values) < len(rows):
        return None
    signs = {math.copysign(1, row.lost[0]) for row in rows if row.lost is not None and row.lost[0]}
    return 1.0 if len(signs) > 1 else max(p_values)
