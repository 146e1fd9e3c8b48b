"""S6: the approximate index on vectors of real pictures: recall, searches per CPU second, memory.

    python -m benchmarks.index_speed DATA [--vectors 100000] [--queries 1000] [--out FILE]

DATA holds one folder a data set with images/. So many pictures are seldom at hand; the vectors are
those of places within the pictures, from the network's 7x7 map, whitened as pictures are. Queries
are places of pictures of which the index holds none. The exact index is asked the same, one query
at a time; the figure is process time, so that other work hardly counts. `OPENBLAS_NUM_THREADS=1`,
as `make` sets it: more threads take more of it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.encoders.efficientnet_lite0 import EfficientNetLite0, pixels
from beholder.index import IVF, Exact, Index
from beholder.spaces import Modality
from beholder.spaces.whitening import Whitening
from benchmarks.results import write

Vectors = NDArray[np.float32]
K = 100
FITTED = 20_000
HELD = 0.05  # of the pictures, for the queries


def places(files: list[Path], each: int, seed: int = 0) -> Vectors:
    """Return raw vectors of `each` random places in each picture."""
    rng = np.random.default_rng(seed)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        network = EfficientNetLite0(Path(folder))
        for done, file in enumerate(files, start=1):
            with Image.open(file) as picture:
                batch = pixels([picture.convert("RGB")])
            grid = network.session.run(["spatial"], {"pixels": batch})[0][0]
            cells = grid.reshape(len(grid), -1).T
            found.append(cells[rng.permutation(len(cells))[:each]].astype(np.float16))
            if done % 1000 == 0:
                print(f"{done} of {len(files)} pictures", flush=True)
    return np.concatenate(found).astype(np.float32)


def ask(index: Index, queries: Vectors) -> tuple[NDArray[np.int32], float]:
    """Return what is found one query at a time, and searches per CPU second: median of five."""
    index.search(queries[:1], K)
    rates = []
    for _ in range(5):
        start = time.process_time()
        found = [index.search(queries[i : i + 1], K).positions[0] for i in range(len(queries))]
        rates.append(len(queries) / (time.process_time() - start))
    return np.stack(found), float(np.median(rates))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    files = sorted(args.data.glob("*/images/*.jpg"))
    if not files:
        raise SystemExit(f"no */images/*.jpg in {args.data}")
    files = [files[i] for i in np.random.default_rng(0).permutation(len(files))]
    held = max(1, round(HELD * len(files)))
    each = min(49, -(-args.vectors // (len(files) - held)))
    raw = places(files, each)
    fit = np.random.default_rng(1).permutation(len(raw) - held * each)[:FITTED] + held * each
    there = np.ones(len(fit), bool)
    vectors = Whitening.fit(Modality.of_rows(raw[fit], there), there)(raw)
    own = vectors[held * each :][: args.vectors]
    queries = vectors[: held * each][: args.queries]

    start = time.process_time()
    index = IVF.over(own)
    built = time.process_time() - start
    true, exact = ask(Exact.over(own), queries)
    near, rate = ask(index, queries)
    recall = np.mean([len(set(a) & set(b)) / K for a, b in zip(true, near, strict=True)])
    write(
        "S6-index",
        {
            "vectors": len(own),
            "dim": own.shape[1],
            "pictures": len(files),
            "lists": len(index.centres),
            "lists_read": index.probes,
            "recall100_calibrated": round(index.recall, 4),
            "recall100": round(float(recall), 4),
            "searches_per_cpu_second": round(rate),
            "exact_per_cpu_second": round(exact),
            "times_exact": round(rate / exact, 1),
            "build_cpu_seconds": round(built, 2),
        },
        args.out,
    )


if __name__ == "__main__":
    main()
