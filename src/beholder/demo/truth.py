"""The hidden tastes behind the generated behaviour, to measure what a recommender found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.demo.families import FAMILIES
from beholder.demo.gallery import Factors
from beholder.demo.palettes import PALETTES
from beholder.demo.patterns import PATTERNS
from beholder.demo.textures import TEXTURES

# What each factor counts for; a picture of the right family in the right palette is worth
# more than the sum of both.
FAMILY, PALETTE, BOTH, PATTERN, TEXTURE = 1.0, 0.8, 1.4, 0.3, 0.15
NEW = 0.1  # share of the pictures that nobody has seen


@dataclass(frozen=True)
class Truth:
    """What is known of every picture and every visitor because both were made up.

    Attributes
    ----------
    item_ids, user_ids
        Text, in order of index; shapes (n_items,), (n_visitors,).
    item_family, item_palette, item_pattern, item_texture
        int16 (n_items,). Codes: positions in FAMILIES, PALETTES, PATTERNS, TEXTURES.
    popularity
        float32 (n_items,). How much everybody is drawn to a picture, whatever their taste.
    cold
        bool (n_items,). New arrivals, without any behaviour.
    likes_family, likes_palette, likes_pattern, likes_texture
        float32 (n_visitors, n_codes), 0 to 1; a family or palette disliked is below 0.
    """

    item_ids: NDArray[np.str_]
    user_ids: NDArray[np.str_]
    item_family: NDArray[np.int16]
    item_palette: NDArray[np.int16]
    item_pattern: NDArray[np.int16]
    item_texture: NDArray[np.int16]
    popularity: NDArray[np.float32]
    cold: NDArray[np.bool_]
    likes_family: NDArray[np.float32]
    likes_palette: NDArray[np.float32]
    likes_pattern: NDArray[np.float32]
    likes_texture: NDArray[np.float32]

    def affinity(self, user_index: int) -> NDArray[np.float32]:
        """Return how much one visitor likes each picture, shape (n_items,).

        About -1 (dislikes it) to 3 (the right family in the right palette); without
        popularity and chance.
        """
        row: NDArray[np.float32] = self.affinities(np.array([user_index]))[0]
        return row

    def affinities(self, users: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return `affinity` for several visitors, shape (len(users), n_items)."""
        family = self.likes_family[users][:, self.item_family]
        palette = self.likes_palette[users][:, self.item_palette]
        both = np.clip(family, 0.0, None) * np.clip(palette, 0.0, None)
        pattern = self.likes_pattern[users][:, self.item_pattern]
        texture = self.likes_texture[users][:, self.item_texture]
        total: NDArray[np.float32] = FAMILY * family + PALETTE * palette + BOTH * both
        total += PATTERN * pattern + TEXTURE * texture
        return total

    def save(self, path: Path) -> None:
        """Write one `.npz` file."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})


def make_truth(
    factors: Sequence[Factors],
    item_ids: Sequence[str],
    n_visitors: int,
    seed: int,
) -> Truth:
    """Draw popularity, new arrivals, and the tastes of visitors.

    A visitor likes one to three families and one to three palettes, the first most, has a
    leaning to a pattern and a texture, and cannot stand one other family.
    """
    n_items = len(factors)
    items = np.random.default_rng([seed, 101])
    people = np.random.default_rng([seed, 102])
    cold = np.zeros(n_items, bool)
    cold[items.permutation(n_items)[: round(n_items * NEW)]] = True
    families = _taste(people, n_visitors, len(FAMILIES), most=3)
    dislike = np.where(families > 0, -1.0, people.random(families.shape)).argmax(axis=1)
    families[np.arange(n_visitors), dislike] = -0.6
    return Truth(
        item_ids=np.array(item_ids, dtype=np.str_),
        user_ids=np.array([f"visitor-{number:05d}" for number in range(n_visitors)]),
        item_family=_codes([f.family for f in factors], FAMILIES),
        item_palette=_codes([f.palette for f in factors], PALETTES),
        item_pattern=_codes([f.pattern for f in factors], PATTERNS),
        item_texture=_codes([f.texture for f in factors], TEXTURES),
        popularity=items.normal(0.0, 0.6, n_items).astype(np.float32),
        cold=cold,
        likes_family=families,
        likes_palette=_taste(people, n_visitors, len(PALETTES), most=3),
        likes_pattern=_taste(people, n_visitors, len(PATTERNS), most=2),
        likes_texture=_taste(people, n_visitors, len(TEXTURES), most=1),
    )


def _codes(names: Sequence[str], known: Iterable[str]) -> NDArray[np.int16]:
    position = {name: code for code, name in enumerate(known)}
    return np.array([position[name] for name in names], np.int16)


def _taste(
    rng: np.random.Generator, n_visitors: int, n_codes: int, most: int
) -> NDArray[np.float32]:
    """Return likings of one to `most` codes each, the strongest 1, the others 0.4 to 0.9."""
    rank = rng.random((n_visitors, n_codes)).argsort(axis=1).argsort(axis=1)
    count = rng.integers(1, most + 1, (n_visitors, 1))
    strength = np.where(rank == 0, 1.0, rng.uniform(0.4, 0.9, rank.shape))
    return np.where(rank < count, strength, 0.0).astype(np.float32)
