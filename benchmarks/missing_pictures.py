"""What lists of similar items hold when a third of the pictures is taken away.

    python -m benchmarks.missing_pictures WORKSPACE --attribute product_type [--out FILE]

WORKSPACE has items, pictures and vectors. Three rules for a cosine that is missing: it is 0; it is
left out of the mean; it is expected, as the product does. Of the 20 nearest of each item: the
share without a picture; the share with the same attribute; the mean likeness that they truly have,
and the share of the true 20 nearest among them, which are known since the pictures were there.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.build import build
from beholder.spaces import Modality, Similarity, similar_rows
from beholder.spaces.expectation import Mix
from beholder.store.store import Store
from beholder.workspace import Workspace
from benchmarks.results import write

NEAREST, TAKEN, SEED = 20, 1 / 3, 1


class Zero:
    """A missing cosine says unlike."""

    def mix(self, present: Sequence[str], weights: Mapping[str, float]) -> Mix:
        total = sum(weights.values())
        return Mix({name: weights[name] / total for name in present}, 0.0)


class LeftOut:
    """A missing cosine does not count."""

    def mix(self, present: Sequence[str], weights: Mapping[str, float]) -> Mix:
        total = sum(weights[name] for name in present) or 1.0
        return Mix({name: weights[name] / total for name in present}, 0.0)


def nearest(rows: sp.csr_array) -> NDArray[np.int64]:
    """Return the positions of full rows, int64 (n, NEAREST)."""
    return np.asarray(rows.indices, np.int64).reshape(rows.shape[0], -1)


def measure(
    made: Similarity, true: Similarity, attribute: NDArray[np.str_], bare: NDArray[np.bool_]
) -> dict[str, float]:
    near, best = nearest(similar_rows(made, NEAREST)), nearest(similar_rows(true, NEAREST))
    own = np.repeat(np.arange(len(near)), NEAREST)
    shared = [
        len(set(one) & set(two)) for one, two in zip(near.tolist(), best.tolist(), strict=True)
    ]
    figures = {
        "without_picture": bare[near].mean(),
        "without_picture_of_pictured": bare[near[~bare]].mean(),
        "same_attribute": (attribute[near] == attribute[:, None]).mean(),
        "true_likeness": true.pairs(own, near.reshape(-1)).mean(),
        "true_nearest": np.mean(shared) / NEAREST,
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--attribute", required=True)
    parser.add_argument("--encoders", nargs="+", help="These alone count, with the words.")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    workspace = Workspace.open(args.workspace)
    with Store.open(workspace) as store:
        built = build(workspace, store, 0)
    read = [msgspec.json.decode(text or "{}") for text in built.items["attributes"].to_pylist()]
    attribute = np.array([str(one.get(args.attribute)) for one in read])
    n, texts = len(attribute), built.dataset.texts
    everyone, gone = np.ones(n, bool), np.random.default_rng(SEED).random(n) < TAKEN
    whole: dict[str, Any] = {}
    less: dict[str, Any] = {}
    for name in args.encoders or built.dataset.pictures:
        raw = built.dataset.pictures[name]
        whole[name] = raw
        kept = ~gone[raw.owner]
        less[name] = Modality(raw.vectors[kept], raw.owner[kept], raw.present & ~gone)
    true = Similarity.fit({**whole, "words": texts}, everyone)
    made = Similarity.fit({**less, "words": texts}, everyone)
    bare = ~np.any([made.spaces[name].present for name in less], axis=0)
    figures: dict[str, Any] = {"nothing_taken": measure(true, true, attribute, bare)}
    rules: dict[str, Any] = {"zero": Zero(), "left_out": LeftOut(), "expected": made.expectation}
    for name, rule in rules.items():
        figures[name] = measure(replace(made, expectation=rule), true, attribute, bare)
        print(name, figures[name], flush=True)
    share = round(float(bare.mean()), 4)
    write(f"missing-pictures-{args.workspace.name}", {"share_without": share, **figures}, args.out)


if __name__ == "__main__":
    main()
