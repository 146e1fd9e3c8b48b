"""Encoders tuned on behaviour, beside the frozen one, on the gallery whose taste hides.

    python -m benchmarks.tuned_encoders [--kinds none,projection,last,all] [--items 360]
        [--visitors 300] [--epochs 6] [--budget 10m] [--chance] [--seed 7] [--out FILE]

200 people who are in no workspace have liked five pictures, and are asked about the new ones
(NDCG@10): by the vectors of the encoder alone, and by the bundle that is served. Differences are to
`none`, the frozen encoder, person by person; p is of a two-sided test by flipping signs. CPU
seconds and memory are of the command `train --tune-encoder`, with all its processes the one and
of the largest so far the other; encoding with the frozen network is done before. With --chance
people like whatever comes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.catalogue.run import import_files
from beholder.cli.init import create
from beholder.demo.hidden import Hidden, Strangers, hidden_gallery, item_id, strangers, write_hidden
from beholder.encoders.registry import vector_cache
from beholder.encoders.workspace import encode_workspace
from beholder.engine.opening import open_engine
from beholder.evaluation.bootstrap import sign_flip
from beholder.progress import SILENT
from beholder.store import Store
from beholder.training.lessons import FROZEN
from beholder.workspace import Workspace
from benchmarks.results import write

PEOPLE = 200
Values = NDArray[np.float64]


def prepared(root: Path, gallery: Hidden) -> Workspace:
    """Import a gallery and encode it with the frozen network."""
    create(root, "Hidden")
    workspace = Workspace.open(root)
    with Store.open(workspace) as store:
        import_files(workspace, store, write_hidden(root / "generated", gallery), SILENT)
        encode_workspace(workspace, store)
    return workspace


def tuned(workspace: Workspace, kind: str, words: list[str]) -> tuple[dict[str, Any], float, float]:
    """Run the command; return what it says, and its CPU seconds and largest memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = [sys.executable, "-m", "beholder.cli.main", "train", str(workspace.root)]
    done = subprocess.run(
        [*told, "--tune-encoder", kind, "--json", *words], stdout=subprocess.PIPE, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout), spent, after.ru_maxrss / 1024


def alone(workspace: Workspace, encoder: str, gallery: Hidden, people: Strangers) -> Values:
    """Return NDCG@10 by vectors alone; frozen ones are centred first."""
    with Store.open(workspace) as store:
        shown = {row["item_id"]: row["media"][0]["hash"] for row in store.items().to_pylist()}
    digests = [shown[item_id(number)] for number in range(len(gallery.pixels))]
    vectors = vector_cache(workspace, encoder).load(digests)[0]
    if encoder == FROZEN:
        vectors = vectors - vectors.mean(axis=0)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    near = np.maximum(unit @ unit[gallery.new].T, 0) ** 3
    return people.ndcg(gallery, near[people.liked].sum(axis=1))


def blended(workspace: Workspace, gallery: Hidden, people: Strangers) -> Values:
    """Return NDCG@10 by the bundle that is served."""
    new = [item_id(number) for number in np.flatnonzero(gallery.new).tolist()]
    with open_engine(workspace.root) as engine:
        rows = [
            list(engine.score(new, history=[item_id(i) for i in own]).values())
            for own in people.liked.tolist()
        ]
    return people.ndcg(gallery, np.array(rows))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", default="none,projection,last,all")
    parser.add_argument("--items", type=int, default=360)
    parser.add_argument("--visitors", type=int, default=300)
    parser.add_argument("--epochs", default="6")
    parser.add_argument("--budget", default="10m")
    parser.add_argument("--chance", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    gallery = hidden_gallery(asked.items, asked.visitors, asked.seed, learnable=not asked.chance)
    people = strangers(gallery, PEOPLE, asked.seed)
    found: dict[str, Any] = {}
    base: dict[str, Values] = {}
    for kind in asked.kinds.split(","):
        with tempfile.TemporaryDirectory() as folder:
            workspace = prepared(Path(folder, "workspace"), gallery)
            words = ["--budget", asked.budget]
            words += [] if kind == "none" else ["--epochs", asked.epochs]
            told, cpu, memory = tuned(workspace, kind, words)
            encoder = told.get("encoder", FROZEN)
            values = {"alone": alone(workspace, encoder, gallery, people)}
            if told.get("used", True):
                values["blend"] = blended(workspace, gallery, people)
        base = base or values
        row: dict[str, Any] = {"cpu_seconds": round(cpu, 1), "memory_mb": round(memory)}
        row["epochs"], row["used"] = told.get("epochs"), told.get("used")
        for name, each in values.items():
            gain = each - base[name]
            error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
            row[name] = {
                "ndcg": round(float(each.mean()), 4),
                "gain": round(float(gain.mean()), 4),
                "error": round(error, 4),
                "p": round(sign_flip(gain), 5),
            }
        found[kind] = row
        print(kind, json.dumps(row), flush=True)
    write("tuned_encoders", found, asked.out, show=False)


if __name__ == "__main__":
    main()
