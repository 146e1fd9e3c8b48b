"""Small data sets whose tastes are known, to learn from in checks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.log import Log
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays

GROUPS, IN_GROUP, USERS, EVENTS = 4, 16, 60, 12
TWINS = 6  # items that nothing tells apart


@cache
def sample_dataset(seed: int = 5) -> Dataset:
    """Return 70 items in four tastes, each one product, with pictures, words and 60 people.

    Each person takes ten of twelve items from one taste. Of each taste two items are new:
    nobody has touched them. The last six items are twins: the same six people took all of
    them at the same moment, and they look and read alike.
    """
    rng = np.random.default_rng(seed)
    n_grouped = GROUPS * IN_GROUP
    group = np.arange(n_grouped) % GROUPS
    warm = np.arange(n_grouped) < n_grouped - 2 * GROUPS
    users, items, times = [], [], []
    for user in range(USERS):
        own = rng.permutation(np.flatnonzero(warm & (group == user % GROUPS)))[: EVENTS - 2]
        other = rng.permutation(np.flatnonzero(warm & (group != user % GROUPS)))[:2]
        users += [user] * EVENTS
        items += rng.permutation(np.concatenate([own, other])).tolist()
        times += (1000 * np.arange(1, EVENTS + 1)).tolist()
    twins = np.arange(n_grouped, n_grouped + TWINS)
    for user in range(6):
        users += [user] * TWINS
        items += twins.tolist()
        times += [500_000] * TWINS
    n_items = n_grouped + TWINS
    log = log_of_arrays(
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(times, np.int64),
        np.ones(len(users), np.float32),
        USERS,
        n_items,
        seed,
    )
    looks = rng.normal(0, 1, (GROUPS + 1, 12))
    of = tastes()
    noise = np.concatenate([rng.normal(0, 0.4, (n_grouped, 12)), np.zeros((TWINS, 12))])
    vectors = (looks[of] + noise).astype(np.float32)
    present = np.ones(n_items, bool)
    vectors[3], present[3] = 0, False  # one item without a picture
    fillers = ["tall", "small", "old", "blue", "round", "plain"]
    texts = [
        f"taste{of[i]} {fillers[int(rng.integers(6))]} {fillers[int(rng.integers(6))]}"
        if i < n_grouped
        else f"taste{GROUPS} twin"
        for i in range(n_items)
    ]
    years = (1950 + 10 * of + rng.integers(0, 3, n_items)).astype(np.float64)
    numbers = {"number:year": Modality.of_rows(years[:, None], np.arange(n_items) != 5)}
    pictures = {"sample": Modality.of_rows(vectors, present)}
    return Dataset(log, pictures, texts, of, numbers=numbers)


def tastes() -> NDArray[np.int32]:
    """Return the taste that each item of the sample belongs to, int32 (70,)."""
    group = np.arange(GROUPS * IN_GROUP) % GROUPS
    return np.concatenate([group, np.full(TWINS, GROUPS)]).astype(np.int32)


def empty_dataset(n_items: int) -> Dataset:
    """Return items without behaviour, pictures or words."""
    return Dataset(_nothing(0, n_items), {}, [""] * n_items)


def without(dataset: Dataset, source: str) -> Dataset:
    """Return the data set as if there were no behaviour, or none of one kind of content."""
    if source == "pictures":
        return replace(dataset, pictures={})
    if source == "words":
        return replace(dataset, texts=[""] * dataset.n_items)
    if source == "numbers":
        return replace(dataset, numbers={})
    if source == "products":
        return replace(dataset, groups=np.full(dataset.n_items, -1, np.int32))
    return dataset.with_log(_nothing(dataset.log.n_users, dataset.n_items))


def _nothing(n_users: int, n_items: int) -> Log:
    nothing = np.empty(0, np.int32)
    times, weights = np.empty(0, np.int64), np.empty(0, np.float32)
    return log_of_arrays(nothing, nothing, times, weights, n_users, n_items, 0)
