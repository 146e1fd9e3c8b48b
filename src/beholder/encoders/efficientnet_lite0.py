"""EfficientNet-Lite0 with ImageNet weights: the encoder a plain installation works with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from beholder.encoders.interface import Array, Pictures, open_session
from beholder.encoders.lite0_weights import DIM, GRAPH_VERSION, SHA256, SIDE

MARGIN = 32  # pixels of the resized picture that the centre crop leaves out


class EfficientNetLite0:
    """Pooled features of EfficientNet-Lite0, with class scores.

    Parameters
    ----------
    folder
        Where the graph is kept once it is built.

    References
    ----------
    Tan and Le, EfficientNet, ICML 2019.
    """

    name = "efficientnet-lite0"
    version = f"{SHA256[:8]}-{GRAPH_VERSION}"
    dim = DIM
    decode_side = SIDE + MARGIN

    def __init__(self, folder: Path) -> None:
        from beholder.encoders.lite0_graph import graph_file  # ONNX: only workers need it

        self.session = open_session(str(graph_file(folder)))

    def encode(self, pictures: Pictures) -> Array:
        """Return the pooled vectors, shape (n, 1280), each number 0..6."""
        return self.outputs(pictures)["vectors"]

    def outputs(self, pictures: Pictures) -> dict[str, Array]:
        """Return vectors (n, 1280) and classes (n, 1000), before softmax, from one pass."""
        vectors, classes = self.session.run(["feature", "logits"], {"pixels": pixels(pictures)})
        return {"vectors": vectors, "classes": classes}


def pixels(pictures: Pictures) -> Array:
    """Return the pictures as the network wants them, shape (n, 3, 224, 224), RGB 0..255."""
    batch = np.empty((len(pictures), 3, SIDE, SIDE), np.float32)
    for row, picture in enumerate(pictures):
        batch[row] = np.moveaxis(np.asarray(centre(picture)), -1, 0)
    return batch


def centre(picture: Image.Image) -> Image.Image:
    """Return the centre of a picture, bicubic, 224x224, as the network was trained on.

    The crop is square with side min(w, h) * 224 / 256.
    """
    side = min(picture.size) * SIDE / (SIDE + MARGIN)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    return picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
