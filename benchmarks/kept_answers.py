"""What storing every answer costs: CPU time of an answer with and without, and of writing it.

    python -m benchmarks.kept_answers WORKSPACE [--out FILE]

WORKSPACE is a trained one; nothing is written to it, but to a store beside. The two ways
alternate every 20 answers in one run, and the figure is the thread's own time, so that other work
on the machine hardly counts. `write_us` is the writer's part of an answer, in a thread of its own.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from beholder.engine.engine import Engine
from beholder.engine.keep import Keep
from beholder.engine.opening import open_engine
from beholder.store import Snapshot, Store
from beholder.store import people as people_table
from beholder.workspace import Workspace
from benchmarks.results import write

K, HISTORY, PEOPLE = 20, 50, 64
ROUNDS, TURN = 600, 20
LIKE = 3


def people(engine: Engine, persons: list[int]) -> list[Snapshot]:
    """Return what a store would say of people who liked some of the items."""
    rng, view = np.random.default_rng(1), engine.now_showing
    found = []
    for person in persons:
        n = min(HISTORY, len(view.seqs) // 2)
        seqs = rng.choice(view.seqs, n, replace=False).tolist()
        rows = [(60_000 * (n - i), seq, LIKE, None, n - i) for i, seq in enumerate(seqs)]
        found.append(Snapshot(view.version, known=True, persons=(person,), rows=rows))
    return found


def measure(engine: Engine, store: Store, persons: list[int]) -> dict[str, Any]:
    """Return microseconds of CPU an answer."""
    known, keep = people(engine, persons), Keep(store.waiting, 1.0)
    spent: dict[bool, list[float]] = {False: [], True: []}
    writing = 0.0
    for turn in range(ROUNDS):
        for kept, times in spent.items():
            engine.keep = keep if kept else None
            start = time.thread_time()
            for i in range(turn * TURN, turn * TURN + TURN):
                engine.recommend_json("somebody", k=K, seen=known[i % PEOPLE])
            times.append((time.thread_time() - start) / TURN * 1e6)
        if turn % 50 == 49:
            start = time.thread_time()
            store.waiting.flush(store.database)
            writing += time.thread_time() - start
    plain, kept_us = (float(np.median(times)) for times in spent.values())
    return {
        "answer_us": plain,
        "kept_answer_us": kept_us,
        "more_us": kept_us - plain,
        "write_us": writing / (ROUNDS * TURN) * 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_engine(args.workspace) as engine:
        beside = Workspace.create(Path(folder) / "beside", 'title = "Beside"\n')
        with Store.open(beside, create=True) as store:
            with store.database.write() as connection:
                subjects = [person.to_bytes(16) for person in range(PEOPLE)]
                rows = people_table.ensure(connection, subjects, profiling=True)
            figures = measure(engine, store, [row[0] for row in rows.values()])
        items = len(engine.now_showing.cards)
    write("S4-kept-answers", {"items": items, "k": K} | figures, args.out)


if __name__ == "__main__":
    main()
