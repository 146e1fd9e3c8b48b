"""The corner of a room in which vases, lamps and fruit stand: a wall and a table."""

from __future__ import annotations

from beholder.demo.canvas import Canvas
from beholder.demo.palettes import RGB, WHITE, distance, mix

SUNLIGHT = (255, 250, 235)


def room(canvas: Canvas, height: float = 0.74) -> tuple[float, RGB]:
    """Paint a wall and a table.

    Parameters
    ----------
    height
        Where the edge of the table is, as a share of the picture's height.

    Returns
    -------
    The line on which things stand, and the colour of the wall.
    """
    ground = canvas.palette.ground
    edge = canvas.height * canvas.between(height - 0.05, height + 0.05)
    wall = mix(ground[0], canvas.colour(), canvas.between(0.0, 0.5))
    canvas.fade(mix(wall, WHITE, 0.12), wall)
    canvas.one_of((_sun, _sun, _niche, _niche, _window, _window, _panel, _bare, _bare))(
        canvas, edge, wall
    )
    table = mix(canvas.colour(), ground[1], canvas.between(0.05, 0.5))
    if distance(table, wall) < 60:
        table = mix(table, canvas.palette.line, 0.35)
    canvas.fade(table, mix(table, canvas.palette.line, 0.2), edge)
    canvas.draw.rectangle(
        [0, edge, canvas.width, edge + canvas.unit * 0.5], fill=mix(table, WHITE, 0.25)
    )
    return edge + (canvas.height - edge) * canvas.between(0.28, 0.42), wall


def _bare(canvas: Canvas, edge: float, wall: RGB) -> None:
    """Leave the wall as it is."""


def _sun(canvas: Canvas, edge: float, wall: RGB) -> None:
    """Paint a great disc behind the table."""
    radius = canvas.width * canvas.between(0.3, 0.38)
    canvas.disc(canvas.width / 2, edge - radius * 1.35, radius, mix(wall, canvas.colour(), 0.5))


def _niche(canvas: Canvas, edge: float, wall: RGB) -> None:
    """Paint an arched niche, with the shadow of its left side."""
    half = canvas.width * canvas.between(0.31, 0.38)
    middle, top = canvas.width / 2, edge - canvas.height * canvas.between(0.52, 0.62)
    inside = mix(wall, canvas.colour(), 0.42)
    for shift, colour in ((0.0, mix(inside, canvas.palette.line, 0.22)), (1.6, inside)):
        left = middle - half + shift * canvas.unit
        box = [left, top + shift * canvas.unit, middle + half, canvas.height + half]
        canvas.draw.rounded_rectangle(box, radius=half, fill=colour)


def _window(canvas: Canvas, edge: float, wall: RGB) -> None:
    """Paint the light of a window that falls on the wall."""
    side, glass = canvas.width * 0.2, mix(wall, SUNLIGHT, 0.55)
    left = canvas.width * canvas.one_of((0.1, 0.46))
    for column in (0, 1):
        for row in (0, 1):
            x, y = left + column * side * 1.12, canvas.height * 0.1 + row * side * 1.32
            canvas.shape(
                [x, y, x + side, y + side * 0.25, x + side, y + side * 1.5, x, y + side * 1.25],
                glass,
            )


def _panel(canvas: Canvas, edge: float, wall: RGB) -> None:
    """Paint a wainscot: the lower part of the wall in a deeper colour."""
    top = edge - canvas.height * canvas.between(0.16, 0.3)
    deep = mix(wall, canvas.colour(), 0.45)
    canvas.draw.rectangle([0, top, canvas.width, edge], fill=deep)
    canvas.draw.rectangle(
        [0, top, canvas.width, top + canvas.unit * 0.8], fill=mix(deep, WHITE, 0.3)
    )
