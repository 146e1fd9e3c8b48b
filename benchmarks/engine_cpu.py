"""S4: CPU time of one answer in the engine, without HTTP, filters and reasons included.

    python -m benchmarks.engine_cpu [--items 8500] [--history 50] [--out FILE]

A synthetic folded blend with 200 entries a row; the figure is process time, so that other work
on the machine hardly counts. `rank` is retrieving, filtering, scoring and the shares. `answer` is
all of it from the person's events to the JSON of 20 items with reasons: for somebody whose events
are those of a moment ago, and after a new event, when the history is made anew.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from beholder.models.blend import Blend, Weights
from beholder.models.rows import even

from beholder.behaviour.history import History
from beholder.behaviour.kinds import CODES
from beholder.bundle.parts import Choice, Parts
from beholder.dataset.content import ContentSpace
from beholder.engine.engine import Engine
from beholder.store import Snapshot
from benchmarks.results import write


def synthetic(n_items: int, per_row: int = 200, seed: int = 0) -> Parts:
    """Return parts with random rows, popular columns more often than others."""
    rng = np.random.default_rng(seed)
    columns = (rng.random((n_items, per_row)) ** 2 * n_items).astype(np.int32)
    values = rng.random((n_items, per_row), dtype=np.float32)
    indptr = np.arange(n_items + 1) * per_row
    rows = sp.csr_array((values.ravel(), columns.ravel(), indptr), shape=(n_items, n_items))
    rows.sum_duplicates()
    rows = even(rows)  # as a bundle holds them
    popularity = rng.random(n_items, dtype=np.float32)
    items = pa.table(
        {
            "seq": pa.array(np.arange(n_items), pa.int64()),
            "item_id": [f"item-{i}" for i in range(n_items)],
            "title": [f"Title {i}" for i in range(n_items)],
            "attributes": ['{"category":"dress","price":12.5}'] * n_items,
            "picture": ["0" * 64] * n_items,
            "width": pa.array(np.full(n_items, 480), pa.int32()),
            "height": pa.array(np.full(n_items, 640), pa.int32()),
            "colour": ["#aabbcc"] * n_items,
        }
    )
    choice = Choice(Weights({}, {}, {}), 0, [], [])
    return Parts(
        items=items,
        blend=Blend(rows, popularity * np.float32(1e-6), 0.8),
        popularity=popularity,
        similar=rows,
        placement=rows,
        content=ContentSpace({}, None),
        choice=choice,
        evaluation={},
    )


def cpu_ms(work: Callable[[int], object], rounds: int) -> float:
    """Return the median over five runs of mean process time a call, in milliseconds."""
    work(0)
    means = []
    for run in range(5):
        start = time.process_time()
        for i in range(rounds):
            work(run * rounds + i)
        means.append((time.process_time() - start) / rounds * 1e3)
    return float(np.median(means))


def measure(n_items: int, length: int, rounds: int = 200) -> dict[str, float]:
    """Return CPU milliseconds of ranking alone and of whole answers."""
    engine = Engine(synthetic(n_items))
    view = engine.now_showing
    rng = np.random.default_rng(1)
    histories, people = [], []
    for person in range(64):
        items = rng.choice(n_items, length, replace=False).astype(np.int32)
        times = np.arange(length, dtype=np.int64) * 60_000
        histories.append(History(items, times, np.ones(length, np.float32), seen=items))
        rows = [
            (t, i, CODES["like"], None) for t, i in zip(times.tolist(), items.tolist(), strict=True)
        ]
        people.append(Snapshot(0, known=True, persons=(person,), rows=rows[::-1]))

    def answer(i: int) -> bytes:
        return engine.recommend_json("somebody", seen=people[i % 64])

    def after_an_event(i: int) -> bytes:
        engine.memory.clear()
        return answer(i)

    return {
        "rank_ms": cpu_ms(lambda i: engine.rank(view, histories[i % 64], "personal", 20), rounds),
        "answer_ms": cpu_ms(answer, rounds),
        "answer_after_an_event_ms": cpu_ms(after_an_event, rounds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[8_500, 100_000])
    parser.add_argument("--history", type=int, default=50)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    figures = {str(n): measure(n, args.history) for n in args.items}
    write("S4-engine-cpu", {"history": args.history, "k": 20, "items": figures}, args.out)


if __name__ == "__main__":
    main()
