"""Import N interactions from CSV into SQLite, and read them for training: CPU seconds, memory.

    python -m benchmarks.import_speed --rows 10000000

The file is drawn by seed: items by a long tail, people more evenly, times rising. Each step
runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.store import Store
from beholder.workspace import Workspace
from benchmarks.results import write

STEP = 500_000


def write_csv(path: Path, rows: int, people: int, items: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = np.array(["view", "click", "like", "purchase"])
    with path.open("w") as file:
        file.write("user_id,item_id,timestamp,event_type\n")
        moment = 1_600_000_000
        for start in range(0, rows, STEP):
            n = min(STEP, rows - start)
            who = rng.integers(0, people, n)
            what = (items * rng.random(n) ** 3).astype(np.int64)
            when = moment + np.sort(rng.integers(0, 3 * n, n))
            moment = int(when[-1])
            did = kinds[rng.integers(0, 4, n)]
            file.write(
                "".join(
                    f"u{a},{b:08d},{c},{d}\n"
                    for a, b, c, d in zip(
                        who.tolist(), what.tolist(), when.tolist(), did.tolist(), strict=True
                    )
                )
            )


def step_import(folder: Path) -> dict[str, object]:
    workspace = Workspace.create(folder / "workspace", 'title = "speed"\n')
    with Store.open(workspace, create=True) as store:
        report, _ = import_files(workspace, store, Request(interactions=folder / "events.csv"))
    return {"added": report.files[0].added, "same": report.files[0].same}


def step_again(folder: Path) -> dict[str, object]:
    workspace = Workspace.open(folder / "workspace")
    with Store.open(workspace) as store:
        report, _ = import_files(workspace, store, Request(interactions=folder / "events.csv"))
    return {"added": report.files[0].added, "same": report.files[0].same}


def step_read(folder: Path) -> dict[str, object]:
    with Store.open(Workspace.open(folder / "workspace")) as store:
        began, cpu = time.perf_counter(), time.process_time()
        events = store.training_events()
        return {
            "events": len(events),
            "people": events.n_users,
            "reading_wall": round(time.perf_counter() - began, 2),
            "reading_cpu": round(time.process_time() - cpu, 2),
        }


STEPS = {"import": step_import, "read": step_read, "again": step_again}


def run_step(name: str, folder: Path) -> None:
    began = time.perf_counter()
    found = STEPS[name](folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    found |= {
        "wall": round(time.perf_counter() - began, 1),
        "cpu": round(used.ru_utime + used.ru_stime, 1),
        "peak_mib": round(used.ru_maxrss / 1024),
    }
    print(json.dumps(found))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--people", type=int, default=200_000)
    options.add_argument("--items", type=int, default=50_000)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--out", type=Path)
    options.add_argument("--step", choices=STEPS)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    if given.step:
        run_step(given.step, given.folder)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        write_csv(folder / "events.csv", given.rows, given.people, given.items, given.seed)
        results: dict[str, object] = {
            "rows": given.rows,
            "csv_mib": round((folder / "events.csv").stat().st_size / 2**20),
        }
        for name in STEPS:
            said = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "benchmarks.import_speed",
                    "--step",
                    name,
                    "--folder",
                    place,
                ],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            results[name] = json.loads(said)
            print(name, results[name], flush=True)
        results["store_mib"] = round((folder / "workspace/store/events.db").stat().st_size / 2**20)
    write("S7-import", results, given.out)


if __name__ == "__main__":
    main()
