"""What a family paints on: a picture, a palette, a pattern, and the dice."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from beholder.demo.palettes import RGB, WHITE, Palette, mix
from beholder.demo.patterns import swatch
from beholder.demo.shapes import Outline

Choice = TypeVar("Choice")
_SHADE = (22, 15, 20)
_COARSE = 8  # soft things are drawn this much smaller; nobody sees the difference


class Canvas:
    """A sheet in the making.

    Attributes
    ----------
    image, draw
        The picture and the pen; both always show the same pixels.
    width, height
        In pixels.
    unit
        A hundredth of the width: all lengths are given in it, so that size does not matter.
    """

    def __init__(
        self, width: int, height: int, palette: Palette, pattern: str, rng: np.random.Generator
    ) -> None:
        self.width, self.height, self.unit = width, height, width / 100.0
        self.palette, self.pattern, self.rng = palette, pattern, rng
        self.image = Image.new("RGB", (width, height), palette.ground[0])
        self.draw = ImageDraw.Draw(self.image)

    # Dice.

    def between(self, low: float, high: float) -> float:
        """Draw a real number."""
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        """Draw yes or no."""
        return bool(self.rng.random() < share)

    def one_of(self, options: Sequence[Choice]) -> Choice:
        """Draw one of several."""
        return options[int(self.rng.integers(len(options)))]

    def colours(self, count: int, among: Sequence[RGB] | None = None) -> list[RGB]:
        """Draw different colours, from the inks unless told otherwise."""
        pool = self.palette.inks if among is None else among
        return [pool[i] for i in self.rng.permutation(len(pool))[:count]]

    def colour(self, among: Sequence[RGB] | None = None) -> RGB:
        """Draw one colour."""
        return self.one_of(self.palette.inks if among is None else among)

    @property
    def all_colours(self) -> list[RGB]:
        """Inks, line and paper."""
        return [*self.palette.inks, self.palette.line, self.palette.ground[0]]

    # Paint.

    def fill(self, colour: RGB) -> None:
        """Cover everything."""
        self.image.paste(colour, (0, 0, self.width, self.height))

    def fade(self, top: RGB, bottom: RGB, y: float = 0.0) -> None:
        """Cover everything from `y` down with a gradient.

        Eight bits hold few steps between two colours: each is one band, painted at once.
        """
        start = round(y)
        share = np.linspace(0.0, 1.0, self.height - start)[:, None]
        rows = np.rint(np.array(top) * (1.0 - share) + np.array(bottom) * share).astype(int)
        changes = np.flatnonzero(np.any(rows[1:] != rows[:-1], axis=1)) + 1
        edges = [0, *changes.tolist(), len(rows)]
        for first, last in itertools.pairwise(edges):
            red, green, blue = rows[first].tolist()
            self.image.paste((red, green, blue), (0, start + first, self.width, start + last))

    def disc(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """Paint a disc."""
        self.draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)

    def ring(self, x: float, y: float, radius: float, colour: RGB, thick: float) -> None:
        """Paint a circle line."""
        box = [x - radius, y - radius, x + radius, y + radius]
        self.draw.ellipse(box, outline=colour, width=max(1, round(thick)))

    def shape(self, outline: Outline, colour: RGB) -> None:
        """Paint a flat shape."""
        self.draw.polygon(outline, fill=colour)

    def cloth(self, width: float, height: float, ground: RGB, step: float) -> Image.Image:
        """Return a piece in this picture's pattern, in two colours unlike the ground."""
        first, second = self.colours(2, [c for c in self.all_colours if c != ground])
        return swatch((width, height), ground, self.pattern, (first, second), step, self.rng)

    def shadow(self, x: float, y: float, width: float, height: float, depth: int) -> None:
        """Paint a soft shadow where something stands; the light comes from the left."""
        box = (x - width * 0.62, y - height, x + width * 1.45, y + height * 1.2)
        self._veil(box, _SHADE, depth, 2.0 * self.unit)

    def glow(self, x: float, y: float, radius: float, colour: RGB, depth: int) -> None:
        """Paint soft light around a place."""
        box = (x - radius, y - radius, x + radius, y + radius)
        self._veil(box, colour, depth, radius * 0.4)

    def solid(
        self,
        outline: Outline,
        colour: RGB,
        step: float = 0.0,
        *,
        shade: float = 0.55,
        light: float = -0.35,
    ) -> None:
        """Paint something round, with this picture's pattern on it where `step` is above 0.

        Parameters
        ----------
        shade
            How dark the sides become, 0 to 1.
        light
            Where the light falls, -1 (left edge) to 1 (right edge).
        """
        left, top = int(min(outline[0::2])), int(min(outline[1::2]))
        width = max(1, int(max(outline[0::2])) - left + 1)
        height = max(1, int(max(outline[1::2])) - top + 1)
        moved = [v - (top if i % 2 else left) for i, v in enumerate(outline)]
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).polygon(moved, fill=255)
        body = Image.new("RGB", (width, height), colour)
        if step > 0 and self.pattern != "plain":
            self._wrap(body, colour, step)
        across = np.linspace(-1.0, 1.0, width, dtype=np.float32) - light
        dark = np.clip(np.abs(across) - 0.22, 0.0, 1.2) ** 1.5 * shade
        bright = 0.20 * np.exp(-((across / 0.2) ** 2))
        night = _SHADE if self.palette.dark else mix(self.palette.line, _SHADE, 0.5)
        self._tint(body, dark, night)
        self._tint(body, bright, WHITE)
        self.image.paste(body, (left, top), mask)

    def _wrap(self, body: Image.Image, colour: RGB, step: float) -> None:
        """Put a belt of the pattern around a body, often with a line above and below."""
        width, height = body.size
        top, tall = height * self.between(0.08, 0.3), height * self.between(0.42, 0.72)
        body.paste(self.cloth(width, tall, colour, step), (0, round(top)))
        if self.chance(0.6):
            pen, thick = ImageDraw.Draw(body), step * 0.13
            for y in (top - thick, top + tall):
                pen.rectangle([0, y, width, y + thick], fill=self.palette.line)

    @staticmethod
    def _tint(body: Image.Image, strength: NDArray[np.float32], colour: RGB) -> None:
        """Blend a colour over a body, with a strength for each column."""
        row = np.clip(strength * 255.0, 0, 255).astype(np.uint8)[None, :]
        mask = Image.fromarray(row).resize(body.size, Image.Resampling.NEAREST)
        body.paste(Image.new("RGB", body.size, colour), (0, 0), mask)

    def _veil(
        self, box: tuple[float, float, float, float], colour: RGB, depth: int, blur: float
    ) -> None:
        """Blend a colour over an ellipse with soft edges, as dense as `depth` (0 to 255)."""
        margin = blur * 2.6
        left, top = math.floor(box[0] - margin), math.floor(box[1] - margin)
        width, height = math.ceil(box[2] + margin) - left, math.ceil(box[3] + margin) - top
        small = Image.new("L", (width // _COARSE + 1, height // _COARSE + 1), 0)
        inner = [(v - (top if i % 2 else left)) / _COARSE for i, v in enumerate(box)]
        ImageDraw.Draw(small).ellipse(inner, fill=depth)
        soft = small.filter(ImageFilter.GaussianBlur(blur / _COARSE))
        # Only what lies on the sheet is made large again.
        x, y = max(0, left), max(0, top)
        size = min(self.width, left + width) - x, min(self.height, top + height) - y
        seen = [(x - left) / _COARSE, (y - top) / _COARSE]
        seen += [seen[0] + size[0] / _COARSE, seen[1] + size[1] / _COARSE]
        mask = soft.resize(size, Image.Resampling.BILINEAR, (seen[0], seen[1], seen[2], seen[3]))
        # Pillow blends a picture through a mask 2.5 times as fast as a plain colour.
        self.image.paste(Image.new("RGB", size, colour), (x, y), mask)
