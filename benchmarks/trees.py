"""States of the program that are measured beside each other, each with its own sources.

A tree is a folder with `src/beholder`: a checkout, or `git worktree add ../old COMMIT`. Whatever
is measured in it runs in a process of its own that finds the program there, while the benchmarks
are always those of this folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parents[1]
HERE = f"here={ROOT}"
NOT_FIGURES = {"figure", "beholder", "command", "date", "machine"}


class Tree(NamedTuple):
    """A name, and the folder that has `src/beholder`."""

    name: str
    path: Path

    @classmethod
    def of(cls, text: str) -> Tree:
        """Read `name=path`."""
        name, _, path = text.partition("=")
        tree = cls(name, Path(path).resolve())
        if not name or not (tree.path / "src" / "beholder").is_dir():
            raise SystemExit(f"{text!r}: write NAME=PATH of a folder that has src/beholder")
        return tree

    @property
    def state(self) -> str:
        """Hexadecimal: changes with any file of the program."""
        digest = hashlib.blake2b(digest_size=8)
        for file in sorted((self.path / "src" / "beholder").rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(self.path)).encode() + file.read_bytes())
        return digest.hexdigest()

    @property
    def commit(self) -> str:
        """What git calls it, `-dirty` where files differ; empty outside of git."""
        command = ["git", "-C", str(self.path), "describe", "--always", "--dirty"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def run(self, module: str, *words: object) -> bool:
        """Run one benchmark at the lowest priority with one BLAS thread; whether it went well."""
        environment = os.environ | {
            "PYTHONPATH": str(self.path / "src"),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        command = ["nice", "-n", "15", sys.executable, "-m", f"benchmarks.{module}"]
        command += [str(word) for word in words]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr, check=False)
        return not done.returncode


def alternately(module: str, trees: list[Tree], repeats: int, *words: object) -> dict[str, Any]:
    """Run a benchmark in each tree in turn, several times, and lay its figures side by side.

    Every number becomes the median of each tree, and the median ratio of each tree's number to
    the last tree's of the same turn: what the machine was like then cancels out.
    """
    turns: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(repeats):
            turn = {}
            for tree in trees:
                file = Path(scratch) / f"{tree.name}.json"
                if not tree.run(module, *words, "--out", file):
                    raise SystemExit(f"benchmarks.{module} failed in {tree.name}: see above")
                turn[tree.name] = json.loads(file.read_text(encoding="utf-8"))
            turns.append(turn)
    names = [tree.name for tree in trees]
    return {
        "trees": {tree.name: tree.commit for tree in trees},
        "repeats": repeats,
        "figures": side_by_side([[turn[name] for name in names] for turn in turns], names),
    }


def side_by_side(turns: list[list[Any]], names: list[str]) -> Any:
    """Merge documents of one form: turns x trees.

    Numbers become medians and ratios, dictionaries are walked, other values are taken from the
    first. A key that a tree lacks is left out, since there is nothing beside it.
    """
    first = turns[0][0]
    if isinstance(first, dict):
        shared = [
            key
            for key in first
            if key not in NOT_FIGURES and all(key in one for turn in turns for one in turn)
        ]
        return {
            key: side_by_side([[one[key] for one in turn] for turn in turns], names)
            for key in shared
        }
    if isinstance(first, bool) or not isinstance(first, int | float):
        return first
    values = np.array(turns, np.float64)  # (turns, trees)
    merged = dict(zip(names, np.median(values, axis=0).round(5).tolist(), strict=True))
    if (values[:, -1] > 0).all():
        ratios = np.median(values / values[:, -1:], axis=0).round(4).tolist()
        merged |= {
            f"{name} / {names[-1]}": ratio for name, ratio in zip(names[:-1], ratios, strict=False)
        }
    return merged
