"""A network made smaller: numbers of half the size, or whole numbers of eight bits.

Half: weights are kept as float16 and widened when the network is opened; it computes as before.
Eight bits: weights and what flows between layers are whole numbers, whose ranges are measured on
pictures of the catalogue (Jacob et al., CVPR 2018).
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from beholder.encoders.safe_onnx import checked
from beholder.errors import DataError

SMALL = 64  # numbers: what has fewer stays as it is
FORMS = ("half", "int8")


def half(network: bytes) -> bytes:
    """Return a network whose weights are float16.

    Raises
    ------
    DataError
        If a weight is too large for it.
    """
    model = onnx.load_from_string(network)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALL:
            continue
        with np.errstate(over="ignore"):
            narrow = numpy_helper.to_array(tensor).astype(np.float16)
        if not np.isfinite(narrow).all():
            raise DataError("a weight is too large for half precision", remedy="keep it as it is")
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(narrow, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return checked(model.SerializeToString(deterministic=True))


def int8(network: bytes, pixels: NDArray[np.uint8]) -> bytes:
    """Return a network of whole numbers.

    Parameters
    ----------
    pixels
        uint8 (n, side, side, 3). Pictures of the catalogue.
    """
    from onnxruntime import quantization  # slow to import

    of: Any = quantization
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises a step that needs a library more
    try:
        with tempfile.TemporaryDirectory() as folder:
            whole, made = Path(folder, "whole.onnx"), Path(folder, "int8.onnx")
            whole.write_bytes(network)
            of.quantize_static(
                str(whole),
                str(made),
                _Pictures(pixels),
                quant_format=of.QuantFormat.QDQ,
                per_channel=True,
                activation_type=of.QuantType.QUInt8,
                # Weights with a sign overflow where a processor lacks VNNI, and say nonsense there.
                weight_type=of.QuantType.QUInt8,
            )
            return checked(made.read_bytes())
    finally:
        logging.disable(before)


class _Pictures:
    """Pictures one by one, as ONNX Runtime's calibration asks for them."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self._left: Iterator[NDArray[np.uint8]] = iter(pixels)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Return the next picture; None: there are no more."""
        for picture in self._left:
            return {"pixels": np.moveaxis(picture, -1, 0)[None].astype(np.float32)}
        return None
