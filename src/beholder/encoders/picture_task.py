"""What a worker process does with one picture: read it, encode it, make its renditions.

`beholder.encoders.picture_workers` names this task; nothing here runs in the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image

from beholder.encoders.interface import Encoder
from beholder.encoders.own_network import decode_side, square
from beholder.encoders.registry import open_encoder
from beholder.encoders.small_cnn import SIDE as SMALL
from beholder.encoders.small_cnn import SmallCnn, small
from beholder.media.pictures import Opened
from beholder.media.renditions import main_colour, render
from beholder.settings import MediaSettings

COLOUR_SIDE = 256  # as the encoders decode, so that it costs no decoding of its own


def setup(options: dict[str, Any]) -> Callable[[bytes, dict[str, Any]], dict[str, Any]]:
    """Open the encoders and return the work on one picture.

    Options: `encoders` (names), `graphs` (folder), `limits` (the media settings).
    """
    limits = msgspec.convert(options["limits"], MediaSettings)
    encoders = {name: open_encoder(name, Path(options["graphs"])) for name in options["encoders"]}

    def work(data: bytes, asked: dict[str, Any]) -> dict[str, Any]:
        return _look(data, limits, [encoders[name] for name in asked["encoders"]], asked)

    return work


def _look(
    data: bytes, limits: MediaSettings, encoders: list[Encoder], asked: dict[str, Any]
) -> dict[str, Any]:
    began = time.perf_counter()
    opened = Opened(data, limits)
    # Each encoder sees what it would see alone: its vector may not depend on the others.
    # Most need the same reduction, which is decoded once.
    pictures = [opened.decode(encoder.decode_side) for encoder in encoders]
    decoded = time.perf_counter()
    outputs = {
        encoder.name: _pack(encoder, picture)
        for encoder, picture in zip(encoders, pictures, strict=True)
    }
    encoded = time.perf_counter()
    shrunk = small(opened.decode(SMALL)) if asked.get("small") or asked.get("network") else None
    said = b""
    if shrunk is not None and asked.get("network"):
        said = network_of(asked["network"]).scores(shrunk[None]).astype("<f4").tobytes()
    side = asked.get("square", 0)
    squared = square(opened.decode(decode_side(side)), side).tobytes() if side else b""
    colour = main_colour(opened.decode(COLOUR_SIDE))
    renditions = render(opened) if asked["renditions"] else {}
    rendered = time.perf_counter()
    return {
        "width": opened.shape.width,
        "height": opened.shape.height,
        "colour": colour,
        "outputs": outputs,
        "small": shrunk.tobytes() if shrunk is not None and asked.get("small") else b"",
        "square": squared,
        "said": said,
        "renditions": {str(width): file for width, file in renditions.items()},
        "seconds": [decoded - began, encoded - decoded, rendered - encoded],
    }


def network_of(network: str | bytes) -> SmallCnn:
    """Open a network: of one person anew each time, since nothing of a person may stay."""
    return SmallCnn(network) if isinstance(network, bytes) else _of_bundle(network)


@lru_cache(maxsize=1)
def _of_bundle(path: str) -> SmallCnn:
    return SmallCnn(Path(path))


def _pack(encoder: Encoder, picture: Image.Image) -> dict[str, bytes]:
    return {
        name: np.ascontiguousarray(rows[0], "<f4").tobytes()
        for name, rows in encoder.outputs([picture]).items()
    }


def unpack(outputs: dict[str, bytes]) -> dict[str, npt.NDArray[np.float32]]:
    """Return the arrays that `setup`'s work packed for one encoder."""
    return {name: np.frombuffer(data, "<f4") for name, data in outputs.items()}
