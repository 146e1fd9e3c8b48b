"""What lists are like, beside how many right answers they hold.

`lists` are int32 (cases, k), positions best first, -1 for padding. Values of each case are float64
(cases,), NaN where a case says nothing: of no item there is no mean, of one no pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.spaces import Similarity

Lists = NDArray[np.int32]
Hits = NDArray[np.bool_]
Values = NDArray[np.float64]


def coverage(lists: Lists, n_items: int) -> float:
    """Share of the catalogue that is in at least one list."""
    return len(np.unique(lists[lists >= 0])) / max(n_items, 1)


def gini(lists: Lists, pool: NDArray[np.bool_]) -> float:
    """How unevenly the lists spread over what they are drawn from: 0 evenly, near 1 one item only.

    Half the mean absolute difference of how often two items are shown, over how often one is on
    the mean; 0 where nothing is shown.

    Parameters
    ----------
    pool
        bool (n_items,). What may be in a list.
    """
    counts = np.sort(np.bincount(lists[lists >= 0], minlength=len(pool))[pool])
    total, n = counts.sum(), len(counts)
    if not total:
        return 0.0
    order = np.arange(1, n + 1)
    return float((2 * order - n - 1) @ counts / (n * total))


def novelty(lists: Lists, counts: NDArray[np.integer[Any]]) -> Values:
    """Mean of -log2 of an item's share of all events (Zhou et al., PNAS 2010).

    Parameters
    ----------
    counts
        (n_items,). How many people liked each in training: one of nobody counts as liked once.
    """
    total = max(int(counts.sum()), 1)
    return _mean_of(lists, -np.log2(np.maximum(counts, 1) / total))


def popularity(lists: Lists, counts: NDArray[np.integer[Any]], people: int) -> Values:
    """Mean share of the people of training who like an item of the list."""
    return _mean_of(lists, counts / max(people, 1))


def popularity_lift(of_lists: Values, of_histories: Values) -> float:
    """How much more popular lists are than what their people liked before: 0 as much, 1 twice.

    Mean popularity of lists over that of histories, less 1, of cases that have both (Abdollahpouri
    et al., RecSys 2020); NaN where there is none, or no history has a popular item.
    """
    both = np.isfinite(of_lists) & np.isfinite(of_histories)
    before = float(of_histories[both].sum())
    return float(of_lists[both].sum()) / before - 1 if before > 0 else float("nan")


def of_histories(histories: Histories, counts: NDArray[np.integer[Any]], people: int) -> Values:
    """Mean share of the people of training who like what each liked before, as `popularity`."""
    lengths = histories.lengths
    owner = np.repeat(np.arange(len(histories)), lengths)
    sums = np.bincount(owner, counts[histories.items] / max(people, 1), len(histories))
    return _over(sums, lengths)


def diversity(lists: Lists, content: Similarity) -> Values:
    """Mean distance 1 - S of all pairs of a list (Smyth and McClave, ICCBR 2001).

    S is the likeness of the catalogue: 1 for twins, about 0 for what has nothing in common. Of an
    item that nothing is known of it is 0.
    """
    one, other = np.triu_indices(lists.shape[1], 1)
    low, high = (
        np.minimum(lists[:, one], lists[:, other]),
        np.maximum(lists[:, one], lists[:, other]),
    )
    there = low >= 0
    n = len(content)
    keys, code = np.unique(low[there].astype(np.int64) * n + high[there], return_inverse=True)
    apart = 1 - content.pairs((keys // n).astype(np.int32), (keys % n).astype(np.int32))
    owner = np.nonzero(there)[0]
    sums = np.bincount(owner, apart[code.reshape(-1)], len(lists))
    return _over(sums, there.sum(axis=1))


def serendipity(hits: Hits, lists: Lists, popular: Lists) -> Values:
    """Right answers that the list of popularity does not hold, divided by k.

    Unexpected is what a primitive recommender would not have shown, and only what is useful counts
    (Ge, Delgado-Battenfeld and Jannach, RecSys 2010).

    Parameters
    ----------
    hits
        bool (cases, k). Which places hold right answers.
    popular
        int32 (cases, k). What popularity recommends in the same cases.
    """
    expected = np.array([np.isin(a, b) for a, b in zip(lists, popular, strict=True)])
    return np.asarray((hits & ~expected).mean(axis=1), np.float64)


def _mean_of(lists: Lists, values: NDArray[Any]) -> Values:
    """Return the mean of a value of the items, (n_items,), over each list."""
    there = lists >= 0
    sums = np.where(there, values[np.where(there, lists, 0)], 0).sum(axis=1)
    return _over(sums, there.sum(axis=1))


def _over(sums: NDArray[Any], counts: NDArray[np.integer[Any]]) -> Values:
    found: Values = np.full(len(sums), np.nan)
    np.divide(sums, counts, out=found, where=counts > 0)
    return found
