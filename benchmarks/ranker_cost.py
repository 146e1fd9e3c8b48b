"""What the ranker of a workspace's bundle adds to an answer, or its heads: milliseconds.

    python -m benchmarks.ranker_cost WORKSPACE [--by value] [--people 300] [--repeats 10]

The same people are asked with and without it in turn, and the best time of each counts, so that
other work on the machine hardly does. `rank` is retrieving, filtering, ranking and the shares of 20
items; `answer` is all of it from the person's events to the JSON.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from beholder.engine.opening import open_engine
from beholder.engine.slate import Stage
from beholder.engine.stages import STAGES, UNRANKED
from beholder.engine.value import ByValue
from benchmarks.results import write

K = 20
Call = Callable[[int], Any]


def best(ways: dict[str, Call], n: int, repeats: int) -> dict[str, float]:
    """Return the mean over people of the best milliseconds of each way, taken in turn."""
    found = {name: np.full(n, np.inf) for name in ways}
    for turn in range(repeats):
        for person in range(n):
            order = list(ways) if (turn + person) % 2 else list(ways)[::-1]
            for name in order:
                began = time.perf_counter()
                ways[name](person)
                spent = time.perf_counter() - began
                found[name][person] = min(found[name][person], spent)
    return {name: float(values.mean() * 1e3) for name, values in found.items()}


def stages_of(root: Path, by: str) -> tuple[Stage, ...]:
    """Return the stages with what is measured."""
    with open_engine(root) as engine:
        parts = engine.parts
    if (parts.ranker if by == "ranker" else parts.heads) is None:
        raise SystemExit(f"the bundle that {root} serves has nothing to order by {by}")
    if by == "ranker":
        return STAGES
    assert parts.heads is not None
    return (ByValue(tuple((task, 1.0) for task in parts.heads.tasks)), *UNRANKED)


def measure(root: Path, by: str, n: int, repeats: int) -> dict[str, Any]:
    """Return the figures of one workspace."""
    stages = stages_of(root, by)
    with open_engine(root, stages=stages) as ranking, open_engine(root, stages=UNRANKED) as plain:
        assert ranking.store is not None
        everybody = (seen for _, seen in ranking.store.snapshots(1, 100 * n) if len(seen))
        people = list(islice(everybody, n))
        engines = {"with": ranking, "without": plain}
        told = [ranking.history_of("somebody", None, seen=seen)[0].history for seen in people]
        rank: dict[str, Call] = {
            name: lambda i, one=one: one.rank(one.now_showing, told[i], "personal", K)  # type: ignore[misc]
            for name, one in engines.items()
        }
        answer: dict[str, Call] = {
            name: lambda i, one=one: one.recommend_json("somebody", k=K, seen=people[i])  # type: ignore[misc]
            for name, one in engines.items()
        }
        lengths = [len(one) for one in told]
        return {
            "people": len(people),
            "median_history": float(np.median(lengths)),
            "rank_ms": best(rank, len(people), repeats),
            "answer_ms": best(answer, len(people), repeats),
        }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--by", choices=["ranker", "value"], default="ranker")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    write(f"{args.by}-cost", measure(args.workspace, args.by, args.people, args.repeats), args.out)


if __name__ == "__main__":
    main()
