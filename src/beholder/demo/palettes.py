"""Sixteen palettes and the little colour arithmetic that the painters need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RGB = tuple[int, int, int]
WHITE: RGB = (255, 255, 255)


def rgb(code: str) -> RGB:
    """Return the colour of `#rrggbb`."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Return `first` with a share (0 to 1) of `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def distance(first: RGB, second: RGB) -> int:
    """Return how far apart two colours are, 0 to 765."""
    return sum(abs(a - b) for a, b in zip(first, second, strict=True))


def apart(inks: Iterable[RGB], ground: RGB, least: int = 110) -> list[RGB]:
    """Return the inks that stand out from a ground, or all where none does."""
    inks = list(inks)
    return [ink for ink in inks if distance(ink, ground) > least] or inks


@dataclass(frozen=True)
class Palette:
    """Colours that go together.

    Attributes
    ----------
    ground
        The paper, upper and lower edge.
    inks
        Four colours; `line` is the fifth, darkest on light paper and lightest on dark.
    words
        What people would call these colours, most striking first.
    """

    name: str
    name_zh: str
    ground: tuple[RGB, RGB]
    inks: tuple[RGB, RGB, RGB, RGB]
    line: RGB
    words: tuple[str, ...]

    @property
    def dark(self) -> bool:
        """Whether the paper is dark."""
        return sum(self.ground[0]) < 380


def _palette(name: str, name_zh: str, ground: str, inks: str, words: str) -> Palette:
    top, bottom = (rgb(code) for code in ground.split())
    first, second, third, fourth, line = (rgb(code) for code in inks.split())
    return Palette(
        name, name_zh, (top, bottom), (first, second, third, fourth), line, tuple(words.split())
    )


_ALL = (
    _palette("terracotta", "赤陶", "#f5e6d5 #ecd4ba", "#e8a87c #d9703f #b5482a #7d2d1e #2f2320",
             "orange rust cream brown"),
    _palette("sea glass", "海玻璃", "#ebf3ee #d5e6e0", "#a9d3c7 #63ab9f #2f7f80 #f0b775 #173b45",
             "teal green mint sand"),
    _palette("saffron", "藏红花", "#fbf0d3 #f7dfa0", "#f6c445 #ee9b2d #d8572a #2f6690 #26263a",
             "yellow orange blue"),
    _palette("indigo", "靛蓝", "#eef1f7 #d3dcec", "#9db7de #5577b8 #2c3f86 #e6a65c #151b3d",
             "blue navy sand"),
    _palette("moss", "苔藓", "#f0f2e2 #dbe0c0", "#b9c48a #7f9b54 #4a6b3a #d98f4e #22301f",
             "green olive orange"),
    _palette("plum", "梅子", "#f6eaf0 #e8cfdc", "#dfa3bd #b65f8e #7a2f63 #e9b44c #2c1230",
             "purple pink gold"),
    _palette("riso", "孔版", "#f8f5ee #efe9da", "#ff7a6b #ffb84d #3d7bd9 #12a08a #22243a",
             "red yellow blue green"),
    _palette("night", "夜色", "#1b2138 #232c4a", "#f4d58d #e07a5f #81b29a #7d8cc4 #f2efe6",
             "navy dark gold coral"),
    _palette("ink", "水墨", "#f5f3ee #e5e1d6", "#c9c4b8 #8f8b82 #55524d #b3382c #1d1c1b",
             "grey black red"),
    _palette("peach", "蜜桃", "#fdf0e7 #fbd9c6", "#f9b49a #f0806a #c9526b #5a8f8a #3a2133",
             "pink coral teal"),
    _palette("celadon", "青瓷", "#e8efe6 #cddccf", "#b4cdb8 #86ad98 #4f8273 #c98d5b #20403b",
             "green sage sand"),
    _palette("harvest", "丰收", "#f7ecdc #e9d3ae", "#e3b04b #c46d2c #8d3b24 #5d6b34 #2f1f17",
             "brown gold olive"),
    _palette("lagoon", "潟湖", "#103740 #154a55", "#f6e7cb #f2a65a #5fc1b7 #e4576b #f8f4ea",
             "teal dark orange coral"),
    _palette("lilac", "丁香", "#f2eef9 #ded5ef", "#c5b4e3 #9378c9 #5b4596 #f2a57b #241a42",
             "purple violet peach"),
    _palette("clay and sky", "泥与天", "#e9f0f5 #cfe0ea", "#94bfd6 #d9986f #b5613c #f1d7a8 #2a3540",
             "blue clay sand"),
    _palette("cherry", "樱桃", "#fceeeb #f5cfc8", "#f29d94 #d8343f #8f1430 #f3b63f #2b1020",
             "red pink gold"),
)  # fmt: skip
PALETTES: dict[str, Palette] = {palette.name: palette for palette in _ALL}
