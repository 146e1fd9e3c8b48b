"""Any ONNX file as an encoder: `onnx:PATH`.

The size of the input and its layout (channels first or last) are read from the graph where it
says them. The normalisation is never guessed from the graph: without `mean` and `std` the
pixels are RGB 0..1 less the usual ImageNet mean, over its standard deviation.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder.encoders.interface import Array, Pictures, open_session
from beholder.errors import UsageError, VectorsError

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
DEFAULT_SIDE = 224


class OnnxFile:
    """A network of the user's own, through ONNX Runtime.

    Parameters
    ----------
    path
        The file. Its SHA-256 is the version: another file never reuses vectors.
    side
        Width and height of the input; needed only where the graph leaves it open.
    mean, std
        Per channel, on pixels 0..1.
    layout
        "nchw" or "nhwc"; needed only where the shape does not tell.
    output
        Name of the output to use; the first one by default. Outputs of rank 4 are averaged
        over their places.

    Raises
    ------
    UsageError
        If there is no such file, or it is no picture network.
    """

    def __init__(
        self,
        path: Path,
        *,
        side: int | None = None,
        mean: tuple[float, float, float] = IMAGENET_MEAN,
        std: tuple[float, float, float] = IMAGENET_STD,
        layout: str | None = None,
        output: str | None = None,
    ) -> None:
        if min(std) <= 0:
            raise UsageError(f"a standard deviation of {std}", remedy="wanted three above zero")
        self.name = f"onnx:{path}"
        self.version = file_version(path)
        self.session = _session(path)
        self.input = self.session.get_inputs()[0]
        self.layout, self.side = _geometry(self.name, self.input.shape, layout, side)
        self.decode_side = self.side
        self.mean, self.std = np.array(mean, np.float32), np.array(std, np.float32)
        names = [out.name for out in self.session.get_outputs()]
        self.output = output or names[0]
        if self.output not in names:
            raise UsageError(
                f"{self.name} has no output {self.output!r}", remedy="one of " + ", ".join(names)
            )
        grey = Image.new("RGB", (self.side, self.side), (127, 127, 127))
        self.dim = 0
        self.dim = self.encode([grey]).shape[1]

    def encode(self, pictures: Pictures) -> Array:
        """Return the vectors, shape (n, dim). One picture a call: any fixed batch size fits."""
        rows = [self._encode(picture) for picture in pictures]
        return np.stack(rows) if rows else np.empty((0, self.dim), np.float32)

    def outputs(self, pictures: Pictures) -> dict[str, Array]:
        """Return vectors (n, dim)."""
        return {"vectors": self.encode(pictures)}

    def _encode(self, picture: Image.Image) -> Array:
        pixels = np.asarray(_square(picture, self.side), np.float32) / 255
        batch = ((pixels - self.mean) / self.std)[None]
        if self.layout == "nchw":
            batch = np.ascontiguousarray(np.moveaxis(batch, -1, 1))
        if self.input.type == "tensor(float16)":
            batch = batch.astype(np.float16)
        (out,) = self.session.run([self.output], {self.input.name: batch})
        vector = np.asarray(out, np.float32)
        if vector.ndim == 4:
            vector = vector.mean(axis=(2, 3) if self.layout == "nchw" else (1, 2))
        vector = vector.reshape(-1)
        if not np.isfinite(vector).all():
            raise VectorsError(
                f"{self.name} gave numbers that are not finite",
                remedy="check its normalisation and its weights",
            )
        return vector


def file_version(path: Path) -> str:
    """Return the first 16 digits of the SHA-256 of a network's file.

    Raises
    ------
    UsageError
        If there is no such file.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}", remedy="give the path of an ONNX file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _session(path: Path) -> Any:
    try:
        session = open_session(str(path))
    except Exception as error:  # ONNX Runtime has an error class for each way to fail
        raise UsageError(
            f"{path.name} is not a network that ONNX Runtime can open: {error}",
            remedy="export it again, opset 7 or later",
        ) from error
    if len(session.get_inputs()) != 1:
        raise UsageError(
            f"{path.name} has {len(session.get_inputs())} inputs, wanted one: the pixels",
            remedy="export the picture half alone",
        )
    return session


def _geometry(name: str, shape: list[Any], layout: str | None, side: int | None) -> tuple[str, int]:
    """Return layout and side, from what is given or else from the input's shape."""
    if len(shape) != 4:
        raise UsageError(f"{name} takes an input of shape {shape}", remedy="wanted (n, 3, h, w)")
    layout = layout or ("nhwc" if shape[3] == 3 and shape[1] != 3 else "nchw")
    if layout not in ("nchw", "nhwc"):
        raise UsageError(f"there is no layout {layout!r}", remedy="nchw or nhwc")
    fixed = [n for n in (shape[2:] if layout == "nchw" else shape[1:3]) if isinstance(n, int)]
    if len(set(fixed)) > 1:
        raise UsageError(f"{name} takes pictures of {fixed}", remedy="wanted a square input")
    return layout, side or (fixed[0] if fixed else DEFAULT_SIDE)


def _square(picture: Image.Image, side: int) -> Image.Image:
    """Return the largest centre square, bicubic, side x side."""
    short = min(picture.size)
    left, top = (picture.width - short) / 2, (picture.height - short) / 2
    box = (left, top, left + short, top + short)
    return picture.resize((side, side), Image.Resampling.BICUBIC, box=box)
