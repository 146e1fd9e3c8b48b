"""Where marks stand in a plot, in percent of its width or height; the template draws them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

TICKS = 5
Span = tuple[float, float]
Writer = Callable[[float], str]


@dataclass(frozen=True)
class Tick:
    """A line of the grid: where, and what stands beside it."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """From where to where a plot goes.

    Attributes
    ----------
    low, high
        In the unit of the figures; high is above low.
    ticks
        At round numbers.
    """

    low: float
    high: float
    ticks: tuple[Tick, ...]

    def at(self, value: float) -> float:
        """Return where a value stands, 0 to 100; what lies outside stands at the edge."""
        part = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(part, 0.0), 1.0), 2)

    def down(self, value: float) -> float:
        """Return where a value stands on an upright axis, from the top."""
        return round(100 - self.at(value), 2)


def axis(values: Sequence[float], signed: bool = False) -> Axis:
    """Return an axis that has 0 and all values that are numbers on it, from round to round.

    Parameters
    ----------
    signed
        Whether figures are differences, written with their sign.
    """
    there = [value for value in values if math.isfinite(value)]
    low, high = min([0.0, *there]), max([0.0, *there])
    if low == high:
        high = 1.0
    step = _step((high - low) / TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    # A bound that is round itself may come out a hair beyond: not a whole step for that.
    first += (first + 1) * step <= low
    last -= (last - 1) * step >= high
    low, high = first * step, last * step
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    mark = "+" if signed else ""
    ticks = []
    for n in range(first, last + 1):
        text = f"{n * step:{mark if n else ''}.{places}f}".replace("-", "−")
        ticks.append(Tick(round(100 * (n - first) / (last - first), 2), text))
    return Axis(low, high, tuple(ticks))


def _step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= least * (1 - 1e-9))


@dataclass(frozen=True)
class Line:
    """A figure with its interval: a dot on a line, and all of it in words beside it."""

    name: str
    kind: str
    at: float
    span: Span
    text: str
    more: str = ""


@dataclass(frozen=True)
class Lines:
    """Figures below each other on one axis; `zero` is where nothing lies."""

    lines: tuple[Line, ...]
    axis: Axis

    @property
    def zero(self) -> float:
        """Where 0 stands."""
        return self.axis.at(0.0)


@dataclass(frozen=True)
class Point:
    """A figure over something else, with its interval; `x` and `y` from the left and the top."""

    x: float
    y: float
    low: float
    high: float
    name: str
    text: str


@dataclass(frozen=True)
class Curve:
    """Points from left to right, each joined with the next."""

    points: tuple[Point, ...]
    axis: Axis

    @property
    def segments(self) -> list[tuple[Point, Point]]:
        """The lines between neighbours."""
        return list(zip(self.points[:-1], self.points[1:], strict=True))


def curve(figures: Sequence[tuple[float, str, float, float, float, str]]) -> Curve:
    """Return a curve of figures: x, its name, y, the interval's two ends, and all in words."""
    scale = axis([end for _, _, y, low, high, _ in figures for end in (y, low, high)])
    left, right = figures[0][0], figures[-1][0]
    width = (right - left) or 1.0
    points = [
        Point(
            round(100 * (x - left) / width, 2),
            scale.down(y),
            scale.down(low),
            scale.down(high),
            name,
            text,
        )
        for x, name, y, low, high, text in figures
    ]
    return Curve(tuple(points), scale)


@dataclass(frozen=True)
class Column:
    """An upright bar: from the left, and how high, in percent."""

    x: float
    width: float
    height: float
    name: str
    text: str


@dataclass(frozen=True)
class Columns:
    """Upright bars beside each other."""

    columns: tuple[Column, ...]
    axis: Axis


def columns(values: Sequence[float], names: Sequence[str], texts: Sequence[str]) -> Columns:
    """Return a bar a value, all equally wide."""
    scale, width = axis(values), 100 / max(len(values), 1)
    made = [
        Column(round(i * width + 0.12 * width, 2), round(0.76 * width, 2), scale.at(value), *told)
        for i, (value, *told) in enumerate(zip(values, names, texts, strict=True))
    ]
    return Columns(tuple(made), scale)
