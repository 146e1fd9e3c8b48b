"""Small random behaviour and content, made in sight."""

from __future__ import annotations

import numpy as np

from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.dataset.log import Log
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays

DAY = 86_400_000


def random_log(seed: int = 0, n_users: int = 25, n_items: int = 18, n: int = 260) -> Log:
    """Events with weights from 0.3 to 1, on ten days, so that many share their moment."""
    rng = np.random.default_rng(seed)
    return log_of_arrays(
        rng.integers(0, n_users, n).astype(np.int32),
        rng.integers(0, n_items - 2, n).astype(np.int32),  # two items that nobody touched
        rng.integers(0, 10, n).astype(np.int64) * DAY,
        rng.uniform(0.3, 1.0, n).astype(np.float32),
        n_users,
        n_items,
        seed,
    )


def random_dataset(seed: int = 0) -> Dataset:
    """The same with pictures of 6 numbers (one item without) and three words an item."""
    log = random_log(seed)
    rng = np.random.default_rng(seed + 100)
    vectors = rng.normal(size=(log.n_items, 6)).astype(np.float32)
    present = np.arange(log.n_items) != 4
    vectors[~present] = 0
    words = ["red", "blue", "old", "tall", "round", "glass", "wood"]
    texts = [" ".join(rng.choice(words, 3)) for _ in range(log.n_items)]
    return Dataset(log, {"sample": Modality.of_rows(vectors, present)}, texts)


def per_user(pairs: Interactions) -> list[list[tuple[int, int, float]]]:
    """Return (item, time, weight) of each user in order."""
    found: list[list[tuple[int, int, float]]] = [[] for _ in range(pairs.n_users)]
    rows = zip(
        pairs.users.tolist(),
        pairs.items.tolist(),
        pairs.times.tolist(),
        pairs.weights.tolist(),
        strict=True,
    )
    for user, item, time, weight in rows:
        found[user].append((item, time, weight))
    return found
