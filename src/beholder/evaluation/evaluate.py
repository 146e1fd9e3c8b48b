"""`beholder evaluate`: the blend beside popularity and item-kNN, with certainty."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.bundle.choice import MemberRecord
from beholder.bundle.parts import Parts
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Split
from beholder.dataset.time_cuts import day_of
from beholder.engine.overlay import bare
from beholder.engine.pipeline import Pipeline
from beholder.engine.slate import Stage
from beholder.evaluation import ask, knock_out, learning
from beholder.evaluation.areas import areas as areas_of
from beholder.evaluation.baselines import baselines
from beholder.evaluation.learning import Curve, Learned
from beholder.evaluation.protocols import basket_share, split
from beholder.evaluation.strata import Stratum, strata, tenths
from beholder.evaluation.table import Row, rows_of
from beholder.evaluation.variations import variations
from beholder.progress import SILENT, Progress
from beholder.scorers.blend import Blend
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto
from beholder.training.refit import Fitted

COMPLETION = 0.3  # from this share of targets within an hour on, it is not a next visit
COMPLETING = {
    "leave-last-out": "basket completion",
    "cold-users": "basket completion",
    "next-basket": "mostly the same visit",
}


class _Contender(NamedTuple):
    parts: Parts
    pipeline: Pipeline | None = None


class Evaluation(msgspec.Struct):
    """What was asked, and how everybody answered.

    Attributes
    ----------
    n_items
        Items of the catalogue.
    pool
        How many of them lists were drawn from.
    basket_share
        Share of targets within an hour of something that was known of the same user.
    since
        The day from which on everybody is asked, where a protocol has one for all.
    without
        What is lost without each part that was taken away, in words.
    strata
        NDCG@10 by how known the right items are, and by how much is known of people.
    tenths
        NDCG@10 by tenths of the people, by how much is known of them.
    learning
        How good the blend is by a part of the behaviour, all of it last; empty: not asked for.
    more
        What that says of more data, in words.
    right
        Positions of the right answers of each case, in the order of `Row.per_user`.
    ids
        What each position is called.
    choice
        From how many items each case's list was drawn: the pool less what is masked there.
    """

    protocol: str
    seed: int
    cases: int
    targets: int
    basket_share: float
    seconds: float
    rows: list[Row]
    members: list[MemberRecord]
    notes: list[str]
    n_items: int = 0
    pool: int = 0
    since: str | None = None
    without: list[str] = msgspec.field(default_factory=list)
    strata: list[Stratum] = msgspec.field(default_factory=list)
    tenths: list[Stratum] = msgspec.field(default_factory=list)
    learning: list[Learned] = msgspec.field(default_factory=list)
    more: list[str] = msgspec.field(default_factory=list)
    right: list[NDArray[np.int32]] = msgspec.field(default_factory=list)
    ids: list[str] = msgspec.field(default_factory=list)
    choice: list[int] = msgspec.field(default_factory=list)

    @property
    def label(self) -> str:
        """The protocol's name, its day, and what it really asks where most is of one visit."""
        if self.since is not None:
            return f"{self.protocol} (from {self.since})"
        completes = self.protocol in COMPLETING and self.basket_share > COMPLETION
        return f"{self.protocol} ({COMPLETING[self.protocol]})" if completes else self.protocol

    @property
    def ranked(self) -> str:
        """Among which items the right ones were ranked, in words."""
        if self.pool == self.n_items:
            return f"among all {self.n_items} items"
        which = "those there by then" if self.since else "those left out of training"
        return f"among {self.pool} of {self.n_items} items, {which}"


def evaluate(
    dataset: Dataset,
    protocol: str,
    *,
    seed: int,
    budget: float,
    items: pa.Table | None = None,
    models: Iterable[str] = (),
    stages: Mapping[str, Sequence[Stage]] | None = None,
    served: Pipeline | None = None,
    measured: NDArray[np.bool_] | None = None,
    cut: int = 0,
    without: Iterable[str] = (),
    curve: bool = False,
    progress: Progress = SILENT,
) -> Evaluation:
    """Fit on one part, ask about the other, through the engine that serves.

    Parameters
    ----------
    budget
        Seconds for the blend, and for each baseline that is not quick.
    models
        Members that the blend may use; empty: all.
    stages
        Further rows of the table: the same blend through these stages, by name.
    served
        What answers pass through in the workspace: another row, where it is not the usual.
    measured
        bool (n_users,). Who may be asked about; None: everybody.
    cut
        Which of `protocols.cuts_of` the protocol.
    without
        What is to be taken away, one after the other; see `knock_out`.
    curve
        Whether to learn from parts of the behaviour, too; see `learning`.
    """
    began = time.monotonic()
    without = knock_out.check(without)
    dataset, mixed = knock_out.separable(dataset, without)
    made = split(dataset, protocol, seed, measured, cut)
    table = items if items is not None else ask.plain_items(dataset.n_items)
    taught = _taught(made, table, protocol, Budget(budget, seed), models, progress)
    parts, others = taught.parts, baselines(made, protocol, Budget(budget, seed), progress)
    contenders = _contenders(parts, others.blends, made)
    for name, pipeline in variations(parts, stages or {}, served).items():
        contenders[name] = _Contender(parts, pipeline)
    lessers = _lessers(taught, others.blends["popularity"], without, seed)
    contenders |= {knock_out.row_of(name): one for name, one in lessers.items()}
    asked = _asked(contenders, made, progress)
    rows = rows_of(asked.lists, made, seed, list(map(knock_out.row_of, lessers)), asked.areas)
    learned = Curve([], [])
    if curve:
        learned = learning.curve(made, asked.lists["auto"], taught.of_few, seed)
    firsts = {name: lists[0] for name, lists in asked.lists.items()}
    members = taught.fitted.members
    return Evaluation(
        protocol,
        seed,
        len(made.cases),
        len(made.cases.targets),
        basket_share(dataset, made),
        time.monotonic() - began,
        rows,
        members,
        _timeless(dataset)
        + mixed
        + made.notes
        + _not_asked(measured)
        + taught.fitted.notes
        + others.notes
        + _without_effect(parts, served),
        dataset.n_items,
        int(made.pool.sum()),
        None if made.since is None else day_of(made.since),
        knock_out.said(rows, lessers, members) + knock_out.missing(without, lessers),
        [] if made.after else strata(firsts, made),
        [] if made.after else tenths(firsts, made),
        learned.points,
        learned.said,
        [made.cases.target(case) for case in range(len(made.cases))],
        table["item_id"].to_pylist(),
        ask.choice(parts, made).tolist(),
    )


