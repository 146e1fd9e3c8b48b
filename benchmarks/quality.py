"""Q1, Q2, Q3 and S2: the whole road over real data, with nothing but the commands.

    python -m benchmarks.quality DATA [--sets hm-fashion ...] [--seeds 3] [--budget 3m]
                                 [--protocols leave-last-out cold-items next-basket] [--keep DIR]

DATA holds one folder a data set with items.csv, interactions.csv and images/. Each is imported,
encoded, trained and evaluated by `beholder` in processes of its own, whose time and largest
memory are recorded. Writes results/Q-<set>.json; per-user rows are left out of it, since they
are large, and stay in the evaluation files of the workspace.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import FOLDER, write

BEHOLDER = [sys.executable, "-m", "beholder.cli.main"]
# What was best on the same data before, leave-last-out and cold items, NDCG@10: a tuned BM25
# item-kNN on the shop, EASE on the films; VBPR for cold items.
BEST_PEER = {
    "hm-fashion": {"leave-last-out": 0.1147, "cold-items": 0.068, "next-basket": 0.041},
    "movielens-posters": {"leave-last-out": 0.0506, "cold-items": 0.022, "next-basket": 0.052},
}


def step(name: str, words: list[str]) -> dict[str, Any]:
    """Run one command and return its seconds, CPU seconds, and largest memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen([*BEHOLDER, *words], stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"`beholder {' '.join(words)}` ended with {process.returncode}")
    print(output)
    return {
        "step": name,
        "seconds": round(time.monotonic() - start, 1),
        "cpu_seconds": round(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1
        ),
        "largest_mib": round(after.ru_maxrss / 1024),
    }


def road(data: Path, workspace: Path, budget: str) -> list[dict[str, Any]]:
    """Walk the road up to a served bundle."""
    steps = []
    if not (workspace / "beholder.toml").exists():
        steps.append(step("init", ["init", str(workspace)]))
        files = ["--items", str(data / "items.csv"), "--media", str(data / "images")]
        files += ["--interactions", str(data / "interactions.csv")]
        steps.append(step("import", ["import", str(workspace), *files]))
        steps.append(step("encode", ["encode", str(workspace)]))
    steps.append(step("train", ["train", str(workspace), "--budget", budget]))
    return steps


def summary(runs: list[dict[str, Any]], best: float | None) -> dict[str, Any]:
    """Reduce the evaluations of several seeds to means, without per-user rows."""
    models = [row["model"] for row in runs[0]["rows"]]
    rows = []
    for place, model in enumerate(models):
        found = [run["rows"][place] for run in runs]
        rows.append(
            {
                "model": model,
                "ndcg10": round(float(np.mean([row["ndcg10"] for row in found])), 5),
                "by_seed": [round(row["ndcg10"], 5) for row in found],
                "interval_of_first": [round(found[0]["low"], 5), round(found[0]["high"], 5)],
                "hr20": round(float(np.mean([row["hr20"] for row in found])), 5),
                "blend_is": [row["against"] for row in found],
                "p": [row["p"] for row in found],
            }
        )
    ours = rows[0]["ndcg10"]
    return {
        "seeds": [run["seed"] for run in runs],
        "cases": [run["cases"] for run in runs],
        "basket_share": round(runs[0]["basket_share"], 3),
        "rows": rows,
        "best_peer_before": best,
        "ratio_to_it": round(ours / best, 3) if best else None,
        "chosen": runs[0]["table"],
        "notes": [run["notes"] for run in runs],
    }


def measure(data: Path, workspace: Path, args: argparse.Namespace) -> None:
    """Measure one data set."""
    steps = road(data, workspace, args.budget)
    document: dict[str, Any] = {"data": data.name, "budget": args.budget, "steps": steps}
    for protocol in args.protocols:
        target = workspace / "reports" / f"{protocol}.json"
        words = ["evaluate", str(workspace), "--protocol", protocol, "--budget", args.budget]
        words += ["--seeds", str(args.seeds), "--json", str(target)]
        steps.append(step(f"evaluate {protocol}", words))
        best = BEST_PEER.get(data.name, {}).get(protocol)
        document[protocol] = summary(json.loads(target.read_text()), best)
        write(f"Q-{data.name}", document, args.out and args.out / f"Q-{data.name}.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=["movielens-posters", "hm-fashion"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budget", default="3m")
    parser.add_argument(
        "--protocols", nargs="+", default=["leave-last-out", "cold-items", "next-basket"]
    )
    parser.add_argument("--keep", type=Path, help="Folder for the workspaces; else temporary.")
    parser.add_argument("--out", type=Path, default=FOLDER)
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as scratch:
        for name in args.sets:
            measure(args.data / name, (args.keep or Path(scratch)) / name, args)


if __name__ == "__main__":
    main()
