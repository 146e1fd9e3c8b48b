"""Four surfaces that lie over a finished picture: paper, linen, halftone, smooth."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TEXTURES = ("paper", "linen", "halftone", "smooth")
_SIDE = 1024
_ONE = 128  # fixed point: 128 leaves a pixel as it is, and 255 times 255 still fits 16 bits


def lay(image: Image.Image, texture: str, rng: np.random.Generator) -> Image.Image:
    """Return the picture printed on a surface, a little darker towards its corners.

    `texture` is a name of `TEXTURES`; where on the sheet the picture lies is drawn.
    """
    height, width = image.height, image.width
    sheet = _sheet(texture)
    repeats = (-(-height // _SIDE), -(-width // _SIDE), 1)
    if repeats != (1, 1, 1):
        sheet = np.tile(sheet, repeats)
    y = int(rng.integers(0, sheet.shape[0] - height + 1))
    x = int(rng.integers(0, sheet.shape[1] - width + 1))
    pixels = np.asarray(image).astype(np.uint16)
    pixels *= sheet[y : y + height, x : x + width]
    pixels >>= 7
    np.minimum(pixels, 255, out=pixels)
    pixels *= _falloff(width, height)
    pixels >>= 8
    return Image.fromarray(pixels.astype(np.uint8))


@cache
def _sheet(texture: str) -> NDArray[np.uint16]:
    """Shape (1024, 1024, 3). The same surface for every picture: it is a place, not a draw."""
    rng = np.random.default_rng(99)
    grain = rng.normal(0.0, 1.0, (_SIDE, _SIDE)).astype(np.float32)
    y, x = np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float32)
    light: NDArray[np.floating]
    if texture == "paper":
        quarter = Image.fromarray(grain).resize((_SIDE // 4, _SIDE // 4), Image.Resampling.BOX)
        cloud = np.asarray(quarter.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))
        light = 1.0 + 0.012 * grain + 0.045 * cloud
    elif texture == "linen":
        weft = np.repeat(rng.normal(0.0, 1.0, (_SIDE, _SIDE // 32)), 32, axis=1)
        warp = np.repeat(rng.normal(0.0, 1.0, (_SIDE // 32, _SIDE)), 32, axis=0)
        light = 1.0 + 0.024 * weft + 0.024 * warp + 0.02 * np.where((x // 2 + y // 2) % 2, 1, -1)
    elif texture == "halftone":
        dot = np.cos((x + y) * 2 * np.pi / 6) * np.cos((x - y) * 2 * np.pi / 6)
        light = 1.0 + 0.05 * np.tanh(dot * 3) + 0.008 * grain
    else:
        light = 1.0 + 0.004 * grain
    fixed = np.clip(np.rint(light * _ONE), 0, 255).astype(np.uint16)
    return np.ascontiguousarray(np.repeat(fixed[:, :, None], 3, axis=2))


@cache
def _falloff(width: int, height: int) -> NDArray[np.uint16]:
    """Shape (height, width, 3). 256 in the middle, a tenth less in the corners."""
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    light = 1.0 - 0.10 * np.clip(np.hypot(across, down) - 0.55, 0.0, 1.0)
    fixed = np.rint(light * 256).astype(np.uint16)
    return np.ascontiguousarray(np.repeat(fixed[:, :, None], 3, axis=2))
