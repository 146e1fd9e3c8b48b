"""Planets on their circles in a night sky."""

from __future__ import annotations

import math

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, mix
from beholder.demo.shapes import polygon

NOUNS = {"orbit": ("orbit", "星轨"), "moon": ("full moon", "满月")}


def paint(canvas: Canvas) -> str:
    """Paint a sun with planets, or a single great moon; it carries the pattern."""
    palette = canvas.palette
    if palette.dark:
        deep, high, light = *palette.ground, palette.line
    else:
        deep, high = (
            mix(palette.line, palette.inks[2], 0.15),
            mix(palette.line, palette.inks[2], 0.5),
        )
        light = palette.ground[0]
    canvas.fade(deep, high)
    _stars(canvas, light, high)
    x, y = canvas.width * canvas.between(0.38, 0.62), canvas.height * canvas.between(0.38, 0.58)
    if canvas.chance(0.3):
        _globe(canvas, x, y, canvas.width * canvas.between(0.24, 0.32))
        return "moon"
    radius = canvas.width * canvas.between(0.11, 0.17)
    for number in range(canvas.whole(3, 6)):
        reach = radius * (1.6 + number * 0.62)
        canvas.ring(x, y, reach, mix(light, high, 0.45), canvas.unit * 0.3)
        turn = canvas.between(0, 2 * math.pi)
        _planet(canvas, x + math.cos(turn) * reach, y + math.sin(turn) * reach, deep, light)
    _globe(canvas, x, y, radius)
    return "orbit"


def _stars(canvas: Canvas, light: RGB, sky: RGB) -> None:
    for _ in range(120):
        x, y = canvas.between(0, canvas.width), canvas.between(0, canvas.height)
        size = canvas.unit * (0.08 + abs(float(canvas.rng.normal(0.0, 0.16))))
        canvas.disc(x, y, size, mix(light, sky, canvas.between(0.0, 0.6)))


def _planet(canvas: Canvas, x: float, y: float, dark: RGB, light: RGB) -> None:
    """A planet with its night side; the large ones have a ring."""
    size, colour = canvas.unit * canvas.between(1.2, 3.8), canvas.colour()
    canvas.disc(x, y, size, colour)
    canvas.draw.pieslice(
        [x - size, y - size, x + size, y + size], 20, 200, fill=mix(colour, dark, 0.35)
    )
    if size > canvas.unit * 2.7:
        box = [x - size * 1.8, y - size * 0.36, x + size * 1.8, y + size * 0.36]
        canvas.draw.ellipse(box, outline=light, width=max(1, round(canvas.unit * 0.3)))


def _globe(canvas: Canvas, x: float, y: float, radius: float) -> None:
    colour = canvas.colour()
    canvas.glow(x, y, radius * 1.7, colour, 120)
    canvas.solid(polygon(x, y, radius, 72), colour, step=radius * 0.4, shade=0.7)
