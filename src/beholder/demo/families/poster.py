"""Exhibition posters: a grid of simple shapes and a few lines of type."""

from __future__ import annotations

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, mix

NOUNS = {"poster": ("poster", "海报")}


def paint(canvas: Canvas) -> str:
    """Paint a grid of shapes; the first and some later fields carry the pattern."""
    canvas.fill(canvas.palette.ground[0])
    margin = canvas.width * 0.07
    columns = canvas.whole(2, 4)
    side = (canvas.width - 2 * margin) / columns
    rows = max(2 if side * 2 < canvas.height * 0.8 else 1, int(canvas.height * 0.8 / side))
    patterned = canvas.whole(0, columns * rows - 1)
    for row in range(rows):
        for column in range(columns):
            x, y = margin + column * side, margin + row * side
            first, second = canvas.colours(2, [*canvas.palette.inks, canvas.palette.line])
            number = row * columns + column
            if canvas.pattern != "plain" and (number == patterned or canvas.chance(0.12)):
                cloth = canvas.cloth(side, side, first, side * 0.24)
                canvas.image.paste(
                    cloth.crop((0, 0, round(side), round(side))), (round(x), round(y))
                )
            else:
                canvas.one_of(_FIELDS)(canvas, x, y, side, first, second)
    _type(canvas, margin, margin + rows * side)
    return "poster"


def _type(canvas: Canvas, margin: float, y: float) -> None:
    """Set a heading and up to three lines below the grid, as far as there is room."""
    line, step = canvas.palette.line, canvas.width * 0.03
    y += step
    if y + step < canvas.height - margin * 0.5:
        right = margin + canvas.width * canvas.between(0.25, 0.5)
        canvas.draw.rectangle([margin, y, right, y + step * 0.9], fill=line)
    for number in range(3):
        y += step * (1.6 if number == 0 else 0.8)
        if y + step * 0.3 < canvas.height - margin * 0.5:
            right = margin + canvas.width * canvas.between(0.3, 0.62)
            ink = mix(line, canvas.palette.ground[0], 0.35)
            canvas.draw.rectangle([margin, y, right, y + step * 0.3], fill=ink)


def _quarter(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    canvas.draw.rectangle([x, y, x + side, y + side], fill=first)
    canvas.draw.pieslice([x - side, y - side, x + side, y + side], 0, 90, fill=second)


def _dot(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    canvas.draw.rectangle([x, y, x + side, y + side], fill=first)
    canvas.disc(x + side / 2, y + side / 2, side * 0.38, second)


def _slope(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    canvas.draw.rectangle([x, y, x + side, y + side], fill=first)
    canvas.shape([x, y, x + side, y + side, x, y + side], second)


def _rainbow(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    paper = canvas.palette.ground[0]
    for number, colour in enumerate((first, paper, second, paper, first)):
        reach = side * (1 - number * 0.2)
        box = [x + side - reach, y + side - reach, x + side + reach, y + side + reach]
        canvas.draw.pieslice(box, 180, 270, fill=colour)


def _bowls(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    canvas.draw.pieslice([x, y - side / 2, x + side, y + side / 2], 0, 180, fill=first)
    canvas.draw.pieslice([x, y, x + side, y + side], 0, 180, fill=second)


def _lines(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    for number in range(5):
        top = y + number * side / 5
        canvas.draw.rectangle([x, top, x + side, top + side * 0.1], fill=first)


def _halves(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    canvas.draw.ellipse([x, y, x + side, y + side], fill=first)
    canvas.draw.pieslice([x, y, x + side, y + side], -45, 135, fill=second)


def _target(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    paper = canvas.palette.ground[0]
    for share, colour in ((0.5, first), (0.36, paper), (0.22, second), (0.08, paper)):
        canvas.disc(x + side / 2, y + side / 2, side * share, colour)


def _leaf_pair(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    canvas.draw.rectangle([x, y, x + side, y + side], fill=second)
    for left, top in ((x, y), (x + side / 2, y + side / 2)):
        half = side / 2
        canvas.draw.pieslice([left - half, top, left + half, top + side], 270, 360, fill=first)
        canvas.draw.pieslice([left, top - half, left + side, top + half], 90, 180, fill=first)


def _nothing(canvas: Canvas, x: float, y: float, side: float, first: RGB, second: RGB) -> None:
    """Leave a field empty: a poster breathes."""


_FIELDS = (
    _quarter, _dot, _slope, _rainbow, _bowls, _lines, _halves, _target, _leaf_pair, _nothing,
)  # fmt: skip
