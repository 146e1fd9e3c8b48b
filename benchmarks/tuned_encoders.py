"""Each rung of --tune-encoder, with augmentation and without, on the gallery whose taste hides.

    python -m benchmarks.tuned_encoders [--kinds none,projection,last,all,small-cnn]
        [--augment flip,crop,colour] [--items 360] [--visitors 300] [--epochs 6] [--budget 10m]
        [--models NAME,...] [--chance] [--seed 7] [--out FILE]

200 people who are in no workspace have liked five pictures, and are asked about the new ones
(NDCG@10): by the vectors of the encoder alone, and by the bundle that is served. `small-cnn`, which
is no encoder, puts them in one order for everybody, and only where it is surely better than chance.
Differences are to the first kind, the frozen encoder, and with augmentation to the same kind
without, person by person; p is of a two-sided test by flipping signs: people are drawn anew by
that, trainings are not. Invariance is the mean cosine of a picture and a changed one, less the mean
of all pictures, by the kind of change (of `small-cnn`: the correlation of what it says of them).
CPU seconds and memory are of the command `train --tune-encoder`, with all its processes the one and
of the largest so far the other; encoding with the frozen network is done before. --models bounds
what the bundles are made of. With --chance people like whatever comes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.bundle import network
from beholder.bundle.promote import current, folder_of
from beholder.catalogue.run import import_files
from beholder.cli.init import create
from beholder.demo.hidden import Hidden, Strangers, hidden_gallery, item_id, strangers, write_hidden
from beholder.encoders import augment, own_graph, own_network, small_pictures
from beholder.encoders.interface import open_session
from beholder.encoders.lite0_graph import folded
from beholder.encoders.lite0_weights import SIDE, read_weights, weights_file
from beholder.encoders.registry import graphs, vector_cache
from beholder.encoders.small_cnn import SmallCnn
from beholder.encoders.workspace import encode_workspace
from beholder.engine.opening import open_engine
from beholder.evaluation.bootstrap import sign_flip
from beholder.media import originals
from beholder.progress import SILENT
from beholder.store import Store
from beholder.training.lessons import FROZEN
from beholder.workspace import Workspace
from benchmarks.results import write

PEOPLE = 200
LOOKED_AT = 60  # pictures that invariance is measured on, at most
SMALL = "small-cnn"
FEATURES = ("none", "projection")  # look at no pictures while learning: nothing can be changed
MODELS = "BEHOLDER_TRAIN_MODELS"
HEAD = (
    "| rung | augmented | alone | to frozen | to without | in the blend | to frozen | to without | "
    "flip | crop | colour | CPU s |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)
Values = NDArray[np.float64]
Pixels = NDArray[np.uint8]


class Rung(NamedTuple):
    """A kind of tuning, and what is done to pictures while it learns."""

    kind: str
    augment: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As results call it."""
        return f"{self.kind} augmented" if self.augment else self.kind


def rungs(kinds: Sequence[str], changes: tuple[str, ...]) -> list[Rung]:
    """Return each kind, and after it the same with changed pictures where it looks at some."""
    found = []
    for kind in kinds:
        found.append(Rung(kind))
        if changes and kind not in FEATURES:
            found.append(Rung(kind, changes))
    return found


def prepared(root: Path, gallery: Hidden) -> Workspace:
    """Import a gallery and encode it with the frozen network."""
    create(root, "Hidden")
    workspace = Workspace.open(root)
    with Store.open(workspace) as store:
        import_files(workspace, store, write_hidden(root / "generated", gallery), SILENT)
        encode_workspace(workspace, store)
    return workspace


