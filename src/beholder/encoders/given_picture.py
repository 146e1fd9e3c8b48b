"""A picture in any form that a program may have it in, to the vectors of a workspace's encoders."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from beholder.encoders.interface import Array
from beholder.encoders.picture_workers import PictureWorkers
from beholder.errors import UsageError
from beholder.workspace import Workspace

Given = str | Path | bytes | Image.Image | NDArray[np.uint8]
SIDE = 1024  # pixels of the short side that are enough for any encoder
LOSSLESS = ("1", "L", "LA", "P", "RGB", "RGBA")


class GivenPictures:
    """Reads and encodes pictures in a worker process, started at the first one.

    Parameters
    ----------
    encoders
        Names; those of the settings by default.
    """

    def __init__(self, workspace: Workspace, encoders: Sequence[str] | None = None) -> None:
        self.workspace, self.encoders = workspace, encoders
        self._workers: PictureWorkers | None = None
        self._lock = threading.Lock()

    def __call__(self, picture: Given) -> Mapping[str, Array]:
        """Return the vector of each encoder, float32 (dim,).

        Raises
        ------
        UsageError
            If it is no picture in a form that is known, or a file that cannot be read.
        MediaError
            If it is refused, by the limits of the settings.
        """
        data = file_of(picture)
        with self._lock:
            if self._workers is None:
                self._workers = PictureWorkers(self.workspace, self.encoders, count=1)
        return self._workers.encode(data).vectors

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._workers is not None:
                self._workers.close()
                self._workers = None


def file_of(picture: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    if isinstance(picture, bytes | bytearray | memoryview):
        return bytes(picture)
    if isinstance(picture, str | Path):
        try:
            return Path(picture).read_bytes()
        except OSError as error:
            raise UsageError(
                f"{picture} cannot be read: {error.strerror}",
                remedy="give the path of a picture",
                field="picture",
            ) from error
    if isinstance(picture, np.ndarray):
        picture = _image_of(picture)
    if isinstance(picture, Image.Image):
        return _png(picture)
    raise UsageError(
        f"a picture of type {type(picture).__name__}",
        remedy="give a path, the bytes of a file, a PIL image, or an array uint8 (h, w, 3)",
        field="picture",
    )


def _image_of(array: NDArray[Any]) -> Image.Image:
    shape = array.shape
    grey, coloured = array.ndim == 2, array.ndim == 3 and shape[-1] in (3, 4)
    if array.dtype != np.uint8 or not (grey or coloured) or 0 in shape:
        raise UsageError(
            f"an array of {array.dtype} and shape {shape} as a picture",
            remedy="give uint8 (h, w), (h, w, 3) or (h, w, 4), values 0 to 255",
            field="picture",
        )
    return Image.fromarray(array)


def _png(image: Image.Image) -> bytes:
    """Return an image as it is seen, without loss but for what no encoder looks at."""
    upright = ImageOps.exif_transpose(image)
    smaller = min(upright.size) // SIDE
    if upright.mode not in LOSSLESS:
        upright = upright.convert("RGB")
    if smaller > 1 and upright.mode in ("L", "RGB"):
        upright = upright.reduce(smaller)
    sink = io.BytesIO()
    upright.save(sink, "PNG", compress_level=1)
    return sink.getvalue()
