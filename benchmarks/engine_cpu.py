"""S4: CPU time of one answer in the engine, without HTTP, filters and reasons included.

    python -m benchmarks.engine_cpu [--items 8500 100000] [--history 50] [--dislikes 0 10 50]
                                    [--trees new=. old=../old] [--repeats 3] [--out FILE]

A synthetic folded blend with 200 entries a row; the figure is process time, so that other work
on the machine hardly counts. `rank` is retrieving, filtering, scoring and the shares. `answer` is
all of it from the person's events to the JSON of 20 items with reasons: for somebody whose events
are those of a moment ago, and after a new event, when the history is made anew. Dislikes come
beside the history's likes, at random moments between them.

With --trees the same is measured in each tree in turn, several times over, and each figure stands
beside its ratio to the last tree's.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from beholder.engine.engine import Engine
from beholder.store import Snapshot
from benchmarks import synthetic
from benchmarks.results import write
from benchmarks.synthetic import cpu_ms
from benchmarks.trees import Tree, alternately

K = 20


def measure(engine: Engine, people: list[Snapshot], rounds: int = 200) -> dict[str, float]:
    """Return CPU milliseconds of ranking alone and of whole answers."""
    n = len(people)
    known = [engine.history_of("somebody", None, seen=person) for person in people]
    view = engine.now_showing
    histories = [told[0].history for told in known]

    def answer(i: int) -> bytes:
        return engine.recommend_json("somebody", k=K, seen=people[i % n])

    def after_an_event(i: int) -> bytes:
        holder: Any = getattr(engine, "people", engine)  # an older tree has it there
        holder.memory.clear()
        return answer(i)

    return {
        "rank_ms": cpu_ms(lambda i: engine.rank(view, histories[i % n], "personal", K), rounds),
        "answer_ms": cpu_ms(answer, rounds),
        "answer_after_an_event_ms": cpu_ms(after_an_event, rounds),
    }


def of_catalogue(n_items: int, likes: int, dislikes: list[int]) -> dict[str, Any]:
    """Measure one size of catalogue, for people with ever more dislikes."""
    engine = Engine(synthetic.parts(n_items))
    return {
        f"{some} dislikes": measure(engine, synthetic.people(n_items, likes, some))
        for some in dislikes
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, nargs="+", default=[8_500, 100_000])
    parser.add_argument("--history", type=int, default=50)
    parser.add_argument("--dislikes", type=int, nargs="+", default=[0, 10, 50])
    parser.add_argument("--trees", type=Tree.of, nargs="+")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.trees:
        words = ["--items", *args.items, "--history", args.history, "--dislikes", *args.dislikes]
        figures = alternately("engine_cpu", args.trees, args.repeats, *words)
    else:
        sizes = {str(n): of_catalogue(n, args.history, args.dislikes) for n in args.items}
        figures = {"history": args.history, "k": K, "items": sizes}
    write("S4-engine-cpu", figures, args.out)


if __name__ == "__main__":
    main()
