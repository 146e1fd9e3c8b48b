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
    data = build_graph(folded(read_weights(weights_file()))).SerializeToString(deterministic=True)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{_digest(data)}.onnx"
    write_file(path, data)
    return path


class Convolution(NamedTuple):
    """A convolution, by the name of its weights, with its norm folded in, and perhaps a ReLU6."""

    name: str
    norm: str
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    relu6: bool = True


class Block(NamedTuple):
    """Convolutions one after the other, and whether what goes in is added to what comes out."""

    convolutions: tuple[Convolution, ...]
    residual: bool = False


def blocks() -> list[Block]:
    """Return the whole network up to its last map: the stem, sixteen blocks, the head."""
    found = [Block((Convolution("_conv_stem", "_bn0", kernel=3, stride=2),))]
    for stage in STAGES:
        for repeat in range(stage.repeats):
            found.append(_block(f"_blocks.{len(found) - 1}.", stage, first=repeat == 0))
    return [*found, Block((Convolution("_conv_head", "_bn1"),))]


def _block(prefix: str, stage: Stage, *, first: bool) -> Block:
    channels = stage.channels_in if first else stage.channels
    stride = stage.stride if first else 1
    expand = Convolution(prefix + "_expand_conv", prefix + "_bn0")
    depthwise = Convolution(
        prefix + "_depthwise_conv",
        prefix + "_bn1",
        kernel=stage.kernel,
        stride=stride,
        groups=channels * stage.expand,
    )
    project = Convolution(prefix + "_project_conv", prefix + "_bn2", relu6=False)
    parts = (expand, depthwise, project) if stage.expand > 1 else (depthwise, project)
    return Block(parts, residual=stride == 1 and channels == stage.channels)


def folded(weights: Weights) -> Weights:
    """Return weight and bias of each convolution: w * gain, bias - mean * gain of its norm.

    By `NAME.weight` and `NAME.bias`; those of the last layer, `_fc`, are as they were.
    """
    found = {name: weights[name] for name in ("_fc.weight", "_fc.bias")}
    for conv in (conv for block in blocks() for conv in block.convolutions):
        gain = weights[f"{conv.norm}.weight"] / np.sqrt(
            weights[f"{conv.norm}.running_var"] + EPSILON
        )
        found[f"{conv.name}.weight"] = weights[f"{conv.name}.weight"] * gain[:, None, None, None]
        bias = weights[f"{conv.norm}.bias"] - weights[f"{conv.norm}.running_mean"] * gain
        found[f"{conv.name}.bias"] = bias
    return found


def build_graph(weights: Weights) -> onnx.ModelProto:
    """Return the network with input `pixels` and outputs `feature`, `logits` and `spatial`.

    pixels (n, 3, 224, 224) RGB 0..255; feature (n, 1280), the mean of spatial
    (n, 1280, 7, 7); logits (n, 1000) over the ImageNet classes.

    Parameters
    ----------
    weights
        As `folded` returns them.
    """
    net = Drawing(weights)
    x = net.trunk("pixels")
    net.node("Identity", x, name="spatial")
    net.node("Flatten", net.node("GlobalAveragePool", x), name="feature")
    fc = net.constant(weights["_fc.weight"]), net.constant(weights["_fc.bias"])
    net.node("Gemm", "feature", *fc, name="logits", transB=1)
    pixels = [value("pixels", 3, SIDE, SIDE)]
    outputs = [value("feature", DIM), value("logits", CLASSES), value("spatial", DIM, 7, 7)]
    return net.model("efficientnet-lite0", pixels, outputs)


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

    def whole(self, numbers: list[int]) -> str:
        """Add whole numbers (as int64) and return their name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(numbers, np.int64), name))
        return name

    def node(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add an operation and return the name of its output."""
        name = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def trunk(self, pixels: str) -> str:
        """Add all convolutions after pixels 0..255, and return the name of the last map."""
        centred = self.node("Sub", pixels, self.constant(127.0))
        x = self.node("Mul", centred, self.constant(1 / 128))
        for block in blocks():
            y = x
            for conv in block.convolutions:
                y = self.convolve(y, conv)
            x = self.node("Add", y, x) if block.residual else y
        return x

    def convolve(self, x: str, conv: Convolution) -> str:
        """Add a convolution."""
        y = self.node(
            "Conv",
            x,
            self.constant(self.weights[f"{conv.name}.weight"]),
            self.constant(self.weights[f"{conv.name}.bias"]),
            kernel_shape=[conv.kernel, conv.kernel],
            strides=[conv.stride, conv.stride],
            group=conv.groups,
            auto_pad="SAME_UPPER",
        )
        return self.node("Clip", y, self.constant(0.0), self.constant(6.0)) if conv.relu6 else y

    def model(self, name: str, inputs: list[Any], outputs: list[Any]) -> onnx.ModelProto:
        """Return the checked model."""
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.constants)
        model = helper.make_model(
            graph,
            producer_name="beholder",
            opset_imports=[helper.make_opsetid("", 17)],
            ir_version=8,
        )
        onnx.checker.check_model(model)
        return model


def value(name: str, *shape: int) -> Any:
    """Return what a graph says of an input or output of n rows."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
