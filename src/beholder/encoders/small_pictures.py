"""Pictures as the small network sees them, read in worker processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.encoders.picture_workers import PictureWorkers
from beholder.encoders.small_cnn import SIDE
from beholder.errors import MediaError
from beholder.progress import Progress
from beholder.workspace import Workspace


class Read(NamedTuple):
    """What was read.

    Attributes
    ----------
    pixels
        uint8 (n, 32, 32, 3); black where a picture could not be read.
    there
        bool (n,).
    refused
        How many were not, by reason.
    """

    pixels: NDArray[np.uint8]
    there: NDArray[np.bool_]
    refused: Counter[str]


def read(workspace: Workspace, paths: Sequence[Path], progress: Progress) -> Read:
    """Read the pictures in files, within the limits of the settings; 3 kB of memory each."""
    pixels = np.zeros((len(paths), SIDE, SIDE, 3), np.uint8)
    there = np.zeros(len(paths), bool)
    refused: Counter[str] = Counter()
    progress.start("reading pictures", len(paths))
    with PictureWorkers(workspace, []) as pool, ThreadPoolExecutor(pool.count) as threads:

        def one(path: Path) -> NDArray[np.uint8] | str:
            try:
                return pool.encode(path.read_bytes(), small=True).small
            except FileNotFoundError:
                return "their files are gone"
            except MediaError as error:
                return error.code

        try:
            for row, found in enumerate(threads.map(one, paths)):
                if isinstance(found, str):
                    refused[found] += 1
                else:
                    pixels[row], there[row] = found, True
                progress.advance()
        finally:
            progress.finish()
    return Read(pixels, there, refused)
