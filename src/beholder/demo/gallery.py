"""Paints picture number so-and-so of a gallery, the same one every time.

A picture is a draw from a small grammar: family, palette, pattern, texture, format. These
factors are the truth behind the simulated visitors.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from beholder.demo.canvas import Canvas
from beholder.demo.families import FAMILIES
from beholder.demo.palettes import PALETTES
from beholder.demo.patterns import PATTERN_NAMES_ZH, PATTERNS
from beholder.demo.textures import TEXTURES, lay

RATIOS = (0.75, 1.0, 1.0, 1.25, 1.25, 4 / 3, 4 / 3, 1.5, 1.5, 5 / 3)
_OVERSIZE = 2  # painted this much larger, then reduced: smooth edges for little work
_QUALITY = 88


@dataclass(frozen=True)
class Factors:
    """What a picture was made from.

    Attributes
    ----------
    pattern
        "plain" where the family shows none, so that it is always what the eye sees.
    variant
        Which of the family's kinds, for example "jug".
    width, height
        In pixels.
    """

    index: int
    family: str
    palette: str
    pattern: str
    texture: str
    variant: str
    width: int
    height: int

    @property
    def title(self) -> str:
        """A few English words."""
        noun, _ = FAMILIES[self.family].nouns[self.variant]
        pattern = "" if self.pattern == "plain" else f" with {self.pattern}"
        return f"{self.palette.capitalize()} {noun}{pattern}"

    @property
    def title_zh(self) -> str:
        """The same in Chinese."""
        _, noun = FAMILIES[self.family].nouns[self.variant]
        pattern = "" if self.pattern == "plain" else PATTERN_NAMES_ZH[self.pattern]
        return f"{PALETTES[self.palette].name_zh}{pattern}{noun}"

    @property
    def colours(self) -> tuple[str, ...]:
        """What people would call its colours."""
        return PALETTES[self.palette].words

    @property
    def tags(self) -> tuple[str, ...]:
        """Words for a search."""
        words = (self.family, self.variant, self.pattern, self.texture, *self.colours)
        return tuple(dict.fromkeys(words))


def paint(index: int, seed: int, width: int = 480) -> tuple[Image.Image, Factors]:
    """Paint one picture.

    It depends on the seed and the index alone, not on how many there are; the factors do
    not depend on the width.

    Parameters
    ----------
    index
        From 0.
    width
        In pixels; the height is 0.75 to 1.67 times as much.
    """
    family_name = tuple(FAMILIES)[_deal(seed, 0, index, len(FAMILIES))]
    palette_name = tuple(PALETTES)[_deal(seed, 1, index, len(PALETTES))]
    family = FAMILIES[family_name]
    rng = np.random.default_rng([seed, index])
    pattern = tuple(PATTERNS)[rng.integers(len(PATTERNS))] if family.patterned else "plain"
    texture = TEXTURES[rng.integers(len(TEXTURES))]
    ratio = max(RATIOS[rng.integers(len(RATIOS))], family.least_ratio)
    height = round(width * ratio)
    canvas = Canvas(width * _OVERSIZE, height * _OVERSIZE, PALETTES[palette_name], pattern, rng)
    variant = family.paint(canvas)
    image = lay(canvas.image.reduce(_OVERSIZE), texture, rng)
    return image, Factors(
        index, family_name, palette_name, pattern, texture, variant, width, height
    )


def jpeg(image: Image.Image) -> bytes:
    """Return the picture as a JPEG file."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _deal(seed: int, deck: int, index: int, n_cards: int) -> int:
    """Return the card at `index` of a pack that is shuffled again each time it is used up.

    So any stretch of the gallery holds each family and each palette about equally often.
    """
    pack, place = divmod(index, n_cards)
    shuffled = np.random.default_rng([seed, deck, pack, 7919]).permutation(n_cards)
    return int(shuffled[place])
