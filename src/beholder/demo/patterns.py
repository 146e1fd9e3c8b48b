"""Ten patterns, each drawn over a box with two colours; one is the absence of a pattern."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from beholder.demo.palettes import RGB
from beholder.demo.shapes import leaf


@dataclass(frozen=True)
class Strokes:
    """What a pattern is drawn with: a box (0, 0, width, height), a step and two colours."""

    draw: ImageDraw.ImageDraw
    width: float
    height: float
    step: float
    first: RGB
    second: RGB
    rng: np.random.Generator

    def grid(
        self, across: float, down: float, shift: float = 0.0
    ) -> Iterator[tuple[int, int, float, float]]:
        """Yield column, row, x and y; odd rows are shifted by a share of a step."""
        for row in range(int(self.height / (self.step * down)) + 2):
            left = (row % 2) * shift * self.step
            for column in range(int(self.width / (self.step * across)) + 2):
                yield column, row, left + column * self.step * across, row * self.step * down


def plain(strokes: Strokes) -> None:
    """Draw nothing."""


def bands(strokes: Strokes) -> None:
    """Horizontal bands of three widths."""
    y = strokes.step * float(strokes.rng.uniform(0.1, 0.6))
    while y < strokes.height:
        thick = strokes.step * (0.18, 0.4, 0.8)[int(strokes.rng.integers(3))]
        colour = strokes.first if strokes.rng.random() < 0.65 else strokes.second
        strokes.draw.rectangle([0, y, strokes.width, y + thick], fill=colour)
        y += thick + strokes.step * float(strokes.rng.uniform(0.35, 0.9))


def stripes(strokes: Strokes) -> None:
    """Vertical stripes of three widths."""
    x = 0.0
    while x < strokes.width:
        thick = strokes.step * (0.14, 0.3, 0.5)[int(strokes.rng.integers(3))]
        colour = strokes.first if strokes.rng.random() < 0.7 else strokes.second
        strokes.draw.rectangle([x, 0, x + thick, strokes.height], fill=colour)
        x += thick + strokes.step * float(strokes.rng.uniform(0.25, 0.5))


def zigzag(strokes: Strokes) -> None:
    """Rows of teeth."""
    step, thick = strokes.step, max(2, int(strokes.step * 0.22))
    teeth = np.arange(-step, strokes.width + 2 * step, step * 0.55)
    swing = np.where(np.arange(len(teeth)) % 2, 0.45, -0.2) * step
    for row in range(int(strokes.height / (step * 1.1)) + 2):
        points = np.stack([teeth, row * step * 1.1 + swing], axis=1).ravel().tolist()
        colour = strokes.second if row % 2 else strokes.first
        strokes.draw.line(points, fill=colour, width=thick, joint="curve")


def waves(strokes: Strokes) -> None:
    """Rows of swell, each a little behind the one above."""
    step = strokes.step
    x = np.arange(-step, strokes.width + step, max(4.0, step / 6))
    for row in range(int(strokes.height / (step * 0.62)) + 2):
        y = row * step * 0.62 + np.sin(x / step * 2.3 + row * 0.9) * step * 0.22
        points = np.stack([x, y], axis=1).ravel().tolist()
        colour = strokes.second if row % 3 == 2 else strokes.first
        strokes.draw.line(points, fill=colour, width=max(2, int(step * 0.15)), joint="curve")


def dots(strokes: Strokes) -> None:
    """Dots on a shifted grid."""
    radius = strokes.step * 0.26
    for _, row, x, y in strokes.grid(1.0, 0.9, shift=0.5):
        colour = strokes.first if row % 3 else strokes.second
        strokes.draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)


def checks(strokes: Strokes) -> None:
    """A chessboard in which some fields have the other colour."""
    side = strokes.step * 0.7
    for column, row, x, y in strokes.grid(0.7, 0.7):
        if (column + row) % 2 == 0:
            colour = strokes.first if (column // 2 + row // 3) % 3 else strokes.second
            strokes.draw.rectangle([x, y, x + side, y + side], fill=colour)


def leaves(strokes: Strokes) -> None:
    """Leaves that lean to and fro, row by row."""
    for _, row, x, y in strokes.grid(1.2, 1.15, shift=0.6):
        colour = strokes.first if row % 3 else strokes.second
        angle = (0.7 if row % 2 == 0 else -0.7) - 0.6
        strokes.draw.polygon(leaf(x, y, strokes.step * 0.55, angle, 0.42), fill=colour)


def scales(strokes: Strokes) -> None:
    """Overlapping scales with a thin edge."""
    half, edge = strokes.step * 0.5, max(1, int(strokes.step * 0.07))
    for column, row, x, y in strokes.grid(1.0, 0.5, shift=0.5):
        colour, line = strokes.first, strokes.second
        if (column + row) % 4 == 0:
            colour, line = line, colour
        box = [x - half, y - half, x + half, y + half]
        strokes.draw.ellipse(box, fill=colour, outline=line, width=edge)


def crosses(strokes: Strokes) -> None:
    """Plus signs on a shifted grid."""
    arm, thick = strokes.step * 0.3, strokes.step * 0.11
    for _, row, x, y in strokes.grid(0.9, 0.85, shift=0.45):
        colour = strokes.first if row % 2 else strokes.second
        strokes.draw.rectangle([x - arm, y - thick, x + arm, y + thick], fill=colour)
        strokes.draw.rectangle([x - thick, y - arm, x + thick, y + arm], fill=colour)


PATTERNS: dict[str, Callable[[Strokes], None]] = {
    "bands": bands,
    "zigzag": zigzag,
    "dots": dots,
    "checks": checks,
    "stripes": stripes,
    "waves": waves,
    "leaves": leaves,
    "plain": plain,
    "scales": scales,
    "crosses": crosses,
}
PATTERN_NAMES_ZH = {
    "bands": "条带",
    "zigzag": "锯齿",
    "dots": "圆点",
    "checks": "棋盘",
    "stripes": "竖纹",
    "waves": "波浪",
    "leaves": "叶纹",
    "plain": "素面",
    "scales": "鳞纹",
    "crosses": "十字",
}


def swatch(
    size: tuple[float, float],
    ground: RGB,
    pattern: str,
    colours: tuple[RGB, RGB],
    step: float,
    rng: np.random.Generator,
) -> Image.Image:
    """Return a piece of patterned cloth.

    Parameters
    ----------
    size
        Width and height in pixels.
    step
        The period of the pattern in pixels.
    """
    width, height = max(1, math.ceil(size[0])), max(1, math.ceil(size[1]))
    image = Image.new("RGB", (width, height), ground)
    first, second = colours
    PATTERNS[pattern](
        Strokes(ImageDraw.Draw(image), width, height, max(step, 4.0), first, second, rng)
    )
    return image
