"""EfficientNet-Lite0 with other weights and a linear map behind it, as an ONNX graph.

Input `pixels` (n, 3, side, side), RGB 0..255; output `vectors` (n, dim). With two views a picture
and its mirror image are looked at, and the mean is given: all that is inside of the graph.
"""

from __future__ import annotations

from typing import NamedTuple

from beholder.encoders.interface import Array
from beholder.encoders.lite0_graph import Drawing, value
from beholder.encoders.lite0_weights import DIM, Weights

INPUT, OUTPUT = "pixels", "vectors"
VIEWS = (1, 2)


class Linear(NamedTuple):
    """The map x W' + b behind the pooled features.

    Attributes
    ----------
    weight, bias
        float32 (dim, 1280), (dim,).
    """

    weight: Array
    bias: Array


def write(weights: Weights, linear: Linear | None, side: int, views: int = 1) -> bytes:
    """Return the file of a network.

    Parameters
    ----------
    weights
        As `lite0_graph.folded` returns them.
    linear
        None: the pooled features as they are.
    side
        Width and height of its pictures.
    views
        1, or 2: the mirror image, too.
    """
    net = Drawing(weights)
    pixels = mirrored(net) if views == 2 else INPUT
    features = net.node("Flatten", net.node("GlobalAveragePool", net.trunk(pixels)))
    if views == 2:
        features = mean_of_views(net, features, DIM)
    if linear is None:
        net.node("Identity", features, name=OUTPUT)
    else:
        of = net.constant(linear.weight), net.constant(linear.bias)
        net.node("Gemm", features, *of, name=OUTPUT, transB=1)
    dim = DIM if linear is None else len(linear.bias)
    model = net.model(
        "efficientnet-lite0-tuned",
        [value(INPUT, 3, side, side)],
        [value(OUTPUT, dim)],
    )
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def mirrored(net: Drawing) -> str:
    """Return all pictures, and after them all as a mirror shows them."""
    cut = (net.whole([-1]), net.whole([-(2**31)]), net.whole([3]), net.whole([-1]))
    return net.node("Concat", INPUT, net.node("Slice", INPUT, *cut), axis=0)


def mean_of_views(net: Drawing, rows: str, dim: int) -> str:
    """Return the means of rows (2 n, dim), the second half of which is of mirror images."""
    apart = net.node("Reshape", rows, net.whole([2, -1, dim]))
    return net.node("ReduceMean", apart, axes=[0], keepdims=0)
