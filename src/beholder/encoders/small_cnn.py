"""The small network as it answers: a picture of 32 x 32 in, one number or several out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.encoders.interface import Array, open_session
from beholder.errors import DataError

SIDE = 32


class SmallCnn:
    """A trained network, checked before it is opened.

    Parameters
    ----------
    network
        The file, or its bytes.

    Raises
    ------
    DataError
        If it is no such network, or could reach outside of itself.
    """

    def __init__(self, network: Path | bytes) -> None:
        from beholder.encoders.safe_onnx import checked  # ONNX: only workers need it

        try:
            data = network if isinstance(network, bytes) else network.read_bytes()
            self.session = open_session(checked(data))
            shape = self.session.get_inputs()[0].shape
        except DataError:
            raise
        except Exception as error:  # ONNX Runtime has an error class for each way to fail
            raise DataError(
                f"the network cannot be opened: {error}", remedy="train it again"
            ) from error
        if list(shape[1:]) != [3, SIDE, SIDE]:
            raise DataError(f"the network takes pictures of {shape}", remedy="train it again")

    def scores(self, pictures: NDArray[np.uint8]) -> Array:
        """Return what it says of pictures (n, 32, 32, 3), float32 (n, outputs), 0 to 1."""
        pixels = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32)
        (found,) = self.session.run(["scores"], {"pixels": pixels})
        return np.asarray(found, np.float32)


def small(picture: Image.Image) -> NDArray[np.uint8]:
    """Return the whole of a picture as the network sees it, uint8 (32, 32, 3).

    One of 32 x 32 stays as it is.
    """
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.uint8)
