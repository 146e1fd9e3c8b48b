"""The small network as an ONNX graph, written from its trained weights.

Input `pixels` (n, 3, 32, 32), RGB 0..255; output `scores` (n, outputs), 0 to 1: a sigmoid over
one number, softmax over several. The mean and the deviation of each channel are inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from beholder.encoders.small_cnn import SIDE

INPUT, OUTPUT = "pixels", "scores"
# Numbers of the layers that have weights, as the trained network counts them.
CONVOLUTIONS, DENSE = (0, 3), (7, 9, 11)


def write(weights: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the file of a network.

    Parameters
    ----------
    weights
        By name: `mean`, `deviation`, and `layers.N.weight` and `layers.N.bias`.
    """
    constants = [
        numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name)
        for name, value in weights.items()
    ]
    nodes = [
        helper.make_node("Sub", [INPUT, "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "deviation"], ["x"]),
    ]
    last = "x"
    for n in CONVOLUTIONS:
        inputs = [last, f"layers.{n}.weight", f"layers.{n}.bias"]
        last = f"pooled{n}"
        nodes += [
            helper.make_node("Conv", inputs, [f"conv{n}"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", [f"conv{n}"], [f"relu{n}"]),
            helper.make_node("MaxPool", [f"relu{n}"], [last], kernel_shape=[2, 2], strides=[2, 2]),
        ]
    nodes.append(helper.make_node("Flatten", [last], ["flat"]))
    last = "flat"
    for n in DENSE:
        inputs = [last, f"layers.{n}.weight", f"layers.{n}.bias"]
        nodes.append(helper.make_node("Gemm", inputs, [f"dense{n}"], transB=1))
        last = f"dense{n}"
        if n != DENSE[-1]:
            nodes.append(helper.make_node("Relu", [last], [f"relu{n}"]))
            last = f"relu{n}"
    outputs = len(weights[f"layers.{DENSE[-1]}.bias"])
    nodes.append(
        helper.make_node("Sigmoid", [last], [OUTPUT])
        if outputs == 1
        else helper.make_node("Softmax", [last], [OUTPUT], axis=1)
    )
    graph = helper.make_graph(
        nodes,
        "small-cnn",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", outputs])],
        constants,
    )
    model = helper.make_model(
        graph,
        producer_name="beholder",
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data