def tuned(workspace: Workspace, rung: Rung, words: list[str]) -> tuple[dict[str, Any], float, int]:
    """Run the command; return what it says, and its CPU seconds and largest memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = [sys.executable, "-m", "beholder.cli.main", "train", str(workspace.root)]
    told += ["--tune-encoder", rung.kind, "--json", *words]
    told += [word for change in rung.augment for word in ("--augment", change)]
    done = subprocess.run(told, stdout=subprocess.PIPE, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout), spent, after.ru_maxrss // 1024


def digests_of(workspace: Workspace, gallery: Hidden) -> list[str]:
    """Return the picture of each item, in the order of the gallery."""
    with Store.open(workspace) as store:
        shown = {row["item_id"]: row["media"][0]["hash"] for row in store.items().to_pylist()}
    return [shown[item_id(number)] for number in range(len(gallery.pixels))]


def alone(workspace: Workspace, encoder: str, gallery: Hidden, people: Strangers) -> Values:
    """Return NDCG@10 by vectors alone; frozen ones are centred first."""
    vectors = vector_cache(workspace, encoder).load(digests_of(workspace, gallery))[0]
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


def seen(workspace: Workspace, digests: list[str], side: int) -> Pixels:
    """Return pictures as a network sees them; side 0: the small one."""
    paths = [originals.path_of(workspace.media, digest) for digest in digests]
    return small_pictures.read(workspace, paths, SILENT, side).pixels


def invariance(
    workspace: Workspace, encoder: str, digests: list[str], seed: int
) -> dict[str, float]:
    """Return how alike a picture and a changed one are to an encoder, by the kind of change."""
    if encoder == FROZEN:
        session = open_session(own_graph.write(folded(read_weights(weights_file())), None, SIDE))
    else:
        session = open_session(str(own_network.file_of(encoder, graphs(workspace))))
    pixels = seen(workspace, digests[:LOOKED_AT], own_network.side_of(session))

    def encode(some: Pixels) -> NDArray[np.float32]:
        rows = [np.moveaxis(each, -1, 0)[None].astype(np.float32) for each in some]
        told = [session.run([own_graph.OUTPUT], {own_graph.INPUT: row})[0] for row in rows]
        return np.concatenate(told)

    return rounded(augment.invariance(encode, pixels, seed))


def steadiness(
    say: Callable[[Pixels], NDArray[Any]], pixels: Pixels, seed: int
) -> dict[str, float]:
    """Return how what is said of pictures and of changed ones correlates, by the kind of change."""
    plain = say(pixels)
    found: dict[str, float] = {}
    for kind in augment.KINDS:
        rng = np.random.default_rng([seed, 51])
        drawn = augment.draw([kind], len(pixels), pixels.shape[1], rng)
        changed = say(augment.on_arrays(pixels, drawn))
        found[kind] = float(np.corrcoef(plain, changed)[0, 1])
    return rounded(found)


def rounded(found: dict[str, float]) -> dict[str, float]:
    """Return numbers with three digits."""
    return {kind: round(value, 3) for kind, value in found.items()}


class Measured(NamedTuple):
    """What one rung came to: of each person, and figures."""

    values: dict[str, Values]
    row: dict[str, Any]


def of_small_cnn(
    workspace: Workspace, told: dict[str, Any], gallery: Hidden, people: Strangers, seed: int
) -> Measured:
    """Measure the small network; where it is no better than chance there is none to ask."""
    made = told["network"]
    row = {"epochs": told["epochs"], "used": told["used"], "auc": round(made["auc"], 4)}
    if not told["used"]:
        return Measured({}, row)
    kept = network.load(folder_of(workspace, current(workspace)))
    assert kept is not None, "it was used"
    opened, digests = SmallCnn(kept.onnx), digests_of(workspace, gallery)

    def say(some: Pixels) -> NDArray[Any]:
        return np.asarray(opened.scores(some)[:, -1])

    pixels = seen(workspace, digests, 0)
    scores = np.tile(say(pixels)[gallery.new], (len(people.tastes), 1))
    row["invariance"] = steadiness(say, pixels[:LOOKED_AT], seed)
    return Measured({"alone": people.ndcg(gallery, scores)}, row)


def of_encoder(
    workspace: Workspace, told: dict[str, Any], gallery: Hidden, people: Strangers, seed: int
) -> Measured:
    """Measure an encoder alone, and in the bundle where it is used."""
    encoder = told.get("encoder", FROZEN)
    values = {"alone": alone(workspace, encoder, gallery, people)}
    if told.get("used", True):
        values["blend"] = blended(workspace, gallery, people)
    row: dict[str, Any] = {"epochs": told.get("epochs"), "used": told.get("used")}
    digests = digests_of(workspace, gallery)
    row["invariance"] = invariance(workspace, encoder, digests, seed)
    return Measured(values, row)


def compared(values: Values, base: Values | None) -> dict[str, float]:
    """Return the mean difference to others of the same people, its standard error, and p."""
    if base is None:
        return {}
    gain = values - base
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    p = round(sign_flip(gain), 5)
    return {"gain": round(float(gain.mean()), 4), "error": round(error, 4), "p": p}


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Return the figures for readers."""
    lines = [HEAD]
    for name, row in rows.items():
        kind, _, changed = name.partition(" ")
        alike = row.get("invariance", {})
        cells = [f"`{kind}`", "yes" if changed else "no"]
        for place in ("alone", "blend"):
            own = row.get(place, {})
            cells.append(number(own.get("ndcg"), ".3f"))
            cells += [difference(own.get(base, {})) for base in ("to frozen", "to without")]
        cells += [number(alike.get(change), ".3f") for change in ("flip", "crop", "colour")]
        lines.append(f"| {' | '.join([*cells, number(row['cpu_seconds'], '.0f')])} |")
    return "\n".join(lines) + "\n"


