"""A gallery whose taste hides: large waves that nobody minds, and two small patches of a weave.

Shapes, colours, waves and places are drawn anew for every picture. What somebody likes is one kind
of weave, threads of two pixels in two patches; a network that was trained to name things sees it,
and sees far more of what nobody minds. Made in memory, the same for the same seed.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from beholder.catalogue.request import Request

SIDE = 96
SHAPES = (3, 6)  # large ones of a picture, from and below
PATCH, PATCHES = 22, 2  # pixels of a side, and how many a picture has
FINE = 40  # how much lighter and darker the threads of a weave are, of 255
WAVES = (8, 60)  # pixels from crest to crest of what nobody minds
NEW = 0.15  # share of the pictures that nobody has seen
TRUE = 0.85  # share of likes that are of the weave that somebody looks for
TOP = 10  # places of a list that are judged
DAY = 86_400_000
BEGIN = 1_767_600_000_000
WEAVES = ("upright", "level", "rising", "falling", "checked", "dotted")
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Hidden:
    """Pictures, and who liked which.

    Attributes
    ----------
    pixels
        uint8 (n, 96, 96, 3).
    weaves
        int64 (n,). Which kind of weave a picture has, by its place in `WEAVES`.
    new
        bool (n,). Pictures that nobody has seen.
    tastes
        int64 (users,). Which kind somebody looks for.
    users, items, times
        int64 (m,). Likes in order of user and time; milliseconds since 1970.
    """

    pixels: Pixels
    weaves: NDArray[np.int64]
    new: NDArray[np.bool_]
    tastes: NDArray[np.int64]
    users: NDArray[np.int64]
    items: NDArray[np.int64]
    times: NDArray[np.int64]


def hidden_gallery(
    n_items: int, n_users: int, seed: int = 7, *, likes: int = 12, learnable: bool = True
) -> Hidden:
    """Paint pictures, and let people like some.

    Parameters
    ----------
    likes
        Of each person.
    learnable
        Whether anybody looks for a weave; else all like whatever comes.
    """
    rng = np.random.default_rng([seed, 201])
    weaves = rng.permutation(np.arange(n_items) % len(WEAVES))
    pixels = np.stack([paint(int(kind), seed, number) for number, kind in enumerate(weaves)])
    new = np.zeros(n_items, bool)
    new[rng.permutation(n_items)[: round(NEW * n_items)]] = True
    tastes = rng.integers(0, len(WEAVES), n_users)
    draw = rng.lognormal(0, 0.5, n_items) * ~new  # how much everybody is drawn to a picture
    items = np.concatenate([_liked(weaves, draw, taste, likes, rng, learnable) for taste in tastes])
    users = np.repeat(np.arange(n_users), len(items) // max(n_users, 1))
    days = np.sort(rng.integers(0, 60, (n_users, likes)), axis=1).reshape(-1)
    times = BEGIN + days * DAY + np.tile(np.arange(likes), n_users) * 1000
    return Hidden(pixels, weaves, new, tastes, users, items, times)


class Strangers(NamedTuple):
    """People who are in no gallery, and are asked about its new pictures.

    Attributes
    ----------
    tastes
        int64 (n,). The kind of weave that each looks for.
    liked
        int64 (n, likes). What each has liked: pictures of that kind that are not new.
    """

    tastes: NDArray[np.int64]
    liked: NDArray[np.int64]

    def ndcg(self, gallery: Hidden, scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return NDCG@10 of each, by scores (n, new pictures); a picture of the kind is right."""
        right = gallery.weaves[gallery.new] == self.tastes[:, None]
        best = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
        gains = 1 / np.log2(np.arange(2, TOP + 2))
        most = np.cumsum(gains)[np.minimum(right.sum(axis=1), TOP) - 1]
        told = np.take_along_axis(right, best, axis=1) @ gains[: best.shape[1]]
        return np.asarray(told / most)


