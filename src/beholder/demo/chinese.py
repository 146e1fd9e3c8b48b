"""What the words of the gallery are called in Chinese."""

from __future__ import annotations

from beholder.demo.families import FAMILIES
from beholder.demo.palettes import PALETTES
from beholder.demo.patterns import PATTERN_NAMES_ZH

_FAMILIES = {
    "vase": "花瓶", "poster": "海报", "tiles": "瓷砖", "hills": "山峦", "cutout": "剪纸",
    "textile": "织物", "arches": "连拱", "terrazzo": "水磨石", "contour": "等高线", "orbit": "星轨",
    "fruit": "水果", "lamp": "灯",
}  # fmt: skip
_TEXTURES = {"paper": "纸纹", "linen": "亚麻", "halftone": "网点", "smooth": "光滑"}
_COLOURS = {
    "black": "黑", "blue": "蓝", "brown": "棕", "clay": "陶土", "coral": "珊瑚", "cream": "奶油",
    "dark": "深色", "gold": "金", "green": "绿", "grey": "灰", "mint": "薄荷", "navy": "藏青",
    "olive": "橄榄", "orange": "橙", "peach": "桃", "pink": "粉", "purple": "紫", "red": "红",
    "rust": "锈红", "sage": "鼠尾草", "sand": "沙", "teal": "青绿", "violet": "紫罗兰",
    "yellow": "黄",
}  # fmt: skip
_VARIANTS = {name: zh for family in FAMILIES.values() for name, (_, zh) in family.nouns.items()}
NAMES = {
    **{name: palette.name_zh for name, palette in PALETTES.items()},
    **_VARIANTS, **_FAMILIES, **PATTERN_NAMES_ZH, **_TEXTURES, **_COLOURS,
}  # fmt: skip
"""By English word; a word that is several things is the last of them."""
