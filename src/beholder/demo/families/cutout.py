"""Shapes cut from coloured paper and glued on panels."""

from __future__ import annotations

import math

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, apart, mix
from beholder.demo.shapes import leaf, pebble, petals

NOUNS = {"cutout": ("cutout", "剪纸"), "collage": ("paper collage", "剪贴")}


def paint(canvas: Canvas) -> str:
    """Paint one to six panels with a shape each; one panel carries the pattern."""
    wide = canvas.height < canvas.width
    columns, rows = canvas.one_of(
        ((2, 1), (1, 1), (2, 2), (2, 2)) if wide else ((1, 2), (2, 2), (2, 3), (1, 1))
    )
    grounds = canvas.colours(4)
    across, down = canvas.width / columns, canvas.height / rows
    patterned = canvas.whole(0, columns * rows - 1)
    for row in range(rows):
        for column in range(columns):
            x, y = column * across, row * down
            number = row * columns + column
            ground = mix(
                grounds[(column + row * 2) % 4], canvas.palette.ground[0], canvas.between(0, 0.35)
            )
            canvas.draw.rectangle([x, y, x + across, y + down], fill=ground)
            if number == patterned and canvas.pattern != "plain":
                cloth = canvas.cloth(across, down, ground, canvas.unit * 9)
                canvas.image.paste(cloth, (round(x), round(y)))
            ink = canvas.colour(
                apart(
                    [*canvas.palette.inks, canvas.palette.line, canvas.palette.ground[0]],
                    ground,
                    150,
                )
            )
            reach = min(across, down) * 0.4
            cut = canvas.one_of((_seaweed, _seaweed, _flower, _pebbles, _coral))
            cut(canvas, x + across / 2, y + down / 2, reach, ink)
    return "cutout" if columns * rows <= 2 else "collage"


def _seaweed(canvas: Canvas, x: float, y: float, reach: float, ink: RGB) -> None:
    """A frond: a stalk with leaves to both sides, shorter towards the tip."""
    angle = canvas.between(-1.0, 1.0) - math.pi / 2
    cos, sin = math.cos(angle), math.sin(angle)
    pairs = canvas.whole(4, 7)
    for number in range(pairs):
        share = number / (pairs - 1)
        along = (share - 0.5) * 1.9 * reach
        length = reach * (0.36 - 0.18 * abs(share - 0.35))
        for side in (-0.85, 0.85):
            turn = angle + side
            leaf_x = x + cos * along + math.cos(turn) * length * 0.9
            leaf_y = y + sin * along + math.sin(turn) * length * 0.9
            canvas.shape(leaf(leaf_x, leaf_y, length, turn, 0.36), ink)
    ends = [x - cos * reach, y - sin * reach, x + cos * reach, y + sin * reach]
    canvas.draw.line(ends, fill=ink, width=max(2, round(reach * 0.08)))


def _flower(canvas: Canvas, x: float, y: float, reach: float, ink: RGB) -> None:
    """A flower, seen from above."""
    for petal in petals(x, y, reach, canvas.whole(5, 9), canvas.between(0, 1), 0.5):
        canvas.shape(petal, ink)
    canvas.disc(x, y, reach * 0.26, canvas.colour([c for c in canvas.all_colours if c != ink]))


def _pebbles(canvas: Canvas, x: float, y: float, reach: float, ink: RGB) -> None:
    """A soft shape, sometimes with another in its middle."""
    lobes, turn = (canvas.whole(2, 5), canvas.whole(3, 7)), canvas.between(0, 6)
    canvas.shape(pebble(x, y, reach, lobes, turn), ink)
    if canvas.chance(0.6):
        inner = canvas.colour([c for c in canvas.all_colours if c != ink])
        canvas.shape(pebble(x, y, reach * 0.5, lobes, turn), inner)


def _coral(canvas: Canvas, x: float, y: float, reach: float, ink: RGB) -> None:
    """A branching shape with round ends."""
    thick = max(3, round(reach * 0.2))
    foot_x, foot_y = x, y + reach * 0.95
    for number in range(5):
        angle = -math.pi / 2 + (number - 2) * 0.36 + canvas.between(-0.1, 0.1)
        length = reach * canvas.between(1.15, 1.6)
        tip_x, tip_y = foot_x + math.cos(angle) * length, foot_y + math.sin(angle) * length
        middle_x, middle_y = foot_x + (tip_x - foot_x) * 0.35, foot_y - reach * 0.45
        canvas.draw.line(
            [foot_x, foot_y, middle_x, middle_y, tip_x, tip_y], fill=ink, width=thick, joint="curve"
        )
        canvas.disc(tip_x, tip_y, thick * 0.75, ink)
    canvas.disc(foot_x, foot_y, thick * 0.5, ink)
