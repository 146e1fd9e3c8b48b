"""Q1, Q2 and Q3: what source trees recommend, asked alike and compared user by user.

    python -m benchmarks.paired WORKSPACES --keep DIR [--trees new=. old=../old]
                                [--own old=WORKSPACES ...] [--sets hm-fashion ...]
                                [--protocols leave-last-out ...] [--seeds 7 8 9]
                                [--budget 20m] [--again] [--out STEM]

WORKSPACES holds one workspace a data set, imported and encoded (`benchmarks.quality` makes them);
they are read, never written. A tree that needs vectors of other encoders, or another store, has
its own by --own.

Each tree, set, protocol and seed is one cell: an evaluation in a process of its own (see
`benchmarks.cell`), kept as DIR/TREE/SET--PROTOCOL--SEED.json. Cells that are there are not
measured again, so an interrupted run loses one of them; those that were measured on another state
of their tree are used, and named below the table, unless --again is given. One cell runs at a
time, at the lowest priority and with a budget that does not bind, so that other work on the
machine changes nothing but the wait.

Writes STEM.json and STEM.md after each cell. The first tree is compared with each other one.
"""

from __future__ import annotations

import argparse
import fcntl
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from benchmarks.pairing import Cell
from benchmarks.quality_table import figures, markdown
from benchmarks.results import FOLDER, write
from benchmarks.trees import HERE, Tree

SETS = ["movielens-posters", "hm-fashion"]
PROTOCOLS = ["leave-last-out", "cold-items", "next-basket"]


class Place(NamedTuple):
    """Which cell it is, and the workspace it is asked about."""

    tree: Tree
    data: str
    protocol: str
    seed: int
    workspace: Path

    def __str__(self) -> str:
        return f"{self.tree.name}, {self.data}, {self.protocol}, seed {self.seed}"

    def file(self, keep: Path) -> Path:
        """Return where the cell is kept."""
        return keep / self.tree.name / f"{self.data}--{self.protocol}--{self.seed}.json"


def run(place: Place, target: Path, budget: str) -> bool:
    """Measure one cell and keep it; whether that went well."""
    state, draft = place.tree.state, target.with_suffix(".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    words = (place.workspace, place.protocol, place.seed, "--budget", budget, "--out", draft)
    if not place.tree.run("cell", *words):
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


def measure(places: list[Place], keep: Path, budget: str, again: bool) -> Iterator[list[str]]:
    """Measure what is missing; after each cell, yield what is to be known of those so far."""
    notes: list[str] = []
    for place in places:
        file = place.file(keep)
        if file.exists():
            cell = json.loads(file.read_text(encoding="utf-8"))
            same = (cell["state"], cell["budget"]) == (place.tree.state, budget)
            if same or not again:
                print(f"{place}: kept", flush=True)
                notes += [] if same else [f"{place}: of another state, or budget: {cell['commit']}"]
                continue
        print(f"{place}: measuring", flush=True)
        if not run(place, file, budget):
            notes.append(f"{place}: FAILED, the terminal says why")
        yield notes
    yield notes


def places_of(args: argparse.Namespace) -> list[Place]:
    """Return all cells in the order in which they are measured: the first seed of all first."""
    own = dict(text.split("=", 1) for text in args.own)
    strangers = own.keys() - {tree.name for tree in args.trees}
    if strangers:
        raise SystemExit(f"--own names no tree: {', '.join(sorted(strangers))}")
    found = []
    for seed, data, protocol, tree in product(args.seeds, args.sets, args.protocols, args.trees):
        workspace = Path(own.get(tree.name, args.workspaces)).resolve() / data
        if not (workspace / "beholder.toml").exists():
            raise SystemExit(
                f"{workspace} is no workspace: `python -m benchmarks.quality` makes it"
            )
        found.append(Place(tree, data, protocol, seed, workspace))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspaces", type=Path)
    parser.add_argument("--trees", type=Tree.of, nargs="+", default=[Tree.of(HERE)])
    parser.add_argument("--own", nargs="+", default=[], metavar="TREE=WORKSPACES")
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--protocols", nargs="+", default=PROTOCOLS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[7, 8, 9])
    parser.add_argument("--budget", default="20m")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--out", type=Path, default=FOLDER / "Q-paired")
    args = parser.parse_args()
    places = places_of(args)
    names = [tree.name for tree in args.trees]
    args.keep = args.keep.resolve()
    args.keep.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    with (args.keep / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run waits, so that one cell runs at a time
        for notes in measure(places, args.keep, args.budget, args.again):
            document = figures(names, kept(places, args.keep)) | {"notes": notes}
            write(args.out.name, document, args.out.with_suffix(".json"), show=False)
            args.out.with_suffix(".md").write_text(markdown(document), encoding="utf-8")
    print(args.out.with_suffix(".md").read_text(encoding="utf-8"))
    failed = [note for note in notes if "FAILED" in note]
    if failed:
        raise SystemExit("\n".join(failed))


if __name__ == "__main__":
    main()
