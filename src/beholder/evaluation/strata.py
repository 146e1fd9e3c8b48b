"""How good lists are by how known the right item is, and by how much is known of the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.dataset.splits import Split
from beholder.evaluation.metrics import ndcg

Lists = Mapping[str, NDArray[np.int32]]
THIRDS, TENTHS = 3, 10
ITEMS, PEOPLE = "likes of the right item", "likes of the person"


class Stratum(msgspec.Struct):
    """Some of the questions, and how everybody answered them.

    Attributes
    ----------
    by
        What they are divided by: likes of the right item, or of the person, in training.
    least, most
        The numbers of likes that are in it.
    cases
        People who were asked for something in it.
    ndcg10
        Mean NDCG@10 of each contender, where nothing else is a right answer.
    """

    by: str
    least: int
    most: int
    cases: int
    ndcg10: dict[str, float]


def strata(lists: Lists, made: Split) -> list[Stratum]:
    """Divide all right answers into thirds, by their item's likes and by their person's.

    Equal numbers of likes are never divided, so that there may be fewer than three.
    """
    cases = made.cases
    of_items = made.train.interactions.item_counts[cases.targets]
    of_people = cases.histories.lengths[cases.owner]
    return [
        *_divided(lists, made, ITEMS, of_items, _bounds(of_items, THIRDS)),
        *_divided(lists, made, PEOPLE, of_people, _bounds(of_people, THIRDS)),
    ]


def tenths(lists: Lists, made: Split) -> list[Stratum]:
    """Divide the people into tenths by their likes in training, as `strata` does."""
    lengths = made.cases.histories.lengths
    counts, bounds = lengths[made.cases.owner], _bounds(lengths, TENTHS)
    return _divided(lists, made, PEOPLE, counts, bounds)


def _divided(
    lists: Lists, made: Split, by: str, counts: NDArray[np.integer], bounds: NDArray[np.int64]
) -> list[Stratum]:
    """Divide right answers by numbers of likes, (targets,), between bounds."""
    owner, found = made.cases.owner, []
    for least, most in zip(bounds[:-1], bounds[1:] - 1, strict=True):
        inside = (counts >= least) & (counts <= most)
        n = len(np.unique(owner[inside]))
        figures = {name: _ndcg(own, made, inside) for name, own in lists.items()}
        there = counts[inside]
        found.append(Stratum(by, int(there.min()), int(there.max()), n, figures))
    return found


def _bounds(counts: NDArray[np.integer], parts: int) -> NDArray[np.int64]:
    """Return the first number of each of equal parts, rising, and one above the last."""
    if not len(counts):
        return np.zeros(1, np.int64)
    ordered = np.sort(counts)
    firsts = ordered[np.arange(parts) * len(ordered) // parts]
    return np.append(np.unique(firsts), ordered[-1] + 1).astype(np.int64)


def _ndcg(lists: NDArray[np.int32], made: Split, inside: NDArray[np.bool_]) -> float:
    """Return the mean NDCG@10 where only some targets, bool (targets,), are right answers."""
    cases = made.cases
    owner, targets = cases.owner[inside], cases.targets[inside]
    wanted = np.bincount(owner, minlength=len(cases))
    n = made.train.n_items + 1
    keys = np.arange(len(cases))[:, None] * n + lists[:, :10] + 1  # -1 is padding
    hits = np.isin(keys, owner.astype(np.int64) * n + targets + 1)
    asked = wanted > 0
    return float(ndcg(hits[asked], wanted[asked]).mean())


def named(one: Stratum) -> str:
    """Return which likes are in it: `1 to 9`, or `0`."""
    return str(one.least) if one.least == one.most else f"{one.least} to {one.most}"


def of_kind(found: Sequence[Stratum], by: str) -> list[Stratum]:
    """Return those that are divided by one thing."""
    return [one for one in found if one.by == by]
