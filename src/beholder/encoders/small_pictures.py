"""Pictures as the small network and tuned ones see them, read in worker processes."""

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
        uint8 (n, side, side, 3); black where a picture could not be read.
    there
        bool (n,).
    refused
        How many were not, by reason.
    """

    pixels: NDArray[np.uint8]
    there: NDArray[np.bool_]
    refused: Counter[str]


def read(workspace: Workspace, paths: Sequence[Path], progress: Progress, square: int = 0) -> Read:
    """Read the pictures in files, within the limits of the settings.

    Parameters
    ----------
    square
        The side of the centre of each, as tuned networks see it; 0: the whole of it as the small
        network sees it, 32 x 32.
    """
    side = square or SIDE
    pixels = np.zeros((len(paths), side, side, 3), np.uint8)
    there = np.zeros(len(paths), bool)
    refused: Counter[str] = Counter()
    progress.start("reading pictures", len(paths))
    with PictureWorkers(workspace, []) as pool, ThreadPoolExecutor(pool.count) as threads:

        def one(path: Path) -> NDArray[np.uint8] | str:
            try:
                found = pool.encode(path.read_bytes(), small=not square, square=square)
                return found.square if square else found.small
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
