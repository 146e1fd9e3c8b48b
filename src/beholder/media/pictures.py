"""Bytes from anywhere become an RGB picture without anything else in it, or a clear refusal.

Native decoders run here: call this in a worker process (`beholder.media.workers`), never in
the server.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from beholder.errors import MediaError, MediaTooLargeError, MediaTypeError
from beholder.settings import MediaSettings

FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
        AvifImagePlugin.AvifImageFile,
        GifImagePlugin.GifImageFile,
    )
)
ORIENTATION = 0x0112  # the EXIF tag
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SMALLER = "make the picture smaller, or raise media.max_pixels and media.max_side"
SIDEWAYS = (5, 6, 7, 8)  # these swap width and height
WHITE = (255, 255, 255)

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # one thread a worker


@dataclass(frozen=True)
class Shape:
    """Width and height of a picture as it is seen: after its orientation is applied."""

    width: int
    height: int


class Opened:
    """The checked header of a picture; its pixels are decoded when asked for.

    Parameters
    ----------
    data
        The file.
    limits
        Bytes, pixels and side length that are accepted.

    Raises
    ------
    MediaTypeError
        If it is no JPEG, PNG, WebP, AVIF or GIF.
    MediaTooLargeError
        If it is over a limit. Pixels are counted before any is decoded.
    """

    def __init__(self, data: bytes, limits: MediaSettings) -> None:
        if len(data) > limits.max_bytes:
            raise MediaTooLargeError(
                f"the file has {len(data)} bytes, at most {limits.max_bytes} are read",
                remedy="make the picture smaller, or raise media.max_bytes",
            )
        self.data, self.limits = data, limits
        with self._open() as image:
            _refuse_large(image.size, limits)
            self.stored = image.size
            self.drafts = image.format == "JPEG"
            self.orientation = _orientation(image)
        width, height = self.stored
        sideways = self.orientation in SIDEWAYS
        self.shape = Shape(height, width) if sideways else Shape(width, height)
        self._decoded: dict[int, Image.Image] = {}

    def reduction(self, side: int | None) -> int:
        """Return by how much decoding may shrink (1, 2, 4 or 8) for this short side."""
        if side is None or not self.drafts:
            return 1
        return max(n for n in (1, 2, 4, 8) if n == 1 or min(self.stored) >= n * side)

    def decode(self, side: int | None = None) -> Image.Image:
        """Return the picture: RGB, upright, without metadata, transparent parts white.

        It is kept: the same reduction is not decoded twice, and must not be changed.

        Parameters
        ----------
        side
            The short side that is needed at least: a JPEG is then decoded at a half, a
            quarter or an eighth. None: all pixels.

        Raises
        ------
        MediaError
            If the pixels cannot be read to the end.
        """
        by = self.reduction(side)
        if by not in self._decoded:
            self._decoded[by] = self._decode(by)
        return self._decoded[by]

    def _decode(self, by: int) -> Image.Image:
        try:
            with warnings.catch_warnings(), self._open() as image:
                warnings.simplefilter("ignore")  # of Pillow, about metadata that is dropped
                if by > 1:
                    width, height = image.size
                    image.draft("RGB", (width // by, height // by))
                image.load()
                return _plain(image, self.orientation)
        except MediaError:
            raise
        except MemoryError as error:
            raise MediaTooLargeError(
                "decoding the picture takes more memory than is allowed",
                remedy="make the picture smaller, or raise media.memory",
            ) from error
        except Exception as error:  # Pillow raises SyntaxError, struct.error and more
            raise MediaError(
                f"the picture is broken or cut: {_words(error)}", remedy="export it again"
            ) from error

    def _open(self) -> ImageFile.ImageFile:
        # The library's own limit of pixels stands behind ours, and never below it.
        Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, self.limits.max_pixels)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Image.open(io.BytesIO(self.data), formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise MediaTooLargeError(
                f"the picture has far more than the {self.limits.max_pixels} pixels that are read",
                remedy=SMALLER,
            ) from error
        except MemoryError as error:
            raise MediaTooLargeError(
                "opening the picture takes more memory than is allowed",
                remedy="make the picture smaller, or raise media.memory",
            ) from error
        except Exception as error:
            raise MediaTypeError(
                "the bytes are no picture of a known format",
                remedy="JPEG, PNG, WebP, AVIF and GIF are read",
            ) from error


def decode(data: bytes, limits: MediaSettings, side: int | None = None) -> Image.Image:
    """Return the picture in `data` as plain RGB; see `Opened` for limits and errors."""
    return Opened(data, limits).decode(side)


def _refuse_large(size: tuple[int, int], limits: MediaSettings) -> None:
    width, height = size
    if width * height > limits.max_pixels or max(size) > limits.max_side:
        raise MediaTooLargeError(
            f"the picture has {width} x {height} pixels, at most {limits.max_pixels} "
            f"and a side of {limits.max_side} are read",
            remedy=SMALLER,
        )
    if width < 1 or height < 1:
        raise MediaError("the picture has no pixels", remedy="export it again")


def _orientation(image: Image.Image) -> int:
    """Return how the picture is to be turned, 1 (not at all) where its EXIF cannot be read."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # else Pillow decodes all pixels to look for metadata behind them
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # broken metadata is dropped with the rest; the pixels may be sound
        return 1


def _plain(image: Image.Image, orientation: int) -> Image.Image:
    """Return pixels alone: upright RGB over white, without a trace of metadata."""
    if image.mode.startswith("I;16") or image.mode == "I":
        image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.new("RGB", over.size, WHITE)
        image.paste(over, mask=over.getchannel("A"))
    if image.mode != "RGB":
        image = image.convert("RGB")
    turn = UPRIGHT.get(orientation)
    plain = image.copy() if turn is None else image.transpose(turn)
    plain.info = {}
    return plain


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
