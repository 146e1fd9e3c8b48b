"""Arches within arches, like gates or rainbows."""

from __future__ import annotations

from PIL import Image, ImageDraw

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, mix

NOUNS = {"arch": ("arch", "拱门"), "arches": ("arches", "连拱")}


def paint(canvas: Canvas) -> str:
    """Paint one to three arches on a ground; their widest ring carries the pattern."""
    sky = mix(canvas.palette.ground[0], canvas.colour(), canvas.between(0, 0.25))
    canvas.fade(sky, mix(sky, canvas.palette.ground[1], 0.6))
    if canvas.chance(0.75):
        radius = canvas.width * canvas.between(0.06, 0.12)
        x, y = canvas.width * canvas.between(0.15, 0.85), canvas.height * canvas.between(0.09, 0.2)
        canvas.disc(x, y, radius, canvas.colour())
    count = canvas.one_of((1, 1, 2, 3))
    floor = canvas.height * canvas.between(0.84, 0.93)
    for number in range(count):
        middle = (number + 0.5) / count if count > 1 else canvas.between(0.42, 0.58)
        half = canvas.width / count * canvas.between(0.38, 0.46)
        rise = canvas.height * canvas.between(0.06, 0.34)
        _arch(canvas, canvas.width * middle, max(floor - half - rise, canvas.height * 0.06), half)
    canvas.draw.rectangle([0, floor, canvas.width, canvas.height], fill=canvas.colour())
    canvas.draw.rectangle(
        [0, floor, canvas.width, floor + canvas.unit * 0.8], fill=canvas.palette.line
    )
    return "arch" if count == 1 else "arches"


def _arch(canvas: Canvas, x: float, top: float, half: float) -> None:
    """Paint rings from the outside in; each reaches the lower edge of the picture."""
    rings = canvas.whole(4, 7)
    inks = [*canvas.colours(4), canvas.palette.line]
    for number in range(rings):
        reach = half * (1.0 - number / rings)
        paper = number % 2 == 1 and canvas.chance(0.5)
        colour = canvas.palette.ground[0] if paper else inks[number % 5]
        box = (x - reach, top + half - reach, x + reach, canvas.height + reach)
        if number in (0, 2) and canvas.pattern != "plain":
            _patterned(canvas, box, reach, colour, half)
        else:
            canvas.draw.rounded_rectangle(box, radius=reach, fill=colour)


def _patterned(
    canvas: Canvas, box: tuple[float, float, float, float], reach: float, colour: RGB, half: float
) -> None:
    left, top = round(box[0]), round(box[1])
    size = (max(1, round(2 * reach)), max(1, canvas.height - top))
    mask = Image.new("L", size, 0)
    outline = (0, 0, size[0] - 1, size[1] + reach)
    ImageDraw.Draw(mask).rounded_rectangle(outline, radius=reach, fill=255)
    cloth = canvas.cloth(*size, colour, half * 0.2)
    canvas.image.paste(cloth.crop((0, 0, *size)), (left, top), mask)
