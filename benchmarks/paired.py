"""Q1, Q2 and Q3: what source trees recommend, asked alike and compared user by user.

    python -m benchmarks.paired WORKSPACES --trees new=. old=../old --keep DIR
                                [--sets hm-fashion ...] [--protocols leave-last-out ...]
                                [--seeds 7 8 9] [--budget 20m] [--again] [--out STEM]

WORKSPACES holds one workspace a data set, imported and encoded (`benchmarks.quality` makes them);
they are read, never written. A tree whose encoders differ brings its own: `new=PATH,WORKSPACES`.

Each tree, set, protocol and seed is one cell: an evaluation in a process of its own, with
TREE/src on its path, kept in DIR/TREE/. Cells that are there are not measured again, so an
interrupted run loses one of them; those that were measured on another state of their tree are
used and named, unless --again is given. One cell runs at a time, at the lowest priority and with
a budget that does not bind, so that other work on the machine changes nothing but the wait.

Writes STEM.json and STEM.md after each cell. The first tree is compared with each other one.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from benchmarks.pairing import Cell
from benchmarks.quality_table import figures, markdown
from benchmarks.results import FOLDER, write

SETS = ["movielens-posters", "hm-fashion"]
PROTOCOLS = ["leave-last-out", "cold-items", "next-basket"]
ROOT = Path(__file__).parents[1]


class Tree(NamedTuple):
    """A state of the program: its name, its folder, the workspaces it reads."""

    name: str
    path: Path
    workspaces: Path

    @property
    def state(self) -> str:
        """Hexadecimal: changes with any file of the program."""
        digest = hashlib.blake2b(digest_size=8)
        for file in sorted((self.path / "src").rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and "egg-info" not in str(file):
                digest.update(str(file.relative_to(self.path)).encode() + file.read_bytes())
        return digest.hexdigest()

    @property
    def commit(self) -> str:
        """What git calls it, `-dirty` where files differ; empty outside of git."""
        command = ["git", "-C", str(self.path), "describe", "--always", "--dirty"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def tree_of(text: str, workspaces: Path) -> Tree:
    """Read `name=path` or `name=path,workspaces`."""
    name, _, rest = text.partition("=")
    path, _, own = rest.partition(",")
    tree = Tree(name, Path(path).resolve(), Path(own or workspaces).resolve())
    if not name or not (tree.path / "src" / "beholder").is_dir():
        raise SystemExit(f"{text!r}: write NAME=PATH of a folder that has src/beholder")
    return tree


class Place(NamedTuple):
    """Which cell it is."""

    tree: Tree
    data: str
    protocol: str
    seed: int

    def file(self, keep: Path) -> Path:
        """Return where the cell is kept."""
        return keep / self.tree.name / f"{self.data}--{self.protocol}--{self.seed}.json"


def run(place: Place, target: Path, budget: str, state: str) -> bool:
    """Measure one cell and keep it; whether that went well."""
    draft = target.with_suffix(".part")
    words = [str(place.tree.workspaces / place.data), place.protocol, str(place.seed)]
    words += ["--budget", budget, "--out", str(draft)]
    environment = os.environ | {
        "PYTHONPATH": str(place.tree.path / "src"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    command = ["nice", "-n", "15", sys.executable, "-m", "benchmarks.cell", *words]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        return False
    cell = json.loads(draft.read_text(encoding="utf-8"))
    cell |= {"tree": place.tree.name, "data": place.data}
    cell |= {"state": state, "commit": place.tree.commit}
    draft.write_text(json.dumps(cell) + "\n", encoding="utf-8")
    draft.replace(target)
    return True


def kept(places: list[Place], keep: Path) -> list[Cell]:
    """Read the cells that are there."""
    files = [place.file(keep) for place in places]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]


def measure(places: list[Place], args: argparse.Namespace) -> Iterator[list[str]]:
    """Measure what is missing; yield what is to be known of the cells so far, after each."""
    notes: list[str] = []
    for place in places:
        file, state = place.file(args.keep), place.tree.state
        title = f"{place.tree.name}, {place.data}, {place.protocol}, seed {place.seed}"
        if file.exists():
            cell = json.loads(file.read_text(encoding="utf-8"))
            same = (cell["state"], cell["budget"]) == (state, args.budget)
            if same or not args.again:
                print(f"{title}: kept", flush=True)
                notes += [] if same else [f"{title}: of another state or budget ({cell['commit']})"]
                continue
        print(f"{title}: measuring", flush=True)
        if not run(place, file, args.budget, state):
            notes.append(f"{title}: failed, see the terminal")
        yield notes
    yield notes


def report(trees: list[Tree], cells: list[Cell], notes: list[str], stem: Path) -> None:
    """Write the figures of the cells that are there, and the table."""
    document = figures([tree.name for tree in trees], cells) | {"notes": notes}
    write(stem.name, document, stem.with_suffix(".json"), show=False)
    stem.with_suffix(".md").write_text(markdown(document), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspaces", type=Path)
    parser.add_argument("--trees", nargs="+", default=[f"here={ROOT}"])
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--protocols", nargs="+", default=PROTOCOLS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[7, 8, 9])
    parser.add_argument("--budget", default="20m")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--out", type=Path, default=FOLDER / "Q-paired")
    args = parser.parse_args()
    trees = [tree_of(text, args.workspaces) for text in args.trees]
    order = product(args.seeds, args.sets, args.protocols, trees)
    places = [Place(tree, data, protocol, seed) for seed, data, protocol, tree in order]
    args.keep.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    with (args.keep / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run waits, so that one cell runs at a time
        for notes in measure(places, args):
            report(trees, kept(places, args.keep), notes, args.out)
    print(args.out.with_suffix(".md").read_text(encoding="utf-8"))
    if any("failed" in note for note in notes):
        raise SystemExit("not every cell could be measured: " + "; ".join(notes))


if __name__ == "__main__":
    main()
