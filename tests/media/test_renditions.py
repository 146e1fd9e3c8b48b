"""Copies for pages: their sizes, what they may hold, and how they are written."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.media.pictures import Opened
from beholder.media.renditions import keep, main_colour, path_of, render, sync
from beholder.media.thumbnails import thumbnail
from beholder.settings import MediaSettings


def opened(width: int, height: int, **options: object) -> Opened:
    noise = np.random.default_rng(5).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    image = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return Opened(file.getvalue(), MediaSettings())


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((1600, 800), {240: (240, 120), 480: (480, 240), 960: (960, 480)}),
        ((960, 640), {240: (240, 160), 480: (480, 320), 960: (960, 640)}),
        ((480, 960), {240: (240, 480), 480: (480, 960)}),
        ((128, 192), {240: (128, 192), 480: (128, 192)}),
        ((3000, 16), {240: (240, 1), 480: (480, 3), 960: (960, 5)}),
    ],
)
def test_widths(size: tuple[int, int], sizes: dict[int, tuple[int, int]]) -> None:
    made = render(opened(*size))
    found = {width: Image.open(io.BytesIO(data)) for width, data in made.items()}
    assert {width: image.size for width, image in found.items()} == sizes
    assert {image.format for image in found.values()} == {"WEBP"}


def test_renditions_are_upright_and_hold_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[29] = "2024:05:06"
    source = opened(600, 400, exif=exif, icc_profile=b"a profile of a camera")
    assert b"2024:05:06" in source.data
    for width, data in render(source).items():
        image = Image.open(io.BytesIO(data))
        assert image.size == (min(width, 400), min(width, 400) * 3 // 2)
        assert not {"exif", "icc_profile", "xmp"} & set(image.info)
        assert not [chunk for chunk in (b"EXIF", b"ICCP", b"XMP ", b"camera") if chunk in data]


def test_files_are_whole_and_lie_where_pages_look(tmp_path: Path) -> None:
    digest = "ab" * 32
    keep(tmp_path, digest, {240: b"small", 480: b"large"})
    sync(tmp_path, [(digest, 500)])
    assert path_of(tmp_path, digest, 240).read_bytes() == b"small"
    names = [path.name for path in (tmp_path / "renditions" / "ab").iterdir()]
    assert sorted(names) == [f"{digest}-240.webp", f"{digest}-480.webp"]


def test_main_colour_is_that_of_most_of_the_picture() -> None:
    pixels = np.full((64, 64, 3), (250, 250, 248), np.uint8)
    pixels[20:40, 20:40] = (200, 20, 20)
    assert main_colour(Image.fromarray(pixels)) == "#fafaf8"
    pixels[10:60, 5:60] = (200, 20, 20)
    assert main_colour(Image.fromarray(pixels)) == "#c81414"


def test_a_thumbnail_is_of_a_whole_clean_copy_or_none(tmp_path: Path) -> None:
    digest, side = "ab" * 32, 64
    assert thumbnail(tmp_path, digest, side) is None
    keep(tmp_path, digest, render(opened(960, 640)))
    with Image.open(io.BytesIO(thumbnail(tmp_path, digest, side))) as small:
        assert (small.format, small.size) == ("WEBP", (64, 43))
    copy = path_of(tmp_path, digest, 240)
    whole = copy.read_bytes()
    for data in (whole[: len(whole) // 2], whole[:20], b"", b"no picture at all"):
        copy.write_bytes(data)
        assert thumbnail(tmp_path, digest, side) is None
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    copy.write_bytes(file.getvalue())  # whatever else lies there is not decoded
    assert thumbnail(tmp_path, digest, side) is None
