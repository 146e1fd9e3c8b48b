"""The learning curve: how good the blend is by a part of the behaviour. Would more data help?

More data come with more people, each with a history as long as those that there are. So people are
taken away, and not events: to thin everybody's events would tear apart what was taken together,
and a tenth of them would look worse than a tenth of the people did. Each smaller part is in each
larger one. Items, questions, masks and the histories of those who are asked stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Split
from beholder.evaluation.knock_out import CERTAIN
from beholder.evaluation.table import certainty_of, ndcg_of

SHARES = (0.1, 0.3)  # of the events: each step is about three times as many
ALL = "all"
Lists = list[NDArray[np.int32]]


class Learned(msgspec.Struct):
    """What was learned from a part of the people; NDCG@10 with its 95 % interval.

    Attributes
    ----------
    share
        Of the events, 0 to 1.
    events
        How many were learned from.
    """

    share: float
    events: int
    ndcg10: float
    low: float
    high: float


def thinned(train: Dataset, share: float, seed: int) -> Dataset:
    """Return the same items with the behaviour of some people, about a share of all events.

    People come in an order drawn by seed, until their events are as near to the share as can be.
    """
    order = np.random.default_rng(seed).permutation(train.log.n_users)
    known = np.cumsum(np.diff(train.log.indptr)[order])
    wanted = share * len(train.log)
    n = int(np.abs(known - wanted).argmin()) + 1 if len(known) else 0
    kept = np.zeros(train.log.n_users, bool)
    kept[order[:n]] = True
    return train.with_log(train.log.keep(kept[train.log.users]))


class Curve(NamedTuple):
    """Points of the curve, all events last; and what it says, in words."""

    points: list[Learned]
    said: list[str]


def curve(made: Split, whole: Lists, teach: Callable[[Dataset], Lists | None], seed: int) -> Curve:
    """Learn from each share of the people, and ask the same.

    Parameters
    ----------
    whole
        What the blend of all events answered, for each time that was asked.
    teach
        Learns from a dataset by the decisions of that blend, and answers; None: nothing can.
    """
    trains = {f"{share:.0%}": thinned(made.train, share, seed) for share in SHARES}
    answers = {name: teach(train) for name, train in trains.items()}
    lists = {name: own for name, own in answers.items() if own is not None} | {ALL: whole}
    trains[ALL] = made.train
    certain, n = certainty_of(lists, made, seed), max(len(made.train.log), 1)
    points = []
    for name, own in lists.items():
        events, mean = len(trains[name].log), float(ndcg_of(own, made).mean())
        points.append(Learned(events / n, events, mean, *certain.of(name)))
    lost = [name for name in trains if name not in lists]
    said = [f"nothing can be learned from {name} of the events" for name in lost]
    if len(points) > 1:
        fewer = list(lists)[-2]
        difference = (points[-1].ndcg10 - points[-2].ndcg10, *certain.difference(ALL, fewer))
        said.append(_sentence(points[-2].share, difference, certain.p(ALL, fewer)))
    return Curve(points, said)


def _sentence(share: float, difference: tuple[float, float, float], p: float) -> str:
    """Say whether all events are certainly better than a share of them."""
    gained, low, high = difference
    verdict = "no certain difference"
    if p < CERTAIN:
        verdict = "better for certain" if gained > 0 else "worse for certain"
    return (
        f"all events against {share:.0%} of them: {verdict}, "
        f"NDCG@10 {gained:+.4f} (95 %: {low:+.4f} to {high:+.4f}; p {p:.2g})"
    )
