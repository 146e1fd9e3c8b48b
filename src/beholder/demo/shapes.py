"""Outlines: leaves, petals, pebbles and turned vessels, as flat lists of coordinates."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Outline = list[float]

_TURN = np.linspace(0.0, 2.0 * math.pi, 64, endpoint=False)
_LEAF_X = np.concatenate([np.cos(np.linspace(0, math.pi, 12)), np.cos(np.linspace(math.pi, 0, 12))])
_LEAF_Y = np.concatenate(
    [np.sin(np.linspace(0, math.pi, 12)), -np.sin(np.linspace(math.pi, 0, 12))]
) * (1.0 - 0.25 * _LEAF_X)

# Half widths of turned vessels from rim to foot, as shares of the widest place.
PROFILES: dict[str, tuple[float, ...]] = {
    "amphora": (0.30, 0.24, 0.26, 0.62, 0.92, 1.0, 0.90, 0.66, 0.42, 0.34, 0.38),
    "bottle": (0.20, 0.16, 0.16, 0.17, 0.20, 0.45, 0.78, 0.86, 0.86, 0.84, 0.78),
    "moon jar": (0.40, 0.34, 0.56, 0.88, 1.0, 1.0, 0.96, 0.82, 0.62, 0.46, 0.44),
    "tall vase": (0.62, 0.60, 0.60, 0.62, 0.63, 0.64, 0.65, 0.65, 0.64, 0.62, 0.60),
    "gourd vase": (0.25, 0.22, 0.40, 0.55, 0.50, 0.42, 0.62, 0.90, 0.96, 0.80, 0.50),
    "tulip vase": (0.80, 0.72, 0.62, 0.58, 0.62, 0.74, 0.80, 0.74, 0.56, 0.36, 0.44),
    "bowl": (1.0, 1.02, 1.0, 0.98, 0.95, 0.90, 0.82, 0.70, 0.54, 0.40, 0.42),
    "jug": (0.50, 0.44, 0.46, 0.60, 0.74, 0.82, 0.86, 0.86, 0.82, 0.74, 0.66),
}
_SMOOTH = np.hanning(15) / np.hanning(15).sum()


def _flat(x: NDArray[np.float64], y: NDArray[np.float64]) -> Outline:
    points: Outline = np.stack([x, y], axis=1).ravel().tolist()
    return points


def leaf(x: float, y: float, length: float, angle: float, fat: float = 0.38) -> Outline:
    """Return a pointed leaf: centre, half its length, direction in radians, width a length."""
    along, across = _LEAF_X * length, _LEAF_Y * length * fat
    cos, sin = math.cos(angle), math.sin(angle)
    return _flat(x + along * cos - across * sin, y + along * sin + across * cos)


def petals(
    x: float, y: float, radius: float, count: int, turn: float = 0.0, fat: float = 0.42
) -> Iterator[Outline]:
    """Yield the petals of a flower with this outer radius."""
    for number in range(count):
        angle = turn + number * 2.0 * math.pi / count
        reach = radius * 0.55
        yield leaf(
            x + math.cos(angle) * reach, y + math.sin(angle) * reach, reach * 0.98, angle, fat
        )


def pebble(x: float, y: float, radius: float, lobes: tuple[int, int], turn: float) -> Outline:
    """Return a soft closed line that swings twice around a circle, lobes[0] and lobes[1] times."""
    swing = np.sin(_TURN * lobes[0] + turn) + 0.6 * np.sin(_TURN * lobes[1] - turn)
    reach = radius * (0.8 + 0.2 * swing)
    return _flat(x + np.cos(_TURN) * reach, y + np.sin(_TURN) * reach)


def polygon(x: float, y: float, radius: float, corners: int, turn: float = 0.0) -> Outline:
    """Return a regular polygon."""
    angles = turn + np.arange(corners) * 2.0 * math.pi / corners
    return _flat(x + np.cos(angles) * radius, y + np.sin(angles) * radius)


def pear(x: float, y: float, radius: float) -> Outline:
    """Return a pear that stands upright."""
    slim = np.where(np.sin(_TURN) < -0.2, 0.62 + 0.3 * (1 + np.sin(_TURN)), 0.97)
    tall = np.where(np.sin(_TURN) > 0, 1.0, 1.42)
    return _flat(x + np.cos(_TURN) * radius * slim, y + np.sin(_TURN) * radius * tall)


def round_fruit(x: float, y: float, radius: float, flat: float) -> Outline:
    """Return a fruit with a dimple at its stalk; `flat` is its height a width."""
    dimple = 1.0 - 0.14 * np.exp(-(((_TURN - 1.5 * math.pi) / 0.34) ** 2))
    return _flat(x + np.cos(_TURN) * radius, y + np.sin(_TURN) * radius * flat * dimple)


def vessel(
    x: float, base: float, height: float, width: float, profile: str, rng: np.random.Generator
) -> tuple[Outline, float]:
    """Return a vessel thrown on a wheel, never twice the same, and half the width of its mouth.

    Parameters
    ----------
    x, base
        Its axis and the line it stands on.
    height, width
        Full height and half of the greatest width.
    profile
        A name of `PROFILES`.
    """
    thrown = np.array(PROFILES[profile]) * (1.0 + rng.normal(0.0, 0.035, 11))
    fine = np.interp(np.linspace(0, 10, 60), np.arange(11), thrown)
    half = np.convolve(np.pad(fine, 7, mode="edge"), _SMOOTH, "valid") * width
    y = base - height + np.linspace(0.0, 1.0, 60) * height
    return (
        _flat(np.concatenate([x + half, x - half[::-1]]), np.concatenate([y, y[::-1]])),
        float(half[0]),
    )
