"""Woven and printed cloth: plaids, kilims, all-over prints."""

from __future__ import annotations

from PIL import Image, ImageDraw

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import mix
from beholder.demo.patterns import swatch

NOUNS = {
    "plaid": ("plaid", "格子呢"),
    "kilim": ("kilim", "织毯"),
    "print": ("printed cloth", "印花布"),
}
_ROWS = ("zigzag", "dots", "checks", "stripes", "crosses", "leaves", "scales")


def paint(canvas: Canvas) -> str:
    """Paint a piece of cloth; only a plaid has no pattern on it."""
    if canvas.pattern == "plain":
        _plaid(canvas)
        return "plaid"
    if canvas.chance(0.5):
        _kilim(canvas)
        return "kilim"
    ground = canvas.colour([canvas.palette.ground[0], *canvas.palette.inks[:3]])
    step = canvas.unit * canvas.between(7, 13)
    canvas.image.paste(canvas.cloth(canvas.width, canvas.height, ground, step))
    return "print"


def _plaid(canvas: Canvas) -> None:
    """Cross two runs of translucent bands."""
    canvas.fill(canvas.colour([canvas.palette.ground[0], canvas.palette.inks[0]]))
    sett = [
        (canvas.unit * canvas.between(2.5, 12), canvas.colour(canvas.all_colours)) for _ in range(6)
    ]
    for down, size in ((True, canvas.height), (False, canvas.width)):
        start, number = 0.0, 0
        while start < size:
            thick, colour = sett[number % 6]
            box = (0, int(start), canvas.width, int(start + thick))
            if not down:
                box = (int(start), 0, int(start + thick), canvas.height)
            under = canvas.image.crop(box)
            over = Image.new("RGB", under.size, colour)
            canvas.image.paste(Image.blend(under, over, 0.5), box)
            start += thick + canvas.unit * (0.9 if number % 2 else 2.8)
            number += 1


def _kilim(canvas: Canvas) -> None:
    """Weave rows of different patterns; every second row is this picture's own."""
    y, number = 0, canvas.whole(0, 1)
    line, thread = canvas.palette.line, max(2, round(canvas.unit * 0.6))
    while y < canvas.height:
        tall = round(canvas.width * canvas.between(0.09, 0.2))
        ground, first, second = canvas.colours(3, canvas.all_colours)
        name = canvas.pattern if number % 2 == 0 else canvas.one_of(_ROWS)
        figure = swatch(
            (canvas.width, tall * 0.64), ground, name, (first, second), tall * 0.42, canvas.rng
        )
        row = Image.new("RGB", (canvas.width, tall), mix(ground, line, 0.12))
        row.paste(figure, (0, round(tall * 0.18)))
        pen = ImageDraw.Draw(row)
        pen.rectangle([0, 0, canvas.width, thread], fill=line)
        pen.rectangle([0, round(tall * 0.14), canvas.width, round(tall * 0.18)], fill=second)
        pen.rectangle([0, round(tall * 0.82), canvas.width, round(tall * 0.86)], fill=second)
        canvas.image.paste(row, (0, y))
        y += tall
        number += 1
