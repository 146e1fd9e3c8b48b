"""Whether an answer stays quick with one more vector member: measured before it is fitted."""

from __future__ import annotations

import time

import numpy as np

from beholder.behaviour.history import History
from beholder.blending.members import Member
from beholder.scorers.reader import drawn
from beholder.scorers.vectors import FoldIn, Vectors

MOST = 1e-4  # seconds that vector members may add to an answer of 0.2 ms
HISTORY = 50
RUNS = 30


def seconds_with(member: Member, n_items: int) -> float:
    """Return what a vector member would add to an answer, by the slowest of its trials."""
    shapes = {(int(one.factors), getattr(one, "reader", "")) for one in member.trials}
    return max(seconds_an_answer(n_items, *shape) for shape in sorted(shapes))


def seconds_an_answer(n_items: int, factors: int, reader: str = "") -> float:
    """Return the CPU seconds that reading 50 items and scoring all takes, at the best.

    Parameters
    ----------
    reader
        What reads them, one of `reader.KINDS`; empty: they are folded in.
    """
    rng = np.random.default_rng(0)
    items = rng.normal(size=(n_items, factors)).astype(np.float32)
    query = drawn(reader, factors) if reader else FoldIn(0.1, 0.003)
    scorer = Vectors(items, query, n_fitted=n_items)
    length = min(HISTORY, n_items)
    told = History(
        np.arange(length, dtype=np.int32),
        np.arange(length, dtype=np.int64),
        np.ones(length, np.float32),
    )
    best = np.inf
    for _ in range(RUNS):
        began = time.process_time()
        scorer.scores(scorer.ask(told))
        best = min(best, time.process_time() - began)
    return float(best)
