"""A gallery whose taste is of picture and word together: either of them alone says half of it.

Pictures are red discs or blue squares, and their titles name a cloth that is woven or one that is
not. Somebody likes one of the four: red discs of woven cloth, say. Who sees pictures alone cannot
tell those from red discs of other cloth, and who reads words alone cannot tell them from squares.
Sizes, places, greys and all other words are drawn anew for every picture. Made in memory, the same
for the same seed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from beholder.demo.hidden import BEGIN, DAY, NEW, TRUE, Hidden, Pixels

SIDE = 64
LARGE = (28, 50)  # pixels of a shape from side to side
CLOTHS = (("linen", "cotton", "hemp"), ("leather", "suede", "felt"))
OTHERS = (
    "amber", "birch", "cedar", "dawn", "ember", "frost", "grove", "harbour", "island", "juniper",
    "kite", "lagoon", "meadow", "north", "orchard", "pebble",
)  # fmt: skip
KINDS = 2  # of shapes, and of cloths: four tastes


def paired_gallery(
    n_items: int, n_users: int, seed: int = 7, *, likes: int = 12
) -> tuple[Hidden, list[str]]:
    """Paint pictures, name them, and let people like some.

    Returns
    -------
    The gallery, whose `weaves` are the four kinds, and the title of each picture.
    """
    rng = np.random.default_rng([seed, 211])
    order = rng.permutation(np.arange(n_items) % KINDS**2)
    shapes, cloths = order % KINDS, order // KINDS
    pixels = np.stack([_paint(int(shape), seed, n) for n, shape in enumerate(shapes)])
    titles = [_title(int(cloth), rng) for cloth in cloths]
    new = np.zeros(n_items, bool)
    each = round(NEW * n_items / KINDS**2)
    for kind in range(KINDS**2):
        new[rng.permutation(np.flatnonzero(order == kind))[:each]] = True
    tastes = rng.integers(0, KINDS**2, n_users)
    draw = rng.lognormal(0, 0.5, n_items) * ~new
    items = np.concatenate([_liked(order == taste, draw, likes, rng) for taste in tastes])
    users = np.repeat(np.arange(n_users), likes)
    days = np.sort(rng.integers(0, 60, (n_users, likes)), axis=1).reshape(-1)
    times = BEGIN + days * DAY + np.tile(np.arange(likes), n_users) * 1000
    return Hidden(pixels, order, new, tastes, users, items, times), titles


def _paint(shape: int, seed: int, number: int) -> Pixels:
    """Paint a red disc (0) or a blue square (1) on any grey."""
    rng = np.random.default_rng([seed, 212, number])
    ground = [int(rng.integers(60, 200))] * 3
    weak, strong = rng.integers(20, 90), rng.integers(170, 240)
    colour = [int(c) for c in ((strong, weak, weak) if shape == 0 else (weak, weak, strong))]
    size = int(rng.integers(*LARGE))
    x, y = rng.integers(2, SIDE - size - 2, 2).tolist()
    canvas = Image.new("RGB", (SIDE, SIDE), tuple(ground))
    draw = ImageDraw.Draw(canvas)
    (draw.ellipse if shape == 0 else draw.rectangle)([x, y, x + size, y + size], fill=tuple(colour))
    noisy = np.asarray(canvas, np.float64) + rng.normal(0, 6, (SIDE, SIDE, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _title(cloth: int, rng: np.random.Generator) -> str:
    words = [str(rng.choice(CLOTHS[cloth])), *rng.choice(OTHERS, 2, replace=False).tolist()]
    return " ".join(rng.permutation(words).tolist()).capitalize()


def _liked(
    fits: NDArray[np.bool_], draw: NDArray[np.float64], likes: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return what one person likes, in the order of liking."""
    chance = np.where(fits, TRUE * draw / (draw * fits).sum(), 0) + (1 - TRUE) * draw / draw.sum()
    return rng.choice(len(fits), likes, replace=False, p=chance / chance.sum())
