"""Q5: is certainty honest? Null comparisons that are called different, and intervals that hold.

    beholder evaluate DIR --protocol leave-last-out --json PEOPLE.json
    beholder evaluate DIR --protocol cold-items --json ITEMS.json
    python -m benchmarks.certainty PEOPLE.json ITEMS.json [--times 2000] [--out FILE]

Of people: the differences of two contenders, person by person, get signs at random, so that neither
is better, and are tested; and people are drawn again from those that there are, whose mean is then
the truth. Of people and items: who is asked for what is taken from the evaluation; whether it is
found is drawn anew each time, with chances that differ by person, by item, by both or by neither,
of two contenders alike; the truth is the mean of all these draws.

Writes `results/Q5-certainty.json`. Goals: 4 to 6.3 % called different at .05, the truth in 93 to
97 % of the 95 % intervals.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split
from beholder.evaluation.bootstrap import interval, sign_flip
from beholder.evaluation.certainty import OfPeopleAndItems
from beholder.testing.sample_log import log_of_arrays
from benchmarks.results import FOLDER, write

AGAINST = "popularity"
SPREADS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))  # of people, of items, in log odds
FLIPS, DRAWS = 500, 400  # for each p value, each interval: fewer than a table has, for time
Values = NDArray[np.float64]


def null_of_people(difference: Values, times: int, seed: int = 1) -> float:
    """Return the share of null comparisons that are called different at .05."""
    rng = np.random.default_rng(seed)
    signs = (rng.integers(0, 2, (times, len(difference))) * 2 - 1).astype(np.int8)
    p = [sign_flip(one * difference, case, FLIPS) for case, one in enumerate(signs)]
    return float(np.mean(np.array(p) < 0.05))


def held_of_people(values: Values, times: int, seed: int = 2) -> float:
    """Return the share of intervals that hold the mean of those that people are drawn from."""
    rng, n = np.random.default_rng(seed), len(values)
    held = []
    for case in range(times):
        low, high = interval(values[rng.integers(0, n, n)], case, DRAWS)
        held.append(low <= values.mean() <= high)
    return float(np.mean(held))


def asked(right: list[list[Any]]) -> Split:
    """Return questions with these right answers, of items numbered anew; one more is not asked."""
    n = len(right)
    of = np.array([item for own in right for item in own])
    names, targets = np.unique(of, return_inverse=True)
    indptr = np.concatenate([[0], np.cumsum([len(own) for own in right])]).astype(np.int64)
    n_items = len(names) + 1
    nobody = np.zeros(n, np.int32)
    log = log_of_arrays(
        np.arange(n, dtype=np.int32), nobody + len(names), nobody.astype(np.int64),
        np.ones(n, np.float32), n, n_items, 1,
    )  # fmt: skip
    cases = Cases(log, np.arange(n, dtype=np.int32), indptr, targets.astype(np.int32))
    pool = np.arange(n_items) < len(names)
    return Split("cold-items", Dataset(log, {}, [""] * n_items), cases, pool)


def drawn(made: Split, spread: tuple[float, float], rng: np.random.Generator) -> list[Any]:
    """Return lists of ten of two contenders, as good as each other, who find what is drawn."""
    cases = made.cases
    owner, item = cases.owner, cases.targets
    people = rng.normal(0, spread[0], len(cases))
    found = []
    for _ in range(2):
        items = rng.normal(0, spread[1], made.train.n_items)
        there = rng.random(len(owner)) < 1 / (1 + np.exp(1 - people[owner] - items[item]))
        lists = np.full((len(cases), 10), -1, np.int32)
        # Each right answer has a place of its own, so that several of one person do not meet.
        first = rng.integers(0, 10, len(cases))
        place = (first[owner] + np.arange(len(owner)) - cases.indptr[owner]) % 10
        lists[owner[there], place[there]] = item[there]
        found.append(lists)
    return found


def of_both(made: Split, spread: tuple[float, float], times: int, seed: int = 3) -> tuple[Any, Any]:
    """Return the share of null comparisons called different, and of intervals that hold."""
    rng = np.random.default_rng(seed)

    many = []
    for _ in range(times):
        ours, theirs = drawn(made, spread, rng)
        many.append(OfPeopleAndItems({"ours": ours, "theirs": theirs}, made))
    truth = np.mean([list(one.means.values()) for one in many])
    called = np.mean([one.p("ours", "theirs") < 0.05 for one in many])
    held = [low <= truth <= high for low, high in (one.of("ours") for one in many)]
    return float(called), float(np.mean(held))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("people", type=Path)
    parser.add_argument("items", type=Path)
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=FOLDER / "Q5-certainty.json")
    args = parser.parse_args()
    rows = {row["model"]: row for row in json.loads(args.people.read_bytes())[0]["rows"]}
    ours, theirs = (
        np.array(rows[name]["per_user"]["ndcg@10"]) for name in ("auto", AGAINST)
    )  # fmt: skip
    figures: dict[str, Any] = {
        "times": args.times,
        "people": {
            "cases": len(ours),
            "called_different": null_of_people(ours - theirs, args.times),
            "held": held_of_people(ours, args.times),
        },
    }
    made = asked(json.loads(args.items.read_bytes())[0]["right"])
    both = figures["people_and_items"] = {"cases": len(made.cases), "items": int(made.pool.sum())}
    for spread in SPREADS:
        called, held = of_both(made, spread, args.times)
        both[f"spread of people {spread[0]:g}, of items {spread[1]:g}"] = {
            "called_different": called,
            "held": held,
        }
    write("Q5-certainty", figures, args.out)


if __name__ == "__main__":
    main()