def strangers(gallery: Hidden, n: int, seed: int = 7, likes: int = 5) -> Strangers:
    """Draw people who like some pictures of the kind that they look for."""
    rng = np.random.default_rng([seed, 203])
    kinds = int(gallery.weaves.max()) + 1
    tastes = rng.integers(0, kinds, n)
    known = [np.flatnonzero((gallery.weaves == k) & ~gallery.new) for k in range(kinds)]
    return Strangers(tastes, np.stack([rng.choice(known[k], likes, replace=False) for k in tastes]))


def item_id(number: int) -> str:
    """Return the id of a picture."""
    return f"weave-{number:04d}"


def write_hidden(folder: Path, gallery: Hidden, titles: Sequence[str] = ()) -> Request:
    """Write a gallery as files, without a word of what hides in it, and return how to import it.

    Parameters
    ----------
    titles
        Of the pictures; none: their numbers.
    """
    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    for number, pixels in enumerate(gallery.pixels):
        Image.fromarray(pixels).save(media / f"{item_id(number)}.png", compress_level=1)
    named = titles or [f"Picture {n}" for n in range(len(gallery.pixels))]
    items = [(item_id(n), title, f"{item_id(n)}.png") for n, title in enumerate(named)]
    likes = [
        (f"visitor-{user:04d}", item_id(item), int(time) // 1000, "like")
        for user, item, time in zip(gallery.users, gallery.items, gallery.times, strict=True)
    ]
    tables: dict[str, list[tuple[Any, ...]]] = {
        "items.csv": [("item_id", "title", "picture"), *items],
        "interactions.csv": [("user_id", "item_id", "timestamp", "event_type"), *likes],
    }
    for name, rows in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return Request(folder / "items.csv", media, folder / "interactions.csv")


def paint(kind: int, seed: int, number: int) -> Pixels:
    """Paint one picture with patches of a kind of weave."""
    rng = np.random.default_rng([seed, 202, number])
    pixels = _wide(rng)
    for _ in range(int(rng.integers(*SHAPES))):
        canvas = Image.new("L", (SIDE, SIDE))
        x, y = rng.integers(-20, SIDE - 20, 2).tolist()
        box = [x, y, x + int(rng.integers(30, 80)), y + int(rng.integers(30, 80))]
        draw = ImageDraw.Draw(canvas)
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(box, fill=1)
        pixels = np.where(np.asarray(canvas, bool)[..., None], _wide(rng), pixels)
    for _ in range(PATCHES):
        y, x = rng.integers(0, SIDE - PATCH, 2)
        pixels[y : y + PATCH, x : x + PATCH] += FINE * _weave(kind)[..., None]
    pixels += rng.normal(0, 6, pixels.shape)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _wide(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return wide waves of any direction between two colours, (96, 96, 3)."""
    y, x = np.mgrid[:SIDE, :SIDE]
    angle, length = rng.uniform(0, np.pi), rng.uniform(*WAVES)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / length + rng.uniform(0, 6))
    first, second = rng.uniform(40, 216, (2, 3))
    share: NDArray[np.float64] = (wave[..., None] + 1) / 2
    return np.asarray(first * share + second * (1 - share))


def _weave(kind: int) -> NDArray[np.float64]:
    """Return threads two pixels wide: -1 or 1, (PATCH, PATCH)."""
    y, x = np.mgrid[:PATCH, :PATCH]
    lighter = (
        x % 4 < 2, y % 4 < 2, (x + y) % 4 < 2, (x - y) % 4 < 2, (x // 2 + y // 2) % 2 == 0,
        (x % 4 < 2) & (y % 4 < 2),
    )[kind]  # fmt: skip
    return np.where(lighter, 1.0, -1.0)


def _liked(
    weaves: NDArray[np.int64],
    draw: NDArray[np.float64],
    taste: int,
    likes: int,
    rng: np.random.Generator,
    learnable: bool,
) -> NDArray[np.int64]:
    """Return what one person likes, in the order of liking."""
    fits = weaves == taste if learnable else np.ones(len(weaves), bool)
    chance = np.where(fits, TRUE * draw / (draw * fits).sum(), 0) + (1 - TRUE) * draw / draw.sum()
    return rng.choice(len(weaves), likes, replace=False, p=chance / chance.sum())
