"""Who likes which picture: what the small network learns from, of everybody or of one person.

What ends liked is a one, what ends disliked or hidden a zero. Where somebody says far more often
what they like, further zeros are drawn from what they never touched.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour import reduce
from beholder.behaviour.histories import Histories
from beholder.behaviour.kinds import weigh
from beholder.behaviour.reduce import NEWEST, Events
from beholder.dataset.daily_cap import capped
from beholder.errors import DataError
from beholder.settings import BehaviourSettings
from beholder.store.records import Snapshot, TrainingEvents

ZEROS = 3  # for each one, those that were said among them
LEAST = 10  # ones, and zeros
MOST = 200_000  # pairs that are learned from
Places = NDArray[np.int64]


class Likes(NamedTuple):
    """Pairs of a person and an item, as rows.

    Attributes
    ----------
    items
        int64 (n,). Positions.
    labels
        int64 (n,). 1 or 0.
    liked, disliked, drawn
        How many there are of each.
    left
        How many more there would be: so many are enough.
    """

    items: Places
    labels: Places
    liked: int
    disliked: int
    drawn: int
    left: int


def of_everybody(
    told: TrainingEvents, places: NDArray[np.int32], settings: BehaviourSettings
) -> tuple[Histories, list[str]]:
    """Return what people like, by the events that may be learned from, and what was left out."""
    events, left = capped(told, settings.daily_cap)
    return _reduced(
        Events(
            _positions(places, events.seqs),
            events.times,
            _signed(events.kinds, events.values, settings),
            events.kinds,
            events.values,
            events.users,
        ),
        settings,
        events.n_users,
    ), left


def of_person(told: Snapshot, places: NDArray[np.int32], settings: BehaviourSettings) -> Histories:
    """Return what one person likes."""
    seqs, times, kinds, values = told.columns()
    signed = _signed(kinds, values, settings)
    events = Events(
        _positions(places, seqs), times, signed, kinds, values, np.zeros(len(seqs), np.int32)
    )
    return _reduced(events, settings, 1)


def likes_of(told: Histories, pictured: NDArray[np.bool_], like: float, seed: int) -> Likes:
    """Return the pairs to learn from, of items that have a picture.

    Parameters
    ----------
    pictured
        bool (n_items,).
    like
        Weight of a like: what counts less, such as a click, is touched and says nothing.

    Raises
    ------
    DataError
        If there is too little to learn from.
    """
    rng = np.random.default_rng([seed, 32])
    n_items = len(pictured)
    enough = (told.weights >= np.float32(like)) & pictured[told.items]
    ones = told.items[enough].astype(np.int64)
    said = told.disliked[pictured[told.disliked]].astype(np.int64)
    owners = _owners(told.indptr)[enough]
    touched = np.unique(_owners(told.seen_indptr) * n_items + told.seen)
    wanted = max(ZEROS * len(ones) - len(said), 0)
    drawn = _untouched(owners, np.flatnonzero(pictured), touched, n_items, wanted, rng)
    if len(ones) < LEAST or len(said) + len(drawn) < LEAST:
        raise DataError(
            f"{len(ones)} pictures are liked and {len(said)} disliked or hidden: too few to learn "
            "a taste from",
            remedy=f"it takes {LEAST} that are liked, and {LEAST} others that have a picture",
        )
    items = np.concatenate([ones, said, drawn])
    labels = (np.arange(len(items)) < len(ones)).astype(np.int64)
    kept = rng.permutation(len(items))[:MOST]
    return Likes(
        items[kept], labels[kept], len(ones), len(said), len(drawn), len(items) - len(kept)
    )


def _untouched(
    owners: Places,
    pictured: Places,
    touched: Places,
    n_items: int,
    wanted: int,
    rng: np.random.Generator,
) -> Places:
    """Draw items that those who like something never touched, none twice of one person."""
    if not len(owners) or not len(pictured):
        return np.empty(0, np.int64)
    found = np.empty(0, np.int64)
    for _ in range(8):  # some draws meet what was touched, or was drawn before
        lacking = wanted - len(found)
        if lacking <= 0:
            break
        people = rng.choice(owners, 2 * lacking)
        pairs = people * n_items + rng.choice(pictured, 2 * lacking)
        pairs = np.unique(pairs[~np.isin(pairs, touched)])
        found = np.union1d(found, pairs)
    return rng.permutation(found)[:wanted] % n_items


def _owners(indptr: Places) -> Places:
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def _positions(places: NDArray[np.int32], seqs: Places) -> NDArray[np.int32]:
    known = seqs < len(places)
    return np.where(known, places[np.where(known, seqs, 0)], -1).astype(np.int32)


def _signed(
    kinds: NDArray[np.uint8], values: NDArray[np.float32], settings: BehaviourSettings
) -> NDArray[np.float32]:
    return weigh(kinds, values, settings.weights, settings.rating_threshold)


def _reduced(events: Events, settings: BehaviourSettings, n_people: int) -> Histories:
    return reduce.histories(events, settings.like, NEWEST, n_people)
