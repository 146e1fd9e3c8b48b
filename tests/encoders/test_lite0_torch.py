"""The graph against PyTorch itself: `make test-torch`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beholder.encoders.efficientnet_lite0 import EfficientNetLite0, pixels
from beholder.encoders.lite0_weights import read_weights, weights_file
from beholder.testing.encoder_checks import sample_pictures

pytestmark = pytest.mark.torch

# kernel, stride, expansion, channels in, channels out, repeats: the table of EfficientNet-B0,
# written here a second time on purpose
TABLE = [
    (3, 1, 1, 32, 16, 1),
    (3, 2, 6, 16, 24, 2),
    (5, 2, 6, 24, 40, 2),
    (3, 2, 6, 40, 80, 3),
    (5, 1, 6, 80, 112, 3),
    (5, 2, 6, 112, 192, 4),
    (3, 1, 6, 192, 320, 1),
]


@pytest.fixture(scope="module")
def state() -> dict[str, Any]:
    """The weights as PyTorch reads them, in its own safe mode."""
    torch = pytest.importorskip("torch")
    loaded: dict[str, Any] = torch.load(weights_file(), map_location="cpu", weights_only=True)
    return loaded


def forward(state: dict[str, Any], x: Any) -> tuple[Any, Any, Any]:
    """The network in PyTorch's own operations, batch norms not folded."""
    import torch
    from torch.nn import functional

    def conv(x: Any, name: str, norm: str, stride: int = 1, groups: int = 1) -> Any:
        weight = state[f"{name}.weight"]
        kernel, size = weight.shape[-1], x.shape[-1]
        pad = max((-(-size // stride) - 1) * stride + kernel - size, 0)  # TensorFlow's "same"
        x = functional.pad(x, [pad // 2, pad - pad // 2] * 2)
        x = functional.conv2d(x, weight, stride=stride, groups=groups)
        mean, var = state[f"{norm}.running_mean"], state[f"{norm}.running_var"]
        gain, bias = state[f"{norm}.weight"], state[f"{norm}.bias"]
        return functional.batch_norm(x, mean, var, gain, bias, eps=1e-3)

    x = functional.relu6(conv((x - 127) / 128, "_conv_stem", "_bn0", stride=2))
    number = 0
    for kernel, stride, expansion, into, out, repeats in TABLE:
        for repeat in range(repeats):
            name = f"_blocks.{number}."
            step, wide = (stride, into) if repeat == 0 else (1, out)
            y = x
            if expansion > 1:
                y = functional.relu6(conv(y, name + "_expand_conv", name + "_bn0"))
            assert state[name + "_depthwise_conv.weight"].shape[-1] == kernel
            y = conv(y, name + "_depthwise_conv", name + "_bn1", step, wide * expansion)
            y = conv(functional.relu6(y), name + "_project_conv", name + "_bn2")
            x = x + y if step == 1 and wide == out else y
            number += 1
    spatial = functional.relu6(conv(x, "_conv_head", "_bn1"))
    feature = torch.mean(spatial, dim=(2, 3))
    return feature, functional.linear(feature, state["_fc.weight"], state["_fc.bias"]), spatial


def test_the_graph_computes_what_pytorch_computes(graphs: Path, state: dict[str, Any]) -> None:
    import torch

    noise = np.random.default_rng(3).uniform(0, 255, (2, 3, 224, 224)).astype(np.float32)
    batch = np.concatenate([pixels(sample_pictures()), noise])
    with torch.no_grad():
        theirs = forward(state, torch.from_numpy(batch))
    session = EfficientNetLite0(graphs).session
    ours = session.run(["feature", "logits", "spatial"], {"pixels": batch})
    for mine, reference in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, reference.numpy(), atol=1e-4, rtol=1e-4)
    assert (ours[1].argmax(axis=1) == theirs[1].numpy().argmax(axis=1)).all()


def test_the_weights_are_read_as_pytorch_reads_them(state: dict[str, Any]) -> None:
    ours = read_weights(weights_file())
    assert ours.keys() == state.keys()
    for name, tensor in state.items():
        np.testing.assert_array_equal(ours[name], tensor.numpy(), err_msg=name)
