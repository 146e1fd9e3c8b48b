"""Q6: the knock-out names what carries taste. Generated galleries whose truth is known, by seed.

    python -m benchmarks.knock_out [--seeds 20] [--items 1000] [--visitors 600] [--budget 20s]
                                   [--keep DIR] [--out FILE]

Taste in the generated gallery is of family and palette, which pictures show and titles name. Three
worlds are made of each gallery, imported as a user would, one over the other, and asked about new
items (`cold-items`) by `beholder.evaluate(..., without=["pictures", "words"])`:

    seen      pictures as they are, and no words but those of other items: pictures carry taste
    read      words as they are, and the picture of another item beside each: words carry it
    neither   words and pictures both of other items: nothing does

Right is: in the first world pictures are worse to lose for certain and words are not, in the
second the reverse, in the third neither is. DIR/<world>-<seed>.json keeps what was found, so that a
run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import beholder
from beholder.demo.files import write_gallery
from benchmarks.results import write

BEHOLDER = [sys.executable, "-m", "beholder.cli.main"]
PARTS = ("pictures", "words")
TRUE = {"seen": {"pictures"}, "read": {"words"}, "neither": set()}  # what is named, by world
MARK = "worse for certain"


def items_of(world: str, gallery: Path, seed: int) -> Path:
    """Write the items of one world: id, title, tags and picture, some of them of other items."""
    with (gallery / "items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rng = np.random.default_rng([seed, 301])
    words = pictures = np.arange(len(rows))
    if world != "read":
        words = rng.permutation(len(rows))
    if world != "seen":
        pictures = rng.permutation(len(rows))
    path = gallery / f"items-{world}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("item_id", "title", "tags", "picture"))
        for n, row in enumerate(rows):
            told = rows[words[n]]
            picture = rows[pictures[n]]["picture"]
            table.writerow((row["item_id"], told["title"], told["tags"], picture))
    return path


def named(folder: Path, budget: str) -> dict[str, Any]:
    """Ask a workspace, and return which parts are worse to lose for certain, and what is said."""
    found = beholder.evaluate(folder, "cold-items", budget=budget, without=list(PARTS))[0]
    said = [one for one in found.without if one.startswith("without ")]
    return {
        "named": [
            part for part in PARTS for one in said if one.startswith(f"without {part}: {MARK}")
        ],
        "said": found.without,
        "users": found.cases,
        "pool": found.pool,
        "ndcg@10": {row.model: round(row.ndcg10, 5) for row in found.rows},
    }


def ask(world: str, workspace: Path, gallery: Path, seed: int, budget: str) -> dict[str, Any]:
    """Import one world of a gallery over the one before, and ask it."""
    files = ["--items", str(items_of(world, gallery, seed)), "--media", str(gallery / "media")]
    files += ["--interactions", str(gallery / "interactions.csv")]
    run("import", str(workspace), *files)
    run("encode", str(workspace))  # the pictures are the same ones: looked at once
    return named(workspace, budget)


def run(*words: str) -> None:
    """Run one command."""
    subprocess.run([*BEHOLDER, *words], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--visitors", type=int, default=600)
    parser.add_argument("--budget", default="20s")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    found: dict[str, dict[str, Any]] = {world: {} for world in TRUE}
    with tempfile.TemporaryDirectory() as scratch:
        keep = args.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        for seed in range(1, args.seeds + 1):
            gallery = Path(scratch) / f"gallery-{seed}"
            workspace = Path(scratch) / f"workspace-{seed}"
            files = {world: keep / f"{world}-{seed}.json" for world in TRUE}
            if not all(file.exists() for file in files.values()):
                write_gallery(gallery, args.items, args.visitors, seed, workers=1, width=224)
                run("init", str(workspace))
            for world, file in files.items():
                if not file.exists():
                    one = ask(world, workspace, gallery, seed, args.budget)
                    file.write_text(json.dumps(one, indent=1), encoding="utf-8")
                found[world][str(seed)] = one = json.loads(file.read_text(encoding="utf-8"))
                print(
                    f"seed {seed}, {world}: named {', '.join(one['named']) or 'none'}", flush=True
                )
    right = {
        world: sum(set(one["named"]) == wanted for one in found[world].values())
        for world, wanted in TRUE.items()
    }
    settings = {"items": args.items, "visitors": args.visitors, "budget": args.budget}
    write(
        "Q6-knock-out", {"seeds": args.seeds, **settings, "right": right, "found": found}, args.out
    )


if __name__ == "__main__":
    main()
