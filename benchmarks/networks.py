"""What models that learn in rounds are worth alone and in the blend, and what they cost.

    python -m benchmarks.networks DATA [--models itemknn,ials,bpr,...] [--people N] [--seed 7]
        [--cases 3000] [--keep DIR] [--out STEM]

DATA holds items.csv, interactions.csv and images/, and is imported and encoded into DIR; or it is a
workspace that is, which is read and not written. Of each person the last like is held out, and
looked for among all items (at most --cases of them). Each setting that `auto` tries is learned in a
process of its own: NDCG@10 alone, CPU seconds and the largest memory of learning, the data
included, and the time in which one history is read and all items are scored. The blend is of the
quick members, with the model and without it, each as `auto` makes it without a bound of time; the
gain is person by person, p by flipping signs; 0 where `auto` leaves the model out. --people takes
only so many people, for a trial.

PyTorch must be installed. Writes STEM.json and STEM.md, by default results/networks: the first
table has the form of that in docs/models.md, the second says what each adds to a blend.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from beholder.blending.measure import Values, alone, ndcg
from beholder.dataset.build import build
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split, leave_last_out
from beholder.evaluation.bootstrap import sign_flip
from beholder.models.contract import FitOptions
from beholder.models.registry import MODELS
from beholder.scorers.interface import Scorer
from beholder.store import Store
from beholder.training.auto import Budget, fit_auto
from beholder.workspace import Workspace
from benchmarks.quality import step
from benchmarks.results import FOLDER, write

BY_TORCH = [name for name, model in MODELS.items() if model.card.needs == "torch"]
QUICK = ("itemknn", "session", "words", "visual-knn")
LONG = 24 * 3600.0  # seconds: no bound
ASKED = 50  # histories that are timed
ALONE = (
    "| alone | NDCG@10 | CPU seconds to learn | largest memory | all items scored in |\n"
    "|---|---|---|---|---|"
)
BESIDE = "| in the blend | NDCG@10 | gain | p |\n|---|---|---|---|"
READERS = {"gru": "as a gated unit", "transformer": "as a transformer", "attention": "by attention"}


def split_of(root: Path, people: int | None, cases: int, seed: int) -> Split:
    """Return what is learned from and what is asked."""
    workspace = Workspace.open(root)
    with Store.open(workspace) as store:
        dataset = build(workspace, store, seed).dataset
    if people is not None:
        log = dataset.log
        dataset = dataset.with_log(log.keep(log.users < people))
    split = leave_last_out(dataset)
    some = np.linspace(0, len(split.cases) - 1, min(cases, len(split.cases)))
    return replace(split, cases=split.cases.take(some.astype(np.int64)))


def answer_ms(scorer: Scorer, cases: Cases) -> float:
    """Return the median time in which one history is read and all items are scored."""
    found = []
    for case in range(min(ASKED, len(cases))):
        told = cases.histories.take(np.array([case]))
        began = time.process_time()
        scorer.scores(scorer.ask(told))
        found.append(time.process_time() - began)
    return float(np.median(found)) * 1e3


def blended(train: Dataset, split: Split, names: list[str], seed: int) -> Values:
    """Return NDCG@10 of each case by a blend."""
    fitted = fit_auto(train, Budget(LONG, seed), only=names)
    return ndcg(alone(fitted.blend), split.cases, split.pool)


def measured(split: Split, name: str, trial: int, seed: int) -> dict[str, Any]:
    """Measure one setting of one model."""
    model, train = MODELS[name], split.train
    settings = model.card.trials[trial]
    _ = train.content
    began = time.process_time()
    scorer = model.fit(train, settings, FitOptions(seed))
    cpu = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    own = ndcg(alone(scorer), split.cases, split.pool)
    row: dict[str, Any] = {
        "model": name,
        "setting": msgspec.to_builtins(settings),
        "cases": len(own),
        "alone": float(own.mean()),
        "error": float(own.std(ddof=1) / np.sqrt(len(own))),
        "cpu_seconds": round(cpu, 1),
        "largest_mib": round(memory),
        "answer_ms": round(answer_ms(scorer, split.cases), 3),
    }
    if trial == 0 and name not in QUICK:  # `auto` chooses among the settings by itself
        without = blended(train, split, list(QUICK), seed)
        gain = blended(train, split, [*QUICK, name], seed) - without
        row |= {"blend": float(without.mean() + gain.mean()), "gain": float(gain.mean())}
        row["p"] = sign_flip(gain) if gain.any() else 1.0
    return row


def table(rows: list[dict[str, Any]]) -> str:
    """Return the figures for readers: what stands beside the models first, then the best."""
    order = sorted(rows, key=lambda row: (row["model"] in BY_TORCH, -row["alone"]))
    beside = [_beside(row) for row in rows if "gain" in row]
    lines = [ALONE, *map(_alone, order), *(["", BESIDE, *beside] if beside else [])]
    return "\n".join(lines) + "\n"


def _alone(row: dict[str, Any]) -> str:
    cpu, ms = row["cpu_seconds"], row["answer_ms"]
    return (
        f"| {_called(row)} | {_short(row['alone'])} | {cpu:.{0 if cpu >= 1 else 1}f} | "
        f"{row['largest_mib']} MiB | {ms:.2f} ms |"
    )


def _beside(row: dict[str, Any]) -> str:
    return f"| {row['model']} | {_short(row['blend'])} | {row['gain']:+.4f} | {row['p']:.3f} |"


def _called(row: dict[str, Any]) -> str:
    reader = row["setting"].get("reader")
    return row["model"] if reader is None else f"{row['model']} {READERS[reader]}"


def _short(share: float) -> str:
    """Return a number below 1 with three digits, without its 0."""
    return f"{share:.3f}".removeprefix("0")


def prepared(data: Path, keep: Path) -> Path:
    """Return a workspace with the data, imported and encoded."""
    if (data / "beholder.toml").exists():
        return data
    root = keep / data.name
    if not (root / "beholder.toml").exists():
        files = ["--items", str(data / "items.csv"), "--media", str(data / "images")]
        files += ["--interactions", str(data / "interactions.csv")]
        step("init", ["init", str(root)])
        step("import", ["import", str(root), *files])
        step("encode", ["encode", str(root)])
    return root


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--models", default=",".join(["itemknn", "ials", *BY_TORCH]))
    parser.add_argument("--people", type=int)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="Folder for the workspace; else temporary.")
    parser.add_argument("--out", type=Path, default=FOLDER / "networks")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # MODEL:TRIAL, in a process of its own
    asked = parser.parse_args()
    if asked.one:
        name, _, trial = asked.one.partition(":")
        split = split_of(asked.data, asked.people, asked.cases, asked.seed)
        print(json.dumps(measured(split, name, int(trial), asked.seed)))
        return
    names = asked.models.split(",")
    unknown = [name for name in names if name not in MODELS or MODELS[name].card.part != "member"]
    if unknown:
        raise SystemExit(f"no such models: {', '.join(unknown)}; there are {', '.join(MODELS)}")
    with tempfile.TemporaryDirectory() as scratch:
        root, rows = prepared(asked.data, asked.keep or Path(scratch)), []
        words = ["--cases", str(asked.cases), "--seed", str(asked.seed)]
        words += [] if asked.people is None else ["--people", str(asked.people)]
        for name in names:
            trials = len(MODELS[name].card.trials) if name in BY_TORCH else 1
            for trial in range(trials):
                command = [sys.executable, "-m", "benchmarks.networks", str(root), *words]
                command += ["--one", f"{name}:{trial}"]
                done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
                rows.append(json.loads(done.stdout))
                print(name, json.dumps(rows[-1]), flush=True)
                told = f"python -m benchmarks.networks {asked.data.name} --models {asked.models}"
                found = {"command": " ".join([told, *words]), "data": asked.data.name}
                write(
                    asked.out.name,
                    found | {"rows": rows},
                    asked.out.with_suffix(".json"),
                    show=False,
                )
                asked.out.with_suffix(".md").write_text(table(rows), encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
