"""Painted tiles on a wall: two or three stamps, laid again and again."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, mix
from beholder.demo.shapes import petals, polygon

NOUNS = {
    "ring": ("ring tiles", "环纹砖"),
    "star": ("star tiles", "星形砖"),
    "petal": ("petal tiles", "花瓣砖"),
    "painted": ("painted tiles", "彩绘砖"),
    "moon": ("half-moon tiles", "半月砖"),
}
_STAMPS = 4


def paint(canvas: Canvas) -> str:
    """Lay tiles of one kind over the whole picture."""
    kind = canvas.one_of(("ring", "star", "petal", "painted", "moon"))
    columns = canvas.whole(3, 5)
    side = math.ceil(canvas.width / columns)
    first, second, third = canvas.colours(3)
    grounds = _grounds(canvas, side, first)
    stamps = [
        _stamp(canvas, kind, side, number, grounds[number % 2], (first, second, third))
        for number in range(_STAMPS)
    ]
    rows = math.ceil(canvas.height / side)
    for row in range(rows):
        for column in range(columns):
            number = (column + row) % 2 + (2 if canvas.chance(0.5) else 0)
            canvas.image.paste(stamps[number], (column * side, row * side))
    _joints(canvas, side, columns, rows)
    return kind


def _grounds(canvas: Canvas, side: int, accent: RGB) -> tuple[Image.Image, Image.Image]:
    """Return the two glazes under the figures; the pattern shows in the second."""
    paper = canvas.palette.ground[0]
    pale = Image.new("RGB", (side, side), paper)
    if canvas.pattern == "plain":
        return pale, Image.new("RGB", (side, side), mix(paper, accent, 0.4))
    cloth = canvas.cloth(side, side, mix(paper, accent, 0.25), side * 0.24)
    return pale, cloth.crop((0, 0, side, side))


def _stamp(
    canvas: Canvas,
    kind: str,
    side: int,
    number: int,
    ground: Image.Image,
    inks: tuple[RGB, RGB, RGB],
) -> Image.Image:
    tile = ground.copy()
    pen = ImageDraw.Draw(tile)
    first, second, third = inks
    line, paper, half = canvas.palette.line, canvas.palette.ground[0], side / 2
    if kind == "ring":
        corners = ((0, 0), (side, side)) if number < 2 else ((side, 0), (0, side))
        for x, y in corners:
            for share, colour in ((0.66, line), (0.60, second), (0.40, line), (0.34, third)):
                _disc(pen, x, y, side * share, colour)
    elif kind == "star":
        for turn in (0.0, math.pi / 4):
            pen.polygon(polygon(half, half, side * 0.47, 4, turn), fill=(first, second)[number % 2])
        for share, colour in ((0.26, paper), (0.18, third), (0.08, line)):
            _disc(pen, half, half, side * share, colour)
    elif kind == "petal":
        for petal in petals(half, half, side * 0.62, 4, math.pi / 4, 0.44):
            pen.polygon(petal, fill=(first, second)[number % 2])
        _disc(pen, half, half, side * 0.13, third)
    elif kind == "painted":
        if number >= 2:
            pen.rectangle([0, 0, side, side], fill=(first, second)[number % 2])
            pen.polygon(polygon(half, half, side * 0.42, 4), fill=paper)
            _disc(pen, half, half, side * 0.2, third)
            _disc(pen, half, half, side * 0.09, line)
        elif number == 0:
            for x in (0, side):
                for y in (0, side):
                    _disc(pen, x, y, side * 0.34, second)
                    _disc(pen, x, y, side * 0.2, paper)
    else:
        start = canvas.whole(0, 3) * 90
        edge = side * 0.02
        box = [edge, edge, side - edge, side - edge]
        pen.pieslice(box, start, start + 180, fill=(first, second, third, line)[number])
        _disc(pen, half, half, side * 0.14, paper)
    return tile


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: RGB) -> None:
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)


def _joints(canvas: Canvas, side: int, columns: int, rows: int) -> None:
    """Draw the joints, and a thread of light on the lower right of each."""
    grout = mix(canvas.palette.ground[0], canvas.palette.line, 0.22)
    thick = max(1, round(canvas.unit * 0.35))
    for column in range(columns + 1):
        canvas.draw.line([column * side, 0, column * side, canvas.height], fill=grout, width=thick)
    for row in range(rows + 1):
        canvas.draw.line([0, row * side, canvas.width, row * side], fill=grout, width=thick)
