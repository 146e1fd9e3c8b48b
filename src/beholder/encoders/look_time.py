"""How long the frozen network looks at a picture on this machine: a few times at noise."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from beholder.encoders.efficientnet_lite0 import EfficientNetLite0
from beholder.encoders.lite0_weights import SIDE
from beholder.encoders.picture_workers import cores

LOOKED = 8  # times


def seconds_to_look() -> float:
    """Return seconds a picture, all cores at work and decoding aside; nothing is kept."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    picture = [Image.fromarray(noise)]
    with TemporaryDirectory() as folder:
        encoder = EfficientNetLite0(Path(folder))
        encoder.encode(picture)
        began = time.monotonic()
        for _ in range(LOOKED):
            encoder.encode(picture)
        return (time.monotonic() - began) / LOOKED / cores()
