"""Pictures as they could have been, too: flipped, cropped, of other colours, in part hidden, mixed.

What is done to each picture is drawn first; it is then done to an array here, or to a tensor by
`beholder.networks.augment`, with the same outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.settings import Augmentation

KINDS: tuple[Augmentation, ...] = get_args(Augmentation)
CROPPED = 0.75  # of a side remains at least
LIGHT, TINT = 0.2, 0.1  # how far all channels, and each by itself, may be from 1
ERASED = (0.1, 0.3)  # of a side, from and to
MIXED = (0.7, 1.0)  # of a picture is its own, from and to
Pixels = NDArray[np.uint8]
Boxes = NDArray[np.int64]


class Drawn(NamedTuple):
    """What is done to each of n pictures; None: that kind is not asked for.

    Attributes
    ----------
    flip
        bool (n,). Left to right.
    crop, erase
        int64 (n, 4). Left, top, right, bottom of what remains, or of what is made grey.
    gain
        float32 (n, 3). Times each channel.
    other, own
        int64 (n,), float32 (n,). A picture that is mixed in, and the share that is not of it.
    """

    flip: NDArray[np.bool_] | None = None
    crop: Boxes | None = None
    gain: NDArray[np.float32] | None = None
    erase: Boxes | None = None
    other: NDArray[np.int64] | None = None
    own: NDArray[np.float32] | None = None


def draw(kinds: Sequence[Augmentation], n: int, side: int, rng: np.random.Generator) -> Drawn:
    """Draw what is done to n pictures of a side."""
    found: dict[str, Any] = {}
    if "flip" in kinds:
        found["flip"] = rng.random(n) < 0.5
    if "crop" in kinds:
        found["crop"] = _boxes(rng, n, side, CROPPED, 1.0)
    if "colour" in kinds:
        light = rng.uniform(1 - LIGHT, 1 + LIGHT, (n, 1))
        found["gain"] = (light * rng.uniform(1 - TINT, 1 + TINT, (n, 3))).astype(np.float32)
    if "erase" in kinds:
        found["erase"] = _boxes(rng, n, side, *ERASED)
    if "mix" in kinds:
        found["other"] = rng.permutation(n)
        found["own"] = rng.uniform(*MIXED, n).astype(np.float32)
    return Drawn(**found)


def _boxes(rng: np.random.Generator, n: int, side: int, least: float, most: float) -> Boxes:
    size = np.maximum(np.rint(side * rng.uniform(least, most, n)).astype(np.int64), 1)
    left, top = (np.floor(rng.random((2, n)) * (side - size + 1))).astype(np.int64)
    return np.stack([left, top, left + size, top + size], axis=1)


def on_arrays(pixels: Pixels, drawn: Drawn) -> Pixels:
    """Return pictures (n, side, side, 3) with what was drawn done to them."""
    out = pixels.astype(np.float32)
    if drawn.flip is not None:
        out = np.where(drawn.flip[:, None, None, None], out[:, :, ::-1], out)
    if drawn.crop is not None:
        cropped = zip(out, drawn.crop.tolist(), strict=True)
        out = np.stack([_cropped(picture, box) for picture, box in cropped])
    if drawn.gain is not None:
        out = np.clip(out * drawn.gain[:, None, None], 0, 255)
    if drawn.erase is not None:
        for row, (left, top, right, bottom) in enumerate(drawn.erase.tolist()):
            out[row, top:bottom, left:right] = GREY
    if drawn.other is not None and drawn.own is not None:
        own = drawn.own[:, None, None, None]
        out = own * out + (1 - own) * out[drawn.other]
    return np.rint(out).astype(np.uint8)


GREY = 127.0


def _cropped(picture: NDArray[np.float32], box: list[int]) -> NDArray[np.float32]:
    """Return a part of a picture, as large as it was, between the nearest pixels."""
    left, top, right, bottom = box
    side, part = len(picture), picture[top:bottom, left:right]
    channels = [
        Image.fromarray(np.ascontiguousarray(part[..., channel])).resize(
            (side, side), Image.Resampling.BILINEAR
        )
        for channel in range(3)
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)


def invariance(
    encode: Callable[[Pixels], NDArray[np.float32]], pixels: Pixels, seed: int
) -> dict[str, float]:
    """Return how alike a picture and a changed one are, by the kind of change.

    Parameters
    ----------
    encode
        From pictures (n, side, side, 3) to vectors (n, dim).

    Returns
    -------
    Mean cosines of vectors less the mean of all pictures: 1 is the same, 0 as two pictures are.
    """
    plain = encode(pixels)
    mean = plain.mean(axis=0)
    found: dict[str, float] = {}
    for kind in KINDS:
        drawn = draw([kind], len(pixels), pixels.shape[1], np.random.default_rng([seed, 51]))
        one, other = plain - mean, encode(on_arrays(pixels, drawn)) - mean
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        found[kind] = float(((one * other).sum(axis=1) / np.maximum(lengths, 1e-12)).mean())
    return found
