"""The table of an evaluation: every contender's figures, and how certain the differences are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.dataset.splits import Split
from beholder.evaluation import ask
from beholder.evaluation.bootstrap import holm, interval
from beholder.evaluation.certainty import Certainty, OfPeople, OfPeopleAndItems

Found = dict[str, list[NDArray[np.int32]]]  # lists of each contender, one for each time asked
Values = dict[str, NDArray[np.float64]]


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
        Mean NDCG@10 over users, with `low` and `high` the 95 % interval by bootstrap.
    against
        Ratio of the blend's NDCG@10 to this contender's, with its 95 % interval.
    lost
        The blend's NDCG@10 less this contender's, with its 95 % interval.
    p
        Of the difference, see `certainty`; Holm-corrected over what the blend is compared with, and
        over the parts that were taken away.
    metrics
        The mean of every metric, and what is said of all lists together.
    per_user
        Every metric of each case, in the order of the questions; NaN where it says nothing there.
    lists
        Ids of what each case was recommended, best first, 20 at most. Where a protocol asks several
        times: all of the first time, then all of the second.
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
    per_user: dict[str, list[float]] = msgspec.field(default_factory=dict)
    after: dict[int, After] = msgspec.field(default_factory=dict)
    lists: list[list[str]] = msgspec.field(default_factory=list)
    tenths: list[float] = msgspec.field(default_factory=list)


def rows_of(found: Found, made: Split, seed: int, lesser: Collection[str] = ()) -> list[Row]:
    """Return a row for each contender; the blend, `auto`, is compared with each other one.

    Parameters
    ----------
    lesser
        Rows of what lacks a part: another question, whose p values are corrected apart.
    """
    each = {name: _per_case(lists, made) for name, lists in found.items()}
    values = {name: _means(own) for name, own in each.items()}
    ours = values["auto"]["ndcg@10"]
    others = [name for name in found if name != "auto"]
    certain = _certainty(found, values, made, seed)
    p_values: dict[str, float] = {}
    for family in ([n for n in others if n not in lesser], [n for n in others if n in lesser]):
        corrected = holm([certain.p("auto", name) for name in family])
        p_values |= dict(zip(family, corrected, strict=True))
    rows = []
    for name, lists in found.items():
        own = values[name]["ndcg@10"]
        low, high = certain.of(name)
        means = {key: float(value.mean()) for key, value in values[name].items()}
        row = Row(
            name,
            float(own.mean()),
            low,
            high,
            means["hr@20"],
            means | ask.of_lists(np.concatenate(lists), made),
            per_user={
                "ndcg@10": own.round(6).tolist(),
                "hr@20": values[name]["hr@20"].tolist(),
            },
            after={
                known: _after(value, seed)
                for known, value in zip(made.after, each[name], strict=False)  # none: once
            },
        )
        if name != "auto":
            ratio = float(ours.mean() / own.mean()) if own.mean() > 0 else float("inf")
            row.against = (ratio, *certain.ratio("auto", name))
            row.lost = (float((ours - own).mean()), *certain.difference("auto", name))
            row.p = p_values[name]
        rows.append(row)
    return rows


def _certainty(found: Found, values: dict[str, Values], made: Split, seed: int) -> Certainty:
    """Return how certain figures are: where few items are asked for, of other items, too."""
    if made.pool.all() or made.since is not None:
        return OfPeople({name: own["ndcg@10"] for name, own in values.items()}, seed)
    return OfPeopleAndItems({name: lists[0] for name, lists in found.items()}, made, seed)


def _per_case(lists: Sequence[NDArray[np.int32]], made: Split) -> list[Values]:
    return [ask.per_case(own, one) for own, one in zip(lists, made.asked, strict=True)]


def _means(each: Sequence[Values]) -> Values:
    """Return every metric of each person, in the mean over the times that they were asked."""
    return {name: np.mean([values[name] for values in each], axis=0) for name in each[0]}


def _after(values: Values, seed: int) -> After:
    own = values["ndcg@10"]
    return After(float(own.mean()), *interval(own, seed), float(values["hr@20"].mean()))