def difference(told: dict[str, float]) -> str:
    """Return a mean difference with its p in words, a dash where there is none."""
    return f"{told['gain']:+.3f} (p {told['p']:.4f})" if told else "-"


def number(value: float | None, form: str) -> str:
    """Return a number in words, a dash where there is none."""
    return "-" if value is None else f"{value:{form}}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kinds", default="none,projection,last,all,small-cnn")
    parser.add_argument("--augment", default="flip,crop,colour", help="Empty: never.")
    parser.add_argument("--items", type=int, default=360)
    parser.add_argument("--visitors", type=int, default=300)
    parser.add_argument("--epochs", default="6")
    parser.add_argument("--budget", default="10m")
    parser.add_argument("--models", default="")
    parser.add_argument("--chance", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.models:
        os.environ[MODELS] = json.dumps(asked.models.split(","))
    gallery = hidden_gallery(asked.items, asked.visitors, asked.seed, learnable=not asked.chance)
    people = strangers(gallery, PEOPLE, asked.seed)
    changes = tuple(asked.augment.split(",")) if asked.augment else ()
    found: dict[str, dict[str, Any]] = {}
    values: dict[str, dict[str, Values]] = {}
    with tempfile.TemporaryDirectory() as folder:
        begun = Path(folder, "begun")
        prepared(begun, gallery)
        for rung in rungs(asked.kinds.split(","), changes):
            root = Path(folder, "workspace")
            workspace = Workspace.open(shutil.copytree(begun, root))
            words = ["--budget", asked.budget]
            words += [] if rung.kind == "none" else ["--epochs", asked.epochs]
            told, cpu, memory = tuned(workspace, rung, words)
            measure = of_small_cnn if rung.kind == SMALL else of_encoder
            values[rung.name], row = measure(workspace, told, gallery, people, asked.seed)
            row |= {"cpu_seconds": round(cpu, 1), "memory_mb": memory}
            frozen = values[next(iter(values))]
            for name, each in values[rung.name].items():
                row[name] = {"ndcg": round(float(each.mean()), 4)}
                row[name]["to frozen"] = compared(each, frozen.get(name)) if found else {}
                if rung.augment:
                    row[name]["to without"] = compared(each, values[rung.kind].get(name))
            found[rung.name] = row
            print(rung.name, json.dumps(row), flush=True)
            shutil.rmtree(root)
            write("tuned-encoders", {"rungs": found}, asked.out, show=False)
    print(table(found))


if __name__ == "__main__":
    main()
