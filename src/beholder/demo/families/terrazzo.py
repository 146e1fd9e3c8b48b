"""Chips of stone in a polished floor."""

from __future__ import annotations

import math

import numpy as np

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import mix

NOUNS = {"terrazzo": ("terrazzo", "水磨石"), "pebbles": ("river pebbles", "卵石")}


def paint(canvas: Canvas) -> str:
    """Paint broken or rounded chips on a shaken grid."""
    canvas.fill(mix(canvas.palette.ground[0], canvas.colour(), canvas.between(0, 0.25)))
    inks = [*canvas.palette.inks, canvas.palette.inks[0], canvas.palette.line]
    smooth = canvas.chance(0.35)
    chip = canvas.width * canvas.between(0.045, 0.1)
    cell = chip * 1.8
    for row in range(int(canvas.height / cell) + 2):
        for column in range(int(canvas.width / cell) + 2):
            x = (column + (row % 2) * 0.5 + canvas.between(-0.3, 0.3)) * cell
            y = (row + canvas.between(-0.3, 0.3)) * cell
            _chip(canvas, x, y, chip * canvas.between(0.4, 1.0), smooth, inks[canvas.whole(0, 5)])
    for _ in range(140):
        x, y = canvas.between(0, canvas.width), canvas.between(0, canvas.height)
        size = canvas.unit * canvas.between(0.2, 0.7)
        canvas.draw.rectangle(
            [x - size, y - size * 0.6, x + size, y + size * 0.6], fill=inks[canvas.whole(0, 5)]
        )
    return "pebbles" if smooth else "terrazzo"


def _chip(
    canvas: Canvas, x: float, y: float, size: float, smooth: bool, ink: tuple[int, int, int]
) -> None:
    if smooth:
        turn, flat = canvas.between(0, math.pi), canvas.between(0.6, 0.95)
        angles = np.linspace(0.0, 2 * math.pi, 28, endpoint=False)
        along = np.cos(angles) * size * (1 + 0.1 * np.sin(angles * 2 + turn))
        across = np.sin(angles) * size * flat
        xs = x + along * math.cos(turn) - across * math.sin(turn)
        ys = y + along * math.sin(turn) + across * math.cos(turn)
    else:
        angles = np.sort(canvas.rng.uniform(0.0, 2 * math.pi, canvas.whole(4, 7)))
        reach = size * canvas.rng.uniform(0.65, 1.0, len(angles))
        xs, ys = x + np.cos(angles) * reach, y + np.sin(angles) * reach
    canvas.shape(np.stack([xs, ys], axis=1).ravel().tolist(), ink)
