"""The benchmark of tuned encoders: which rungs there are, and what is compared with what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.tuned_encoders import HEAD, compared, rungs, steadiness, table

DOCUMENT = (Path(__file__).parents[2] / "docs/encoders.md").read_text(encoding="utf-8")


def test_what_looks_at_pictures_comes_once_more_with_changed_ones() -> None:
    kinds = ["none", "projection", "last", "small-cnn"]
    names = [rung.name for rung in rungs(kinds, ("flip", "crop"))]
    changed = ["last", "last augmented", "small-cnn", "small-cnn augmented"]
    assert names == ["none", "projection", *changed]
    assert [rung.name for rung in rungs(kinds, ())] == kinds


def test_people_are_compared_one_by_one() -> None:
    base = np.linspace(0, 1, 40)
    found = compared(base + 0.25, base)
    assert (found["gain"], found["error"]) == (0.25, 0.0)
    assert found["p"] < 0.001
    assert compared(base, None) == {}


def test_a_row_says_what_there_is_and_a_dash_what_there_is_not() -> None:
    own = {"ndcg": 0.8134, "to frozen": {"gain": 0.25, "error": 0.03, "p": 0.0002}}
    blend = {"ndcg": 0.79, "to without": {"gain": -0.017, "error": 0.01, "p": 0.04}}
    alike = {"flip": 0.954, "crop": 0.79, "colour": 0.97}
    rows = {
        "last augmented": {"alone": own, "blend": blend, "invariance": alike, "cpu_seconds": 41.2},
        "small-cnn": {"cpu_seconds": 9.0},
    }
    lines = table(rows).splitlines()
    assert "\n".join(lines[:2]) == HEAD
    assert HEAD in DOCUMENT
    told = "0.813 | +0.250 (p 0.0002) | - | 0.790 | - | -0.017 (p 0.0400) | 0.954 | 0.790 | 0.970"
    assert lines[2] == f"| `last` | yes | {told} | 41 |"
    assert lines[3] == "| `small-cnn` | no | - | - | - | - | - | - | - | - | - | 9 |"


def test_what_says_the_same_of_flipped_pictures_is_steady() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), np.uint8)
    found = steadiness(lambda some: some.mean(axis=(1, 2, 3)), pixels, 1)
    assert found["flip"] == 1.0
    assert found["colour"] < 1.0
