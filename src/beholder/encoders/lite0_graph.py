"""EfficientNet-Lite0 as an ONNX graph, written from its table of blocks.

Batch norms are folded into the convolutions and the normalisation of pixels is inside, so
that the graph takes RGB 0..255. It is built once (0.7 s) and kept in a folder.

References
----------
Tan and Le, EfficientNet, ICML 2019; the Lite variant (no squeeze-and-excite, ReLU6, stem and
head of fixed width) is Google's, 2020, Apache-2.0.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from beholder.durable import write_file
from beholder.encoders.lite0_weights import (
    CLASSES,
    DIM,
    GRAPH_VERSION,
    SHA256,
    SIDE,
    Weights,
    read_weights,
    weights_file,
)

EPSILON = 1e-3  # of the batch norms


class Stage(NamedTuple):
    """A row of the table: `repeats` inverted residual blocks."""

    kernel: int
    stride: int
    expand: int
    channels_in: int
    channels: int
    repeats: int


STAGES = (
    Stage(3, 1, 1, 32, 16, 1),
    Stage(3, 2, 6, 16, 24, 2),
    Stage(5, 2, 6, 24, 40, 2),
    Stage(3, 2, 6, 40, 80, 3),
    Stage(5, 1, 6, 80, 112, 3),
    Stage(5, 2, 6, 112, 192, 4),
    Stage(3, 1, 6, 192, 320, 1),
)


def graph_file(folder: Path) -> Path:
    """Return the graph kept in `folder`, building it where there is none.

    The name holds the hash of the content: a cut or changed file is not used but replaced.
    """
    stem = f"efficientnet-lite0-{SHA256[:8]}-{GRAPH_VERSION}"
    for path in sorted(folder.glob(f"{stem}-*.onnx")):
        if path.stem == f"{stem}-{_digest(path.read_bytes())}":
            return path
        path.unlink(missing_ok=True)
    data = build_graph(read_weights(weights_file())).SerializeToString(deterministic=True)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{_digest(data)}.onnx"
    write_file(path, data)
    return path


def build_graph(weights: Weights) -> onnx.ModelProto:
    """Return the network with input `pixels` and outputs `feature`, `logits` and `spatial`.

    pixels (n, 3, 224, 224) RGB 0..255; feature (n, 1280), the mean of spatial
    (n, 1280, 7, 7); logits (n, 1000) over the ImageNet classes.
    """
    net = Drawing(weights)
    x = net.node("Mul", net.node("Sub", "pixels", net.constant(127.0)), net.constant(1 / 128))
    x = net.convolve(x, "_conv_stem", "_bn0", kernel=3, stride=2)
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            x = _block(net, x, f"_blocks.{number}.", stage, first=repeat == 0)
            number += 1
    x = net.convolve(x, "_conv_head", "_bn1")
    net.node("Identity", x, name="spatial")
    net.node("Flatten", net.node("GlobalAveragePool", x), name="feature")
    fc = net.constant(weights["_fc.weight"]), net.constant(weights["_fc.bias"])
    net.node("Gemm", "feature", *fc, name="logits", transB=1)
    return net.model()


def _block(net: Drawing, x: str, prefix: str, stage: Stage, *, first: bool) -> str:
    channels = stage.channels_in if first else stage.channels
    stride = stage.stride if first else 1
    y = x
    if stage.expand > 1:
        y = net.convolve(y, prefix + "_expand_conv", prefix + "_bn0")
    y = net.convolve(
        y,
        prefix + "_depthwise_conv",
        prefix + "_bn1",
        kernel=stage.kernel,
        stride=stride,
        groups=channels * stage.expand,
    )
    y = net.convolve(y, prefix + "_project_conv", prefix + "_bn2", relu6=False)
    same = stride == 1 and channels == stage.channels
    return net.node("Add", y, x) if same else y


class Drawing:
    """Collects the nodes and constants of one graph; names are given in order."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: Any) -> str:
        """Add numbers (as float32) and return their name."""
        name = f"c{len(self.constants)}"
        array = np.ascontiguousarray(value, np.float32).reshape(np.shape(value))
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add an operation and return the name of its output."""
        name = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def convolve(
        self,
        x: str,
        conv: str,
        norm: str,
        *,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        relu6: bool = True,
    ) -> str:
        """Add a convolution with its batch norm folded in: w * gain, bias - mean * gain."""
        of = self.weights
        gain = of[f"{norm}.weight"] / np.sqrt(of[f"{norm}.running_var"] + EPSILON)
        y = self.node(
            "Conv",
            x,
            self.constant(of[f"{conv}.weight"] * gain[:, None, None, None]),
            self.constant(of[f"{norm}.bias"] - of[f"{norm}.running_mean"] * gain),
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",
        )
        return self.node("Clip", y, self.constant(0.0), self.constant(6.0)) if relu6 else y

    def model(self) -> onnx.ModelProto:
        """Return the checked model."""
        pixels = [_value("pixels", 3, SIDE, SIDE)]
        outputs = [_value("feature", DIM), _value("logits", CLASSES), _value("spatial", DIM, 7, 7)]
        graph = helper.make_graph(self.nodes, "efficientnet-lite0", pixels, outputs, self.constants)
        model = helper.make_model(
            graph,
            producer_name="beholder",
            opset_imports=[helper.make_opsetid("", 17)],
            ir_version=8,
        )
        onnx.checker.check_model(model)
        return model


def _value(name: str, *shape: int) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
