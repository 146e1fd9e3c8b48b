"""Clean WebP copies of a picture for pages, 240, 480 and 960 pixels wide, and its main colour.

They are derived from the originals, and never written for a picture that was refused.
"""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.durable import sync_file, sync_folder
from beholder.media.pictures import Opened, Shape

WIDTHS = (240, 480, 960)
ALWAYS = (240, 480)  # 960 only where the original is that wide
QUALITY = 80
METHOD = 1  # of 0..6: 5 % larger than 2, in half the time


def path_of(media: Path, digest: str, width: int) -> Path:
    """Return where a rendition lies (or would lie)."""
    return media / "renditions" / digest[:2] / f"{digest}-{width}.webp"


def widths_of(width: int) -> tuple[int, ...]:
    """Return the renditions that a picture of this width has."""
    return tuple(w for w in WIDTHS if w in ALWAYS or width >= w)


def render(opened: Opened) -> dict[int, bytes]:
    """Return the WebP file of each width. No picture is made larger than it was."""
    widths = widths_of(opened.shape.width)
    picture = opened.decode(_short_side(opened, max(widths)))
    made = {}
    for width in reversed(widths):  # each is made from the next larger one
        picture = _resized(picture, _size(opened.shape, width))
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=QUALITY, method=METHOD)
        made[width] = file.getvalue()
    return made


def keep(media: Path, digest: str, renditions: Mapping[int, bytes]) -> None:
    """Write renditions so that a reader sees a whole file or none.

    They are not synced one by one, which would take longer than encoding; `sync` does that
    for many, before anything says that they exist.
    """
    for width, data in renditions.items():
        path = path_of(media, digest, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            aside.write_bytes(data)
            os.replace(aside, path)
        except BaseException as error:
            aside.unlink(missing_ok=True)
            if isinstance(error, OSError):
                error.filename = str(path)
            raise


def sync(media: Path, sizes: Iterable[tuple[str, int]]) -> None:
    """Make the renditions of pictures (hash, width of the original) durable."""
    folders = set()
    for digest, original in sizes:
        for width in widths_of(original):
            path = path_of(media, digest, width)
            sync_file(path)
            folders.add(path.parent)
    for folder in sorted(folders):
        sync_folder(folder)


def main_colour(picture: Image.Image) -> str:
    """Return the colour that most of the picture has, as "#rrggbb".

    The fullest of 8x8x8 cells of RGB, and in it the mean.
    """
    small = picture.resize((32, 32), Image.Resampling.BOX, reducing_gap=1.0)
    pixels = np.asarray(small, np.int64).reshape(-1, 3)
    cells = (pixels >> 5) @ np.array([64, 8, 1])
    fullest = np.bincount(cells, minlength=512).argmax()
    red, green, blue = pixels[cells == fullest].mean(axis=0).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _short_side(opened: Opened, width: int) -> int:
    """Return the short side that keeps at least `width` pixels across."""
    shape = opened.shape
    return max(1, -(-width * min(shape.width, shape.height) // shape.width))


def _size(shape: Shape, width: int) -> tuple[int, int]:
    width = min(width, shape.width)
    return width, max(1, round(shape.height * width / shape.width))


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
