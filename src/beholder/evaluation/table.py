"""The table of an evaluation: every contender's figures, and how certain the differences are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.dataset.splits import Split
from beholder.evaluation import ask
from beholder.evaluation.bootstrap import holm, interval
from beholder.evaluation.certainty import Certainty, OfPeople, OfPeopleAndItems

Found = Mapping[str, list[NDArray[np.int32]]]  # lists of each contender, one for each time asked
Values = dict[str, NDArray[np.float64]]
POPULARITY = "popularity"  # the contender whose lists are what everybody expects
TENTHS = 10


def _no_lists() -> NDArray[np.int32]:
    return np.empty((0, 0), np.int32)


class After(msgspec.Struct):
    """How one contender did when so much was known; NDCG@10 with its 95 % interval."""

    ndcg10: float
    low: float
    high: float
    hr20: float


class Row(msgspec.Struct):
    """One contender of the table.

    Attributes
    ----------
    ndcg10
        Mean NDCG@10 over users, with `low` and `high` the 95 % interval, see `certainty`.
    against
        Ratio of the blend's NDCG@10 to this contender's, with its 95 % interval.
    lost
        The blend's NDCG@10 less this contender's, with its 95 % interval.
    p
        Of the difference, see `certainty`; Holm-corrected over what the blend is compared with, and
        over the parts that were taken away.
    metrics
        The mean of every metric, and what is said of all lists together.
        Those that nothing can be said of are not there.
    per_user
        float64 (cases,) of every metric, in the order of the questions; NaN: it says nothing there.
    lists
        int32 (cases, 20). Positions of what each was recommended, best first, -1 for padding. Where
        a protocol asks several times: all of the first time, then all of the second.
    tenths
        Mean NDCG@10 of each tenth of the people, sorted by this contender's own, rising; of fewer
        than ten people, one for each.
    after
        NDCG@10 and HR@20 after so many events of each person, where a protocol asks several
        times; the figures above are then the means of each person's.
    """

    model: str
    ndcg10: float
    low: float
    high: float
    hr20: float
    metrics: dict[str, float]
    against: tuple[float, float, float] | None = None
    lost: tuple[float, float, float] | None = None
    p: float | None = None
    per_user: Values = msgspec.field(default_factory=dict)
    after: dict[int, After] = msgspec.field(default_factory=dict)
    lists: NDArray[np.int32] = msgspec.field(default_factory=_no_lists)
    tenths: list[float] = msgspec.field(default_factory=list)


def rows_of(
    found: Found,
    made: Split,
    seed: int,
    lesser: Collection[str] = (),
    areas: Mapping[str, Sequence[NDArray[np.float64]]] | None = None,
) -> list[Row]:
    """Return a row for each contender; the blend, `auto`, is compared with each other one.

    Parameters
    ----------
    lesser
        Rows of what lacks a part: another question, whose p values are corrected apart.
    areas
        AUC of each case by contender, for each time that was asked; None: nobody's is known.
    """
    each = {name: _each(name, found, made, (areas or {}).get(name)) for name in found}
    values = {name: _means(own) for name, own in each.items()}
    ours = values["auto"]["ndcg@10"]
    others = [name for name in found if name != "auto"]
    certain = certainty_of(found, made, seed)
    p_values: dict[str, float] = {}
    for family in ([n for n in others if n not in lesser], [n for n in others if n in lesser]):
        corrected = holm([certain.p("auto", name) for name in family])
        p_values |= dict(zip(family, corrected, strict=True))
    rows = []
    for name, lists in found.items():
        own = values[name]["ndcg@10"]
        low, high = certain.of(name)
        means = {key: mean_of(value) for key, value in values[name].items()}
        means |= ask.of_lists(lists, made)
        row = Row(
            name,
            float(own.mean()),
            low,
            high,
            means["hr@20"],
            {key: value for key, value in means.items() if np.isfinite(value)},
            per_user=values[name],
            after={
                known: _after(value, seed)
                for known, value in zip(made.after, each[name], strict=False)  # none: once
            },
            lists=np.concatenate(lists),
            tenths=tenths_of(own),
        )
        if name != "auto":
            ratio = float(ours.mean() / own.mean()) if own.mean() > 0 else float("inf")
            row.against = (ratio, *certain.ratio("auto", name))
            row.lost = (float((ours - own).mean()), *certain.difference("auto", name))
            row.p = p_values[name]
        rows.append(row)
    return rows


def certainty_of(found: Found, made: Split, seed: int) -> Certainty:
    """Return how certain figures are: where few items are asked for, of other items, too."""
    if not made.pool.all() and made.since is None:
        return OfPeopleAndItems({name: lists[0] for name, lists in found.items()}, made)
    return OfPeople({name: ndcg_of(lists, made) for name, lists in found.items()}, seed)


def ndcg_of(lists: Sequence[NDArray[np.int32]], made: Split) -> NDArray[np.float64]:
    """Return NDCG@10 of each person, float64 (cases,), in the mean over the times asked."""
    each = [ask.per_case(*one)["ndcg@10"] for one in zip(lists, made.asked, strict=True)]
    return np.asarray(np.mean(each, axis=0), np.float64)


def mean_of(values: NDArray[np.float64]) -> float:
    """Return the mean of the cases of which something can be said; NaN: of none."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else float("nan")


def tenths_of(values: NDArray[np.float64]) -> list[float]:
    """Return the mean of each tenth of some values, rising."""
    return [float(some.mean()) for some in np.array_split(np.sort(values), TENTHS) if len(some)]


def _each(
    name: str, found: Found, made: Split, areas: Sequence[NDArray[np.float64]] | None
) -> list[Values]:
    """Return every metric of each case, for each time that was asked."""
    each = []
    for time, one in enumerate(made.asked):
        popular = found[POPULARITY][time] if POPULARITY in found else None
        values = ask.per_case(found[name][time], one)
        if areas is not None:
            values["auc"] = areas[time]
        each.append(values | ask.beside_accuracy(found[name][time], one, popular))
    return each


def _means(each: Sequence[Values]) -> Values:
    """Return every metric of each person, in the mean over the times that say something."""
    return {name: _mean([values[name] for values in each]) for name in each[0]}


def _mean(times: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    whole = np.stack(times)
    there = np.isfinite(whole).sum(axis=0)
    found = np.full(whole.shape[1], np.nan)
    np.divide(np.nansum(whole, axis=0), there, out=found, where=there > 0)
    return found


def _after(values: Values, seed: int) -> After:
    own = values["ndcg@10"]
    return After(float(own.mean()), *interval(own, seed), float(values["hr@20"].mean()))
