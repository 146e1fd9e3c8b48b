"""Writes a generated gallery as the files that a shop would bring to an import."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from beholder.demo.chinese import NAMES
from beholder.demo.gallery import Factors, jpeg, paint
from beholder.demo.truth import make_truth
from beholder.demo.visitors import simulate, to_csv
from beholder.errors import UsageError
from beholder.progress import SILENT, Progress

TITLE = "Generated gallery"
COLUMNS = (
    "item_id", "title", "title_zh", "family", "palette", "pattern", "texture", "colours", "tags",
    "picture", "family_zh", "palette_zh", "pattern_zh", "texture_zh", "colours_zh", "tags_zh",
)  # fmt: skip
_CHUNK = 20
_README = """\
Generated gallery
=================

Everything in this folder was made up by a program: {n_items} pictures, drawn from twelve
families and sixteen palettes, and the behaviour of {n_visitors} simulated visitors. No
person and no picture of anybody is in it. Seed {seed}.

items.csv          one row a picture; several words in a cell are separated by |
media/             the pictures
interactions.csv   what the visitors did in sixty days
truth.npz          the hidden tastes that the visitors acted on

One picture in ten is a new arrival: nobody has seen it yet.
"""


@dataclass(frozen=True)
class DemoFiles:
    """Where everything of a generated gallery lies."""

    items_csv: Path
    media_dir: Path
    interactions_csv: Path
    truth_npz: Path
    readme: Path


def write_gallery(
    folder: Path,
    n_items: int = 2000,
    n_visitors: int = 1000,
    seed: int = 7,
    workers: int = 0,
    progress: Progress = SILENT,
    *,
    width: int = 480,
) -> DemoFiles:
    """Write pictures, items, interactions and the truth behind them.

    The same arguments give the same bytes. Pictures do not depend on how many there are.

    Parameters
    ----------
    folder
        Made if it does not exist; files of the same names are replaced.
    workers
        Processes that paint; 0 is one a processor, 1 paints in this process.
    width
        Of the pictures, in pixels.

    Raises
    ------
    UsageError
        If a number makes no gallery.
    """
    if n_items < 1 or n_visitors < 1 or not 64 <= width <= 2048:
        raise UsageError(
            f"{n_items} pictures of {width} pixels and {n_visitors} visitors make no gallery",
            remedy="at least one of each, and a width from 64 to 2048",
        )
    files = DemoFiles(
        folder / "items.csv",
        folder / "media",
        folder / "interactions.csv",
        folder / "truth.npz",
        folder / "README.txt",
    )
    files.media_dir.mkdir(parents=True, exist_ok=True)
    factors = _paint_all(files.media_dir, n_items, seed, width, workers, progress)
    truth = make_truth(factors, [item_id(f.index) for f in factors], n_visitors, seed)
    files.items_csv.write_text(_items_csv(factors), encoding="utf-8")
    files.interactions_csv.write_text(to_csv(simulate(truth, seed), truth), encoding="utf-8")
    truth.save(files.truth_npz)
    words = _README.format(n_items=n_items, n_visitors=n_visitors, seed=seed)
    files.readme.write_text(words, encoding="utf-8")
    return files


def item_id(index: int) -> str:
    """Return the id of a picture."""
    return f"picture-{index:05d}"


def _paint_all(
    media: Path, n_items: int, seed: int, width: int, workers: int, progress: Progress
) -> list[Factors]:
    chunks = [
        (media, range(start, min(start + _CHUNK, n_items)), seed, width)
        for start in range(0, n_items, _CHUNK)
    ]
    progress.start("painting pictures", n_items)
    factors: list[Factors] = []
    for painted in _run(chunks, workers or os.cpu_count() or 1):
        factors += painted
        progress.advance(len(painted))
    progress.finish()
    return factors


def _run(chunks: list[tuple[Path, range, int, int]], workers: int) -> Iterator[list[Factors]]:
    if workers == 1 or len(chunks) == 1:
        yield from map(_paint_chunk, chunks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_paint_chunk, chunks)


def _paint_chunk(chunk: tuple[Path, range, int, int]) -> list[Factors]:
    media, indices, seed, width = chunk
    painted = []
    for index in indices:
        image, factors = paint(index, seed, width)
        (media / f"{item_id(index)}.jpg").write_bytes(jpeg(image))
        painted.append(factors)
    return painted


def _items_csv(factors: list[Factors]) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for f in factors:
        writer.writerow(
            [
                item_id(f.index), f.title, f.title_zh, f.family, f.palette, f.pattern, f.texture,
                "|".join(f.colours), "|".join(f.tags), f"{item_id(f.index)}.jpg",
                *(NAMES[word] for word in (f.family, f.palette, f.pattern, f.texture)),
                *("|".join(NAMES[word] for word in words) for words in (f.colours, f.tags)),
            ]
        )  # fmt: skip
    return file.getvalue()
