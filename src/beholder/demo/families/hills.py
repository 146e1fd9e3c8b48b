"""Landscapes of paper: a sky, a sun, ridges that come nearer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, WHITE, mix

NOUNS = {"hills": ("hills", "山峦"), "peaks": ("peaks", "群峰")}


def paint(canvas: Canvas) -> str:
    """Paint a landscape; the nearest field carries the pattern."""
    palette = canvas.palette
    sky, haze = canvas.colours(2)
    horizon = mix(palette.ground[1], haze, 0.15)
    canvas.fade(mix(palette.ground[0], sky, 0.5), horizon)
    _sun(canvas, horizon)
    if canvas.chance(0.4):
        _clouds(canvas, horizon)
    count = canvas.whole(4, 7)
    far = mix(horizon, haze, 0.4)
    near = mix(canvas.colour(), palette.ground[0] if palette.dark else palette.line, 0.45)
    sharp = canvas.chance(0.45)
    x = np.linspace(0.0, canvas.width, 90)
    for number in range(count):
        share = (number + 1) / count
        y = _ridge(canvas, x / canvas.width, number / count, sharp and number < count - 2)
        outline = [0.0, canvas.height, *np.stack([x, y], 1).ravel(), canvas.width, canvas.height]
        colour = mix(far, near, share**0.9)
        if number == count - 1 and canvas.pattern != "plain":
            _field(canvas, [float(v) for v in outline], colour)
        else:
            canvas.shape([float(v) for v in outline], colour)
        if number == count - 1:
            _trees(canvas, x, y, colour)
    return "peaks" if sharp else "hills"


def _sun(canvas: Canvas, horizon: RGB) -> None:
    """Paint a sun or a moon with two halos."""
    radius = canvas.width * canvas.between(0.08, 0.18)
    x, y = canvas.width * canvas.between(0.22, 0.78), canvas.height * canvas.between(0.16, 0.36)
    pale = mix(WHITE, canvas.palette.ground[0], 0.3)
    colour = canvas.colour(canvas.palette.inks[:2]) if canvas.chance(0.65) else pale
    for size, fade in ((1.9, 0.86), (1.42, 0.7), (1.0, 0.0)):
        canvas.disc(x, y, radius * size, mix(colour, horizon, fade))


def _clouds(canvas: Canvas, horizon: RGB) -> None:
    """Paint flat clouds with round ends."""
    white = mix(horizon, WHITE, 0.45)
    for _ in range(canvas.whole(2, 4)):
        x, y = canvas.width * canvas.between(-0.1, 0.9), canvas.height * canvas.between(0.06, 0.34)
        for row in range(canvas.whole(1, 3)):
            left = x + canvas.unit * canvas.between(-6, 6)
            box = [left, y + row * canvas.unit * 2, left + canvas.unit * canvas.between(12, 26)]
            tall = canvas.unit * 2.1
            canvas.draw.rounded_rectangle([*box, box[1] + tall], radius=tall / 2, fill=white)


def _ridge(
    canvas: Canvas, x: NDArray[np.float64], depth: float, sharp: bool
) -> NDArray[np.float64]:
    """Return the height of one ridge, shape of x; x runs from 0 to 1, depth 0 is farthest."""
    level = canvas.height * (0.4 + 0.5 * depth)
    swing = canvas.height * 0.085 * (1.25 - depth * 0.5)
    turn = canvas.rng.uniform(0.0, 2.0 * math.pi, 3)
    if sharp:
        saw = np.abs((x * canvas.between(1.6, 3.2) + turn[0]) % 2.0 - 1.0) - 0.5
        rough = np.cumsum(canvas.rng.normal(0.0, canvas.unit * 0.24, len(x)))
        y: NDArray[np.float64] = level - swing * 1.7 * saw + rough
    else:
        long = np.sin(x * canvas.between(2, 5) + turn[1])
        y = level + swing * (long + 0.5 * np.sin(x * canvas.between(7, 12) + turn[2]))
    return y


def _field(canvas: Canvas, outline: list[float], colour: RGB) -> None:
    """Lay the pattern over the nearest hill, in colours close to its own."""
    mask = Image.new("L", canvas.image.size, 0)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    top = int(min(outline[3::2]))
    cloth = canvas.cloth(canvas.width, canvas.height - top, colour, canvas.unit * 6)
    quiet = Image.blend(cloth, Image.new("RGB", cloth.size, colour), 0.45)
    mask = mask.crop((0, top, canvas.width, canvas.height))
    canvas.image.paste(quiet.crop((0, 0, *mask.size)), (0, top), mask)


def _trees(canvas: Canvas, x: NDArray[np.float64], y: NDArray[np.float64], colour: RGB) -> None:
    """Plant firs on a ridge, sometimes."""
    if not canvas.chance(0.55):
        return
    dark = mix(colour, (0, 0, 0) if canvas.palette.dark else canvas.palette.line, 0.4)
    for _ in range(canvas.whole(3, 9)):
        spot = canvas.whole(4, len(x) - 5)
        tall = canvas.height * canvas.between(0.05, 0.12)
        foot = float(y[spot]) + canvas.unit
        for level in (0.0, 0.3):
            half, low = tall * (0.26 - level * 0.25), foot - tall * level
            left, right = float(x[spot]) - half, float(x[spot]) + half
            canvas.shape([left, low, right, low, float(x[spot]), foot - tall], dark)
