"""Where what comes next hangs on the order of the last two visits, what reads the order wins."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from beholder.blending.measure import alone, ndcg
from beholder.blending.validation import validation
from beholder.dataset.dataset import Dataset
from beholder.models.contract import FitOptions
from beholder.models.registry import MODELS
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays

pytestmark = pytest.mark.torch
TASTES, EACH, PEOPLE, EVENTS = 4, 20, 500, 12


def order_world(seed: int = 3) -> Dataset:
    """Four visits of five, the taste of the last two says which comes next, in their order."""
    rng = np.random.default_rng(seed)
    taste = np.arange(TASTES * EACH) % TASTES
    after = rng.integers(0, TASTES, (TASTES, TASTES))
    users, items, times = [], [], []
    for user in range(PEOPLE):
        wanted = rng.integers(0, TASTES, 2).tolist()
        while len(wanted) < EVENTS:
            drawn = int(rng.integers(TASTES))
            wanted.append(int(after[wanted[-2], wanted[-1]]) if rng.random() < 0.8 else drawn)
        left = [rng.permutation(np.flatnonzero(taste == one)).tolist() for one in range(TASTES)]
        users += [user] * EVENTS
        items += [left[one].pop() for one in wanted]
        times += (1000 * np.arange(1, EVENTS + 1)).tolist()
    looks = 2 * np.eye(TASTES)[taste] + rng.normal(0, 0.5, (len(taste), TASTES))
    log = log_of_arrays(
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(times, np.int64),
        np.ones(len(users), np.float32),
        PEOPLE,
        len(taste),
        seed,
    )
    seen = Modality.of_rows(looks.astype(np.float32), np.ones(len(taste), bool))
    return Dataset(log, {"look": seen}, [""] * len(taste))


def test_what_reads_the_order_answers_better_than_what_does_not() -> None:
    held = validation(order_world(), seed=1)

    def reached(name: str, **settings: object) -> float:
        model = MODELS[name]
        scorer = model.fit(held.train, model.Settings(**settings), FitOptions(1))
        return float(ndcg(alone(scorer), held.tune, ~held.cold).mean())

    others = max(reached(name) for name in ("itemknn", "session", "session-ease", "ease"))
    alike = {"rate": 1e-2, "epochs": 10}
    others = max(others, reached("two-towers", size=32, **alike))
    assert reached("sequence", factors=32, **alike) > 1.15 * others