class _Taught(NamedTuple):
    """The blend that was learned, and how to learn once more by the decisions that made it."""

    made: Split
    table: pa.Table
    fitted: Fitted
    parts: Parts
    learn: knock_out.Learn

    def parts_by(self, fitted: Fitted, train: Dataset) -> Parts:
        """Return what is served of another blend."""
        return parts_of(fitted, train, self.table, 0)

    def of_few(self, few: Dataset) -> list[NDArray[np.int32]] | None:
        """Learn from a part of the behaviour, and answer; None: nothing can learn from it."""
        one = knock_out.again("", few, knock_out.tuned_of(self.fitted), self.learn)
        if one.fitted is None:
            return None
        own = self.parts_by(one.fitted, few)
        return [ask.lists(own, part) for part in self.made.asked]


def _taught(
    made: Split,
    table: pa.Table,
    protocol: str,
    wanted: Budget,
    models: Iterable[str],
    progress: Progress,
) -> _Taught:
    """Learn the blend from what may be learned from."""
    asks = "next-basket" if protocol in ("next-basket", "time") else "leave-last-out"
    fitted = fit_auto(made.train, wanted, progress=progress, only=models, protocol=asks)

    def learn(lesser: Dataset, names: Iterable[str]) -> Fitted:
        script = wanted._replace(plan=fitted.plan)
        return fit_auto(lesser, script, progress=progress, only=names, protocol=asks)

    return _Taught(made, table, fitted, parts_of(fitted, made.train, table, 0), learn)


def _lessers(
    taught: _Taught, popularity: Blend, without: Iterable[str], seed: int
) -> dict[str, _Contender]:
    """Return who lacks a part, by its name; where nothing is left that learns, popularity."""
    found = {}
    for one in knock_out.lessers(taught.made.train, taught.fitted, taught.learn, without, seed):
        if one.fitted is None:
            found[one.name] = _Contender(ask.with_blend(taught.parts, popularity))
        else:
            found[one.name] = _Contender(taught.parts_by(one.fitted, one.train))
    return found


class _Asked(NamedTuple):
    """Lists of each contender, and the areas of their answers, one for each time asked."""

    lists: dict[str, list[NDArray[np.int32]]]
    areas: dict[str, list[NDArray[np.float64]]]


def _asked(contenders: Mapping[str, _Contender], made: Split, progress: Progress) -> _Asked:
    """Ask everybody the same."""
    lists: dict[str, list[NDArray[np.int32]]] = {}
    areas: dict[int, list[NDArray[np.float64]]] = {}  # stages do not change them
    progress.start("asking", len(contenders))
    for name, one in contenders.items():
        lists[name] = [ask.lists(one.parts, part, pipeline=one.pipeline) for part in made.asked]
        if id(one.parts) not in areas:
            areas[id(one.parts)] = [areas_of(one.parts, part) for part in made.asked]
        progress.advance()
    progress.finish()
    return _Asked(lists, {name: areas[id(one.parts)] for name, one in contenders.items()})


def _timeless(dataset: Dataset) -> list[str]:
    """Say so where events have no moments."""
    none = not dataset.log.times.any()
    return ["no event has a moment: which came last is drawn by seed"] * none


def _not_asked(measured: NDArray[np.bool_] | None) -> list[str]:
    """Say how many people are learned from and not asked about."""
    n = 0 if measured is None else int((~measured).sum())
    return [f"{n} people refuse `measure`, and are not asked about"] if n else []


def _without_effect(parts: Parts, served: Pipeline | None) -> list[str]:
    """Return the standing rules that do nothing in this catalogue, and why, in words."""
    if served is None:
        return []
    return [f"rules: {problem}" for problem in served.rules.problems(bare(parts))]


def _contenders(parts: Parts, others: Mapping[str, Blend], made: Split) -> dict[str, _Contender]:
    """Return who is asked, by name: the blend and the baselines."""
    found = {"auto": _Contender(parts)}
    for name, blend in others.items():  # as they ship: dislikes are a stage of ours
        found[name] = _Contender(ask.with_blend(parts, blend), Pipeline(()))
    if made.after:
        found["auto, first look by popularity"] = _Contender(ask.plain_first_look(parts))
    return found
