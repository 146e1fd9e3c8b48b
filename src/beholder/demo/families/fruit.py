"""Still lives with a bowl of fruit."""

from __future__ import annotations

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, apart
from beholder.demo.shapes import leaf, pear, round_fruit, vessel
from beholder.demo.still_life import room

NOUNS = {
    "apples": ("bowl of apples", "一碗苹果"),
    "pears": ("bowl of pears", "一碗梨"),
    "plums": ("bowl of plums", "一碗李子"),
}
_PLACES = ((-0.55, 0.0), (0.55, 0.0), (0.0, -0.05), (-0.28, -0.55), (0.3, -0.52))


def paint(canvas: Canvas) -> str:
    """Paint a bowl of one kind of fruit, and sometimes a fruit beside it."""
    kind = canvas.one_of(tuple(NOUNS))
    base, wall = room(canvas, 0.68)
    wide = canvas.width * canvas.between(0.27, 0.35)
    tall = wide * canvas.between(0.55, 0.75)
    middle, foot = canvas.width * canvas.between(0.46, 0.54), base + tall * 0.1
    bowl, _ = vessel(middle, foot, tall, wide, "bowl", canvas.rng)
    canvas.shadow(middle, foot, wide * 0.9, wide * 0.12, 130)
    skins = canvas.colours(3, apart(canvas.palette.inks, wall, 90))
    for right, up in _PLACES:
        size = wide * 0.34 * canvas.between(0.92, 1.1)
        _fruit(
            canvas,
            kind,
            middle + right * wide,
            base - tall * 0.85 + up * wide,
            size,
            canvas.one_of(skins),
        )
    glaze = [
        c
        for c in [*canvas.palette.inks, canvas.palette.ground[0], canvas.palette.line]
        if c not in skins
    ]
    canvas.solid(bowl, canvas.colour(apart(glaze, wall, 90)), step=canvas.unit * 4.6)
    for _ in range(canvas.whole(0, 2)):
        x = canvas.width * (
            canvas.between(0.08, 0.19) if canvas.chance(0.5) else canvas.between(0.81, 0.92)
        )
        size = wide * 0.29
        canvas.shadow(x, foot + size * 0.35, size * 0.8, size * 0.2, 110)
        _fruit(canvas, kind, x, foot - size * 0.55, size, canvas.one_of(skins))
    return kind


def _fruit(canvas: Canvas, kind: str, x: float, y: float, size: float, skin: RGB) -> None:
    """Paint one fruit with stalk and leaf."""
    if kind == "pears":
        outline, top = pear(x, y, size), y - size * 1.36
    else:
        outline = round_fruit(x, y, size, 0.95 if kind == "apples" else 0.84)
        top = y - size * 0.8
    canvas.solid(outline, skin, shade=0.5, light=-0.3)
    line, thick = canvas.palette.line, max(2, round(canvas.unit * 0.6))
    canvas.draw.line([x, top, x + size * 0.12, top - size * 0.36], fill=line, width=thick)
    green = canvas.colour([c for c in canvas.palette.inks if c != skin])
    canvas.shape(leaf(x + size * 0.4, top - size * 0.26, size * 0.32, -0.35, 0.4), green)
