"""The command of every library: tune a model, or take over a setting; fit, and write lists.

    python -m benchmarks.peers.LIBRARY MODEL SPLIT OUT --seed 7 [--like FACTS]

SPLIT is a folder of `benchmarks.peer_splits`. OUT gets lists.npz, one list for each test case as
the library ships, and one with our history weights where it takes them; facts.json; and
tried.jsonl, from which an interrupted tuning goes on. --like takes the setting from the facts of
another run.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.peers.answers import lists
from benchmarks.peers.part import Part
from benchmarks.peers.tuning import Choice, Model, tune


def main(models: Mapping[str, Model]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=models)
    parser.add_argument("split", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--like", type=Path)
    args = parser.parse_args()
    model = models[args.model]
    args.out.mkdir(parents=True, exist_ok=True)
    if args.like:
        known = json.loads(args.like.read_text(encoding="utf-8"))
        choice = Choice(known["setting"], known["decay"], [])
    else:
        validation = Part.read(args.split, "validation")
        choice = tune(model, validation, args.seed, args.out / "tried.jsonl")
    test = Part.read(args.split, "test")
    before, spent = cpu_seconds(), sum(one["cpu_seconds"] for one in choice.tried)
    scorer = model.fit(test, choice.setting, args.seed)
    fitted = cpu_seconds() - before
    found = {"ships": lists(test, scorer, args.seed)}
    if choice.decay is not None:
        found["weighted"] = lists(test, scorer, args.seed, choice.decay)
    np.savez(args.out / "lists.npz", **found)  # type: ignore[arg-type]
    facts = {
        "setting": choice.setting,
        "decay": choice.decay,
        "tried": choice.tried,
        "fit_cpu_seconds": round(fitted, 1),
        "cpu_seconds": round(spent + cpu_seconds() - before, 1),
        "largest_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    (args.out / "facts.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")


def cpu_seconds() -> float:
    """Return what this process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
