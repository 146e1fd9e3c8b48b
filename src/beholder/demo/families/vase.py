"""Vessels on a table, often with something from the garden."""

from __future__ import annotations

import math

import numpy as np

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, WHITE, apart, mix
from beholder.demo.shapes import PROFILES, leaf, petals, vessel
from beholder.demo.still_life import room

NOUNS = {
    "amphora": ("amphora", "双耳瓶"),
    "bottle": ("bottle", "长颈瓶"),
    "moon jar": ("moon jar", "圆罐"),
    "tall vase": ("tall vase", "筒瓶"),
    "gourd vase": ("gourd vase", "葫芦瓶"),
    "tulip vase": ("tulip vase", "郁金香瓶"),
    "bowl": ("bowl", "碗"),
    "jug": ("jug", "水壶"),
    "pair": ("pair of vases", "对瓶"),
}


def paint(canvas: Canvas) -> str:
    """Paint one vessel, or two."""
    base, wall = room(canvas)
    if canvas.chance(0.28):
        for middle, lower in ((0.31, 0.0), (0.68, 2.0)):
            profile = canvas.one_of(tuple(PROFILES))
            _stand(canvas, profile, canvas.width * middle, base + lower * canvas.unit, wall, 0.8)
        return "pair"
    profile = canvas.one_of(tuple(PROFILES))
    _stand(canvas, profile, canvas.width * canvas.between(0.46, 0.54), base, wall, 1.0)
    return profile


def _stand(canvas: Canvas, profile: str, x: float, base: float, wall: RGB, size: float) -> None:
    """Put one vessel on the table; a single one may hold branches."""
    line = canvas.palette.line
    low = profile == "bowl"
    height = canvas.height * canvas.between(0.36, 0.48) * size * (0.55 if low else 1.0)
    width = min(canvas.width * 0.26 * size, height * 0.52) * canvas.between(0.88, 1.05)
    if low:
        width = canvas.width * 0.27 * size
    outline, mouth = vessel(x, base, height, width, profile, canvas.rng)
    top = base - height
    canvas.shadow(x, base, width, width * 0.13, 135)
    colour = canvas.colour(apart([*canvas.palette.inks, line], wall))
    if size == 1.0 and not low and canvas.chance(0.66):
        _branches(canvas, x, top, mouth)
    if profile == "jug":
        box = [x + width * 0.42, top + height * 0.18, x + width * 1.24, top + height * 0.66]
        canvas.draw.arc(box, -95, 95, fill=mix(colour, line, 0.25), width=round(width * 0.14))
    canvas.solid(outline, colour, step=max(canvas.unit * 3.6, width * 0.3))
    depth = max(canvas.unit * 0.6, mouth * 0.13)
    canvas.draw.ellipse(
        [x - mouth, top - depth, x + mouth, top + depth],
        fill=mix(colour, (22, 15, 20), 0.6),
        outline=mix(colour, WHITE, 0.3),
        width=max(1, round(canvas.unit * 0.35)),
    )


def _branches(canvas: Canvas, x: float, top: float, mouth: float) -> None:
    """Put branches of one kind into a vessel: leaves, berries, or flowers."""
    greens = canvas.colours(2, [*canvas.palette.inks, canvas.palette.line])
    stalk = mix(canvas.palette.line, greens[0], 0.35)
    dress = canvas.one_of((_leaves, _leaves, _berries, _flower))
    count = canvas.whole(3, 6)
    for number in range(count):
        lean = (number / (count - 1) - 0.5) * 1.5 + canvas.between(-0.14, 0.14)
        length = min(canvas.height * canvas.between(0.22, 0.4), top - canvas.height * 0.05)
        rise = np.linspace(0.0, 1.0, 12)
        xs = x + mouth * 0.4 * lean + math.sin(lean) * length * rise**1.35
        ys = top + 1.5 * canvas.unit - length * rise * (1.0 - 0.12 * abs(lean) * rise)
        points = np.stack([xs, ys], axis=1)
        canvas.draw.line(
            points.ravel().tolist(),
            fill=stalk,
            width=max(2, round(canvas.unit * 0.5)),
            joint="curve",
        )
        dress(canvas, points.tolist(), lean, greens)


def _leaves(canvas: Canvas, points: list[list[float]], lean: float, greens: list[RGB]) -> None:
    for number, (x, y) in enumerate(points[4:], start=4):
        side = 1 if number % 2 else -1
        size = canvas.unit * (3.6 - 0.16 * number)
        angle = (0.0 if side > 0 else math.pi) - side * 0.75 + lean * 0.5
        tip_x, tip_y = x + math.cos(angle) * size * 0.8, y + math.sin(angle) * size * 0.8
        canvas.shape(leaf(tip_x, tip_y, size, angle, 0.36), greens[number % 2])


def _berries(canvas: Canvas, points: list[list[float]], lean: float, greens: list[RGB]) -> None:
    for number, (x, y) in enumerate(points[3:]):
        side = canvas.unit * (1.3 if number % 2 else -1.3)
        canvas.disc(x + side, y, canvas.unit * canvas.between(0.7, 1.5), greens[number % 2])


def _flower(canvas: Canvas, points: list[list[float]], lean: float, greens: list[RGB]) -> None:
    for number in (5, 7):
        x, y = points[number]
        canvas.shape(
            leaf(x + canvas.unit * 1.6 * (number - 6), y, canvas.unit * 2.0, -0.5), greens[1]
        )
    x, y = points[-1]
    radius = canvas.unit * canvas.between(3.6, 5.4)
    for petal in petals(x, y, radius, canvas.whole(6, 10), lean, 0.4):
        canvas.shape(petal, greens[0])
    canvas.disc(x, y, radius * 0.3, greens[1])
