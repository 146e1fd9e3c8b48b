"""Lamps and the light around them."""

from __future__ import annotations

import math

import numpy as np

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, WHITE, mix
from beholder.demo.shapes import Outline, vessel
from beholder.demo.still_life import room

NOUNS = {
    "cone": ("table lamp", "台灯"),
    "dome": ("dome lamp", "穹顶灯"),
    "globe": ("globe lamp", "球形灯"),
    "pendant": ("pendant lamp", "吊灯"),
}
_LIGHT = (255, 241, 208)


def paint(canvas: Canvas) -> str:
    """Paint a lamp that stands on the table or hangs over it; its shade carries the pattern."""
    kind = canvas.one_of(tuple(NOUNS))
    base, _ = room(canvas, 0.8)
    x = canvas.width * canvas.between(0.45, 0.55)
    wide = canvas.width * canvas.between(0.2, 0.29)
    tall = canvas.height * canvas.between(0.42, 0.56)
    shade = tall * canvas.between(0.32, 0.44)
    top = canvas.height * canvas.between(0.26, 0.4) if kind == "pendant" else base - tall
    canvas.glow(x, top + shade * 0.8, wide * 2.1, _LIGHT, 150)
    if kind == "pendant":
        _flex(canvas, x, top)
    else:
        _foot(canvas, x, base, top, wide, shade)
    colour = mix(canvas.colour([*canvas.palette.inks, canvas.palette.ground[0]]), _LIGHT, 0.22)
    outline = _shade(canvas, kind, x, top, wide, shade)
    canvas.solid(outline, colour, step=canvas.unit * 4.2, shade=0.3, light=0.0)
    if kind in ("dome", "pendant"):
        lip = [x - wide, top + shade - canvas.unit * 0.8, x + wide, top + shade + canvas.unit * 0.8]
        canvas.draw.ellipse(lip, fill=mix(_LIGHT, WHITE, 0.4))
    return kind


def _shade(canvas: Canvas, kind: str, x: float, top: float, wide: float, tall: float) -> Outline:
    if kind == "cone":
        narrow, low = wide * canvas.between(0.35, 0.8), top + tall
        return [x - narrow, top, x + narrow, top, x + wide, low, x - wide, low]
    if kind == "globe":
        turn, high = np.linspace(0.0, 2 * math.pi, 60), wide * 0.8
        xs, ys = x + np.cos(turn) * high, top + tall * 0.4 + np.sin(turn) * high
    else:
        turn = np.linspace(math.pi, 2 * math.pi, 40)
        xs, ys = x + np.cos(turn) * wide, top + tall + np.sin(turn) * tall
    outline: Outline = np.stack([xs, ys], axis=1).ravel().tolist()
    return outline


def _flex(canvas: Canvas, x: float, top: float) -> None:
    """The cable from the ceiling."""
    thick = max(2, round(canvas.unit * 0.5))
    canvas.draw.line([x, 0, x, top + canvas.unit * 2], fill=canvas.palette.line, width=thick)


def _foot(canvas: Canvas, x: float, base: float, top: float, wide: float, shade: float) -> None:
    """A turned foot, or a rod on a plate."""
    canvas.shadow(x, base, wide * 0.7, wide * 0.12, 130)
    colour: RGB = canvas.colour([*canvas.palette.inks, canvas.palette.line])
    if canvas.chance(0.5):
        profile = canvas.one_of(("moon jar", "gourd vase", "amphora", "bottle"))
        height = base - top - shade * 0.85
        outline, _ = vessel(x, base, height, wide * 0.52, profile, canvas.rng)
        canvas.solid(outline, colour)
        return
    half = canvas.unit * 0.75
    canvas.draw.rounded_rectangle(
        [x - half, top + shade * 0.5, x + half, base - canvas.unit], half, fill=canvas.palette.line
    )
    canvas.draw.ellipse(
        [x - wide * 0.5, base - wide * 0.1, x + wide * 0.5, base + wide * 0.08], fill=colour
    )
