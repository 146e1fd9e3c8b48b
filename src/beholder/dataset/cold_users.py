"""People held out as strangers, and asked again as they become known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.log import Log
from beholder.dataset.splits import Cases, Split

KNOWN = (0, 1, 2, 5)  # earliest events that are known when somebody is asked
NEXT = 5  # likes after those that are asked for
SHARE = 0.1  # of the people who can be asked
FEWEST, MOST_OF = 50, 0.25  # so many where they are not more than this share


def cold_users(dataset: Dataset, seed: int) -> Split:
    """Learn nothing from some people, and ask them after 0, 1, 2 and 5 of their events.

    The targets are the same each time: what a person liked next after the fifth event, at most
    five items. An item that was among the five events, liked or not, is no target.

    Returns
    -------
    A split whose `cases` know five events each, and whose `after` holds all four.
    """
    log = dataset.log
    place = np.arange(len(log)) - log.indptr[log.users]
    able = _asked(log, place)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(able))[: _number(len(able))])
    cases = able.take(chosen.astype(np.int64))
    held = np.isin(log.users, cases.users)
    after = {
        known: Cases(log.keep(held & (place < known)), cases.users, cases.indptr, cases.targets)
        for known in KNOWN
    }
    train = dataset.with_log(log.keep(~held))
    pool = np.ones(dataset.n_items, bool)
    return Split("cold-users", train, after[KNOWN[-1]], pool, after)


def _number(able: int) -> int:
    """Return how many people are held out, of those who can be asked."""
    return max(round(SHARE * able), min(FEWEST, int(MOST_OF * able)))


def _asked(log: Log, place: NDArray[np.int64]) -> Cases:
    """Return a case of everybody who liked something after the events that are known.

    Parameters
    ----------
    place
        int64 (events,). How many events of the same person came before each.
    """
    later = log.firsts[place[log.firsts] >= KNOWN[-1]]
    users, counts = np.unique(log.users[later], return_counts=True)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    source = log.keep(place < KNOWN[-1])
    cases = Cases(source, users.astype(np.int32), indptr, log.items[later]).unseen()
    rank = np.arange(len(cases.targets)) - cases.indptr[cases.owner]
    return cases.only(rank < NEXT)
