"""Maps of imaginary mountains: steps of colour between contour lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import mix

NOUNS = {"map": ("contour map", "等高线"), "ripples": ("ripples", "涟漪")}
_COARSE = 8


def paint(canvas: Canvas) -> str:
    """Paint a field of hills in steps of one tone, or in turning colours."""
    steps = canvas.whole(7, 12)
    field = _field(canvas) * steps
    level = field.astype(np.uint8)
    ripples = canvas.chance(0.4)
    table = _ripple_colours(canvas, steps) if ripples else _map_colours(canvas, steps)
    line = (table * 0.35 + np.array(canvas.palette.line) * 0.65).astype(np.uint8)
    level += ((field - level) < 0.07).astype(np.uint8) * np.uint8(len(table))
    indexed = Image.fromarray(level)
    indexed.putpalette(np.concatenate([table, line]).tobytes())
    canvas.image.paste(indexed.convert("RGB"))
    return "ripples" if ripples else "map"


def _field(canvas: Canvas) -> NDArray[np.float32]:
    """Return smooth heights from 0 to below 1, shape (height, width)."""
    width, height = canvas.width // _COARSE, canvas.height // _COARSE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    field = np.zeros((height, width), np.float32)
    for _ in range(6):
        middle_x, middle_y = canvas.between(-0.1, 1.1) * width, canvas.between(-0.1, 1.1) * height
        wide = canvas.between(0.15, 0.4) * width
        distance = (x - middle_x) ** 2 + (y - middle_y) ** 2
        field += canvas.between(-1, 1) * np.exp(-distance / (2 * wide * wide))
    field -= field.min()
    field /= field.max() * 1.001 + 1e-6
    fine = Image.fromarray(field).resize((canvas.width, canvas.height), Image.Resampling.BICUBIC)
    steps: NDArray[np.float32] = np.clip(np.asarray(fine, np.float32), 0.0, 0.9999)
    return steps


def _map_colours(canvas: Canvas, steps: int) -> NDArray[np.uint8]:
    paper, (light, _, deep, _) = canvas.palette.ground[0], canvas.palette.inks
    rows = []
    for share in np.linspace(0.0, 1.0, steps + 1):
        rows.append(
            mix(mix(paper, light, min(1.0, share * 1.7)), deep, max(0.0, share * 1.6 - 0.6))
        )
    return np.array(rows, np.uint8)


def _ripple_colours(canvas: Canvas, steps: int) -> NDArray[np.uint8]:
    inks = canvas.colours(4)
    paper = canvas.palette.ground[0]
    return np.array([inks[i % 4] if i % 2 else paper for i in range(steps + 1)], np.uint8)
