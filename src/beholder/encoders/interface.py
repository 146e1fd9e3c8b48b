"""What an encoder is: pictures in, one vector a picture out.

`beholder.testing.encoder_checks` holds the checks that every encoder passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from PIL import Image

Array = npt.NDArray[np.float32]
Pictures = Sequence[Image.Image]


@runtime_checkable
class Encoder(Protocol):
    """Turns pictures into vectors. Preprocessing belongs to the encoder.

    The vector of a picture depends on nothing but the picture: not on the batch around it,
    nor on the process or the order of calls.
    """

    name: str
    version: str
    """Changes whenever a vector would; part of the key of the cache."""
    dim: int
    decode_side: int
    """Pictures may be decoded smaller as long as their short side keeps this many pixels."""

    def encode(self, pictures: Pictures) -> Array:
        """Return the vectors of RGB pictures of any size, shape (n, dim), finite."""

    def outputs(self, pictures: Pictures) -> dict[str, Array]:
        """Return all that is kept, from one pass: "vectors" (n, dim) and, perhaps, "classes".

        Classes are scores before softmax, shape (n, n_classes).
        """


def open_session(network: str | bytes) -> Any:
    """Open an ONNX file, or its bytes, on one thread: processes run side by side, not threads."""
    import onnxruntime  # only workers need it

    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: a warning on every start helps nobody
    return runtime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
