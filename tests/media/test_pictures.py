"""Decoding: what is accepted, how it is converted, what is refused and why."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from beholder.errors import MediaError, MediaTooLargeError, MediaTypeError
from beholder.media.pictures import Opened, decode
from beholder.settings import MediaSettings

LIMITS = MediaSettings()


def file_of(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def ramp(width: int = 96, height: int = 64) -> Image.Image:
    """Red grows to the right, green downwards: every corner has its own colour."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    return Image.fromarray(pixels)


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises this many pixels in a few bytes."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body
    return start + struct.pack(">I", zlib.crc32(body)) + b"\x00\x00\x00\x00IEND\xaeB`\x82"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_allowed_formats_are_read(kind: str) -> None:
    picture = decode(file_of(ramp(), kind), LIMITS)
    assert (picture.mode, picture.size) == ("RGB", (96, 64))
    assert np.abs(np.asarray(picture, int) - np.asarray(ramp(), int)).mean() < 12


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "PDF", "EPS", "TGA"])
def test_other_formats_are_refused_though_pillow_reads_them(kind: str) -> None:
    with pytest.raises(MediaTypeError, match="no picture of a known format"):
        decode(file_of(ramp(), kind), LIMITS)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff", bytes(1000)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(MediaError):
        decode(data, LIMITS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("side", [None, 16])
def test_a_cut_picture_is_refused(kind: str, side: int | None) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 96, 3), np.uint8))
    data = file_of(noise, kind)
    with pytest.raises(MediaError):
        decode(data[: len(data) // 2], LIMITS, side)


@pytest.mark.parametrize("size", [(8000, 8000), (16_385, 10), (10, 16_385), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(MediaTooLargeError, match=r"than the|at most.*raise media\.max_pixels"):
        Opened(png_header(*size), LIMITS)


def test_a_file_of_too_many_bytes_is_refused() -> None:
    data = file_of(ramp(), "PNG")
    with pytest.raises(MediaTooLargeError, match="bytes"):
        decode(data, MediaSettings(max_bytes=len(data) - 1))
    assert decode(data, MediaSettings(max_bytes=len(data))).size == (96, 64)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(orientation: int) -> None:
    """Stored corners top left, top right, bottom right, by where EXIF says they belong."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file_of(ramp(), "PNG", exif=exif)
    picture = decode(data, LIMITS)
    width, height = picture.size
    assert (width, height) == ((96, 64) if orientation < 5 else (64, 96))
    assert Opened(data, LIMITS).shape.width == width
    ends = {"left": 0, "right": width - 1, "top": 0, "bottom": height - 1}
    where_row_0_and_column_0_are = {  # from the EXIF standard
        1: ("top", "left"),
        2: ("top", "right"),
        3: ("bottom", "right"),
        4: ("bottom", "left"),
        5: ("left", "top"),
        6: ("right", "top"),
        7: ("right", "bottom"),
        8: ("left", "bottom"),
    }[orientation]
    x, y = (ends[side] for side in sorted(where_row_0_and_column_0_are, key="top bottom".count))
    assert picture.getpixel((x, y)) == (0, 0, 0)  # row 0 and column 0 is black in `ramp`


def test_metadata_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"  # the GPS block
    data = file_of(ramp(), "JPEG", exif=exif, comment=b"secret", icc_profile=b"profile")
    assert b"A camera" in data
    picture = decode(data, LIMITS)
    assert picture.info == {}
    assert dict(picture.getexif()) == {}


def test_transparent_parts_are_white() -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    half = Image.new("RGBA", (8, 8), (255, 0, 0, 128))
    palette = clear.convert("P")
    palette.info["transparency"] = palette.getpixel((0, 0))
    assert decode(file_of(clear, "PNG"), LIMITS).getpixel((4, 4)) == (255, 255, 255)
    assert decode(file_of(half, "PNG"), LIMITS).getpixel((4, 4)) == (255, 127, 127)
    assert decode(file_of(palette, "GIF"), LIMITS).getpixel((4, 4)) == (255, 255, 255)


def test_other_kinds_of_pixels_are_converted() -> None:
    deep = Image.fromarray(np.full((8, 8), 0x8000, np.uint16))
    assert decode(file_of(deep, "PNG"), LIMITS).getpixel((0, 0)) == (128, 128, 128)
    ink = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    red, green, blue = decode(file_of(ink, "JPEG"), LIMITS).getpixel((0, 0))  # type: ignore[misc]
    assert red > 200
    assert green < 60
    assert blue < 60
    for mode in ("1", "L", "P", "LA"):
        assert decode(file_of(ramp().convert(mode), "PNG"), LIMITS).mode == "RGB"


def test_the_first_frame_of_a_gif_is_read() -> None:
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    data = file_of(first, "GIF", save_all=True, append_images=[second])
    assert decode(data, LIMITS).getpixel((0, 0)) == (255, 0, 0)


def test_a_jpeg_is_decoded_smaller_where_that_is_enough() -> None:
    opened = Opened(file_of(ramp(900, 600), "JPEG"), LIMITS)
    assert [opened.reduction(side) for side in (None, 400, 300, 150, 10)] == [1, 1, 2, 4, 8]
    assert opened.decode(256).size == (450, 300)
    assert (opened.shape.width, opened.shape.height) == (900, 600)
    assert Opened(file_of(ramp(900, 600), "PNG"), LIMITS).reduction(10) == 1


def test_broken_metadata_does_not_refuse_a_sound_picture() -> None:
    data = file_of(ramp(), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert decode(data, LIMITS).size == (96, 64)
