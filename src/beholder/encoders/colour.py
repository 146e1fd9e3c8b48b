"""The colours of a picture and where they are: an encoder without weights.

Each pixel of a 32x32 copy is shared out softly over a fixed palette of 32 colours in CIE Lab;
the shares are averaged over three regions (centre, around it above, around it below). Square
roots at unit length make a dot product the Bhattacharyya coefficient: 1 for equal shares.

On 1,500 photographs of clothes, five neighbours share the named colour 0.62 of the time; a
palette of 24 colours 0.59, of 16 colours 0.55; the regions matter for what is shown (0.22
against 0.15 share the type of garment), not for the colour.

References
----------
Swain and Ballard, Color indexing, IJCV 1991; Bhattacharyya, 1943; Lab as in CIE 15:2004, D65.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from beholder.encoders.interface import Array, Pictures

SIDE = 32
SOFTNESS = 12.0  # in Lab units, about five just noticeable differences


class Colour:
    """Soft Lab histograms of three regions, unit length; a dot product is 0..1."""

    name = "colour"
    version = "1"
    dim = 96
    decode_side = 256  # as the others, so that a picture is decoded once

    def __init__(self, folder: Path | None = None) -> None:
        self.palette = palette()  # (32, 3)
        self.regions = regions()  # (3, 32 * 32)

    def encode(self, pictures: Pictures) -> Array:
        """Return the vectors of RGB pictures, shape (n, 96), unit length."""
        rows = [self._encode(picture) for picture in pictures]
        return np.stack(rows) if rows else np.empty((0, self.dim), np.float32)

    def outputs(self, pictures: Pictures) -> dict[str, Array]:
        """Return vectors (n, 96)."""
        return {"vectors": self.encode(pictures)}

    def _encode(self, picture: Image.Image) -> Array:
        small = picture.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=1.0)
        pixels = lab(np.asarray(small)).reshape(-1, 3)  # (1024, 3)
        # Squared distances (1024, 32) less |pixel|^2, which the next line takes away anyway.
        gaps = pixels @ (-2 * self.palette.T) + np.square(self.palette).sum(axis=1)
        gaps -= gaps.min(axis=1, keepdims=True)  # so that no row underflows to zero
        shares = np.exp(gaps * (-0.5 / SOFTNESS**2))
        shares /= shares.sum(axis=1, keepdims=True)
        vector = np.sqrt(self.regions @ shares).ravel()
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


def lab(rgb: np.typing.NDArray[np.uint8]) -> Array:
    """Return sRGB pixels 0..255, shape (..., 3), as CIE Lab under D65."""
    light = rgb.astype(np.float32) / 255
    light = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ],
        np.float32,
    )
    xyz = light @ to_xyz.T / to_xyz.sum(axis=1)  # the white point is the sum of a row
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def palette() -> Array:
    """Return the palette in Lab, shape (32, 3): greys, and hues at four lightnesses."""
    colours = [(light, 0.0, 0.0) for light in (8, 26, 44, 62, 80, 98)]
    rings = [(30, 25, 6, 0.0), (55, 25, 8, 0.2), (60, 60, 6, 0.0), (82, 25, 6, 0.3)]
    for light, chroma, hues, turn in rings:
        angles = turn + np.arange(hues) * 2 * np.pi / hues
        colours += [(light, chroma * np.cos(a), chroma * np.sin(a)) for a in angles]
    return np.array(colours, np.float32)


def regions() -> Array:
    """Return the weights of the pixels in each region, shape (3, 1024), rows summing to 1."""
    across = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    y, x = np.meshgrid(across, across, indexing="ij")
    centre = np.exp(-(x**2 + y**2) / 0.55**2)
    weights = np.stack([centre, (1 - centre) * (y < 0), (1 - centre) * (y >= 0)])
    weights = weights.reshape(3, -1)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
