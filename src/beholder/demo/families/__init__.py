"""Twelve families of pictures, one a file; the registry says what each can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from beholder.demo.canvas import Canvas
from beholder.demo.families import (
    arches,
    contour,
    cutout,
    fruit,
    hills,
    lamp,
    orbit,
    poster,
    terrazzo,
    textile,
    tiles,
    vase,
)


@dataclass(frozen=True)
class Family:
    """One family.

    Attributes
    ----------
    paint
        Paints on a canvas and returns which variant it painted.
    nouns
        Per variant, what to call it in English and Chinese.
    patterned
        Whether the pattern of the canvas can be seen.
    least_ratio
        The least height a width: standing things need room.
    """

    paint: Callable[[Canvas], str]
    nouns: Mapping[str, tuple[str, str]]
    patterned: bool = True
    least_ratio: float = 0.0


FAMILIES: dict[str, Family] = {
    "vase": Family(vase.paint, vase.NOUNS, least_ratio=1.2),
    "poster": Family(poster.paint, poster.NOUNS, least_ratio=1.0),
    "tiles": Family(tiles.paint, tiles.NOUNS),
    "hills": Family(hills.paint, hills.NOUNS),
    "cutout": Family(cutout.paint, cutout.NOUNS),
    "textile": Family(textile.paint, textile.NOUNS),
    "arches": Family(arches.paint, arches.NOUNS),
    "terrazzo": Family(terrazzo.paint, terrazzo.NOUNS, patterned=False),
    "contour": Family(contour.paint, contour.NOUNS, patterned=False),
    "orbit": Family(orbit.paint, orbit.NOUNS),
    "fruit": Family(fruit.paint, fruit.NOUNS, least_ratio=1.0),
    "lamp": Family(lamp.paint, lamp.NOUNS, least_ratio=1.2),
}
