"""The network of pictures and words as an ONNX graph, written from its trained weights.

Two halves stand in one file. Of pictures: `pixels` (n, 3, side, side), RGB 0..255, to `vectors`
(n, dim), as any encoder answers. Of items: `words` (m, length), `seen` (m, dim), which are vectors
of pictures, and `there` (m, 2), to `items` (m, dim). The inputs of the second half have defaults,
so that a picture alone can be asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from beholder.encoders.item_network import LENGTH, SEEN, THERE, VOCABULARY, WORDS
from beholder.encoders.lite0_graph import Drawing, value
from beholder.encoders.own_graph import INPUT, OUTPUT, mean_of_views, mirrored

ITEMS = "items"
LAYERS = 3


def write(
    weights: Mapping[str, NDArray[Any]], vocabulary: Sequence[str], side: int, views: int = 1
) -> bytes:
    """Return the file of a network.

    Parameters
    ----------
    weights
        By the names of the trained network.
    vocabulary
        The words that it knows, in order of their codes.
    views
        1, or 2: the mirror image of a picture, too.
    """
    net = Drawing({name: np.asarray(each, np.float32) for name, each in weights.items()})
    _pictures(net, views)
    told = _conv(net) if "reader.bias" in weights else _gru(net)
    dim = len(weights["of_words.bias"])
    _gated(net, net.node("Tanh", _dense(net, told, "of_words")))
    model = net.model(
        "mmcnn",
        [value(INPUT, 3, side, side), *_inputs(dim)],
        [value(OUTPUT, dim), helper.make_tensor_value_info(ITEMS, TensorProto.FLOAT, ["m", dim])],
    )
    helper.set_model_props(model, {VOCABULARY: "\n".join(vocabulary)})
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _inputs(dim: int) -> list[Any]:
    shapes = (WORDS, TensorProto.INT64, LENGTH), (SEEN, TensorProto.FLOAT, dim)
    both = *shapes, (THERE, TensorProto.FLOAT, 2)
    return [helper.make_tensor_value_info(name, kind, ["m", width]) for name, kind, width in both]


def _pictures(net: Drawing, views: int) -> None:
    pixels = mirrored(net) if views == 2 else INPUT
    centred = net.node("Sub", pixels, net.constant(net.weights["mean"]))
    x = net.node("Div", centred, net.constant(net.weights["deviation"]))
    for layer in range(LAYERS):
        of = _weights(net, f"convolutions.{layer}")
        conv = net.node("Conv", x, *of, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        x = net.node("Relu", conv)
    pooled = net.node("Flatten", net.node("GlobalAveragePool", x))
    dense = _dense(net, pooled, "of_pixels")
    if views == 1:
        net.node("Tanh", dense, name=OUTPUT)
    else:
        said = net.node("Tanh", dense)
        net.node("Identity", mean_of_views(net, said, len(net.weights["gate.bias"])), name=OUTPUT)


def _conv(net: Drawing) -> str:
    """Return what one-dimensional convolutions read, (m, read)."""
    words = net.node("Transpose", _embedded(net), perm=[0, 2, 1])
    conv = net.node("Conv", words, *_weights(net, "reader"), kernel_shape=[3], pads=[1, 1])
    real = net.node("Unsqueeze", _real(net), net.whole([1]))
    return net.node(
        "ReduceMax", net.node("Mul", net.node("Relu", conv), real), axes=[2], keepdims=0
    )


def _gru(net: Drawing) -> str:
    """Return what a gated recurrent unit has read at the last word, (m, read)."""
    into, back = (_ordered(net.weights[f"reader.weight_{name}_l0"]) for name in ("ih", "hh"))
    both = (_ordered(net.weights[f"reader.bias_{name}_l0"]) for name in ("ih", "hh"))
    biases = np.concatenate(list(both))
    counted = net.node("ReduceSum", _real(net), net.whole([1]), keepdims=0)
    lengths = net.node("Cast", net.node("Max", counted, net.constant(1.0)), to=TensorProto.INT32)
    words = net.node("Transpose", _embedded(net), perm=[1, 0, 2])
    given = (net.constant(each[None]) for each in (into, back, biases))
    net.nodes.append(
        helper.make_node(
            "GRU",
            [words, *given, lengths],
            ["", "last"],
            hidden_size=back.shape[1],
            linear_before_reset=1,
        )
    )
    return net.node("Squeeze", "last", net.whole([0]))


def _ordered(rows: NDArray[Any]) -> NDArray[Any]:
    """Return gates as the graph wants them, update first; they were learned reset first."""
    reset, update, new = np.split(rows, 3)
    return np.concatenate([update, reset, new])


def _gated(net: Drawing, told: str) -> None:
    """Add z p + (1 - z) t; z is 0 without a picture and 1 without words."""
    one = net.constant(1.0)
    both = net.node("Sigmoid", _dense(net, net.node("Concat", SEEN, told, axis=1), "gate"))
    picture, text = (net.node("Gather", THERE, net.whole([n]), axis=1) for n in (0, 1))
    rest = net.node("Mul", text, net.node("Sub", one, both))
    share = net.node("Mul", picture, net.node("Sub", one, rest))
    seen = net.node("Mul", share, SEEN)
    net.node("Add", seen, net.node("Mul", net.node("Sub", one, share), told), name=ITEMS)
    dim = len(net.weights["gate.bias"])
    for name, kind, width in ((WORDS, np.int64, LENGTH), (SEEN, np.float32, dim),
                              (THERE, np.float32, 2)):  # fmt: skip
        net.constants.append(numpy_helper.from_array(np.zeros((1, width), kind), name))


def _embedded(net: Drawing) -> str:
    return net.node("Gather", net.constant(net.weights["embedding.weight"]), WORDS)


def _real(net: Drawing) -> str:
    """Return 1 for each word, and 0 after the last, (m, length)."""
    return net.node("Cast", net.node("Greater", WORDS, net.whole([0])), to=TensorProto.FLOAT)


def _dense(net: Drawing, x: str, name: str) -> str:
    return net.node("Gemm", x, *_weights(net, name), transB=1)


def _weights(net: Drawing, name: str) -> tuple[str, str]:
    parts = (net.constant(net.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
    return next(parts), next(parts)
