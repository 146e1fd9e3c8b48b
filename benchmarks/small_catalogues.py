"""Q7: small catalogues. Of the 5 nearest, the share in the same family, beside plain cosine.

    python -m benchmarks.small_catalogues [--seed 7] [--largest 2000] [--vectors FILE] [--out FILE]

Pictures of the generated gallery, whose families are known. A catalogue of n pictures is n of them
in a row; several such catalogues are asked where there are enough, ten at most. A family of which
a catalogue holds fewer than six can fill fewer places and counts for those. Up to five pictures
the order of plain cosine is wanted: the share of pictures that rank all others as it does. Plain
is, for words, the cosine of how often each word comes. FILE keeps the vectors from run to run.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder import tensors
from beholder.demo.families import FAMILIES
from beholder.demo.gallery import Factors, paint
from beholder.encoders.registry import ENCODERS, open_encoder
from beholder.spaces import Modality, fit_spaces
from beholder.spaces.interface import Raw
from beholder.spaces.words import TfIdf, counted
from benchmarks.results import write

SIZES = (3, 5, 12, 30, 60, 100, 120, 300, 600, 2000)
NEAREST, CATALOGUES, BATCH = 5, 10, 32


def gallery(seed: int, n: int, kept: Path | None) -> tuple[dict[str, Any], list[Factors]]:
    """Return vectors by encoder and "family", and what each picture was made from."""
    if kept is not None and kept.exists():
        arrays, _ = tensors.load(kept)
        return arrays, [paint(i, seed, 64)[1] for i in range(n)]
    factors: list[Factors] = []
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in ENCODERS}
    with tempfile.TemporaryDirectory() as folder:
        encoders = {name: open_encoder(name, Path(folder)) for name in ENCODERS}
        for start in range(0, n, BATCH):
            painted = [paint(i, seed) for i in range(start, min(start + BATCH, n))]
            factors += [one for _, one in painted]
            for name, encoder in encoders.items():
                found[name].append(encoder.encode([picture for picture, _ in painted]))
            print(f"{len(factors)} of {n} pictures", end="\r", flush=True)
    arrays = {name: np.concatenate(rows).astype(np.float32) for name, rows in found.items()}
    if kept is not None:
        tensors.save(kept, arrays)
    return arrays, factors


def plain(raw: Raw) -> NDArray[np.float32]:
    """Return the cosines of vectors as they are, and of counts of words."""
    if isinstance(raw, Modality):
        rows = np.asarray(raw.vectors, np.float64)
    else:
        counts = counted(list(raw))
        terms = TfIdf.fit(counts, np.ones(len(raw), bool))
        alike = TfIdf(terms.vocabulary, np.ones_like(terms.idf))
        rows = np.asarray(alike.rows(counts).todense(), np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return np.asarray(rows @ rows.T, np.float32)


def order(cosines: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return all other items, the nearest first, int64 (n, n - 1)."""
    others = cosines.copy()
    np.fill_diagonal(others, -np.inf)
    return np.argsort(-others, axis=1, kind="stable")[:, :-1]


def agreement(near: NDArray[np.int64], family: NDArray[np.int64]) -> float:
    """Return the share of the places that could show the same family which do."""
    same = (family[near[:, :NEAREST]] == family[:, None]).sum(axis=1)
    possible = np.minimum(NEAREST, np.bincount(family)[family] - 1)
    return float(same.sum() / max(1, possible.sum()))


def measure(raws: dict[str, Any], family: NDArray[np.int64], n: int) -> dict[str, Any]:
    """Return for each modality what plain cosine and ours find in catalogues of n."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in raws}
    for first in range(0, min(len(family) // n, CATALOGUES) * n, n):
        span = slice(first, first + n)
        everyone = np.ones(n, bool)
        content = {
            name: raw[span] if isinstance(raw, list) else Modality.of_rows(raw[span], everyone)
            for name, raw in raws.items()
        }
        for name, space in fit_spaces(content, everyone).items():
            old, ours = order(plain(content[name])), order(space.cosines(slice(None)))
            alike = float((old == ours).all(axis=1).mean())
            found[name].append((agreement(old, family[span]), agreement(ours, family[span]), alike))
    names = ("plain", "ours", "same_order")
    means = {name: np.mean(rows, axis=0).round(3).tolist() for name, rows in found.items()}
    return {name: dict(zip(names, three, strict=True)) for name, three in means.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    raws, factors = gallery(args.seed, args.largest, args.vectors)
    family = np.array([list(FAMILIES).index(one.family) for one in factors])
    raws["words"] = [" ".join((one.title, *one.tags)) for one in factors]
    figures: dict[str, Any] = {}
    for n in [size for size in SIZES if size <= args.largest]:
        figures[str(n)] = measure(raws, family, n)
        print(n, figures[str(n)], flush=True)
    write("Q7-small-catalogues", {"seed": args.seed, "sizes": figures}, args.out)


if __name__ == "__main__":
    main()
