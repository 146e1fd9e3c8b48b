"""EfficientNet-Lite0 in PyTorch, to be tuned: the same weights, norms folded in.

With its norms folded into the convolutions it computes what the graph computes, whatever the
batch, and what was tuned is written into the same graph again.

References
----------
Tan and Le, EfficientNet, ICML 2019. Chen et al., Training deep nets with sublinear memory cost,
2016.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from beholder.encoders import lite0_graph
from beholder.encoders.lite0_weights import Weights
from beholder.encoders.own_graph import Linear

LAST = 13  # blocks that stay as they are where only the last ones are tuned: 12 of 16, and the stem


class Lite0(nn.Module):
    """Pixels 0..255 (n, 3, side, side) to pooled features (n, 1280), mapped to (n, dim).

    Parameters
    ----------
    weights
        As `lite0_graph.folded` returns them.
    linear
        The map that it begins with.
    frozen
        How many blocks, of eighteen, are not tuned: they are asked without keeping anything. The
        others are asked a second time for their gradients, rather than kept in memory.
    """

    def __init__(self, weights: Weights, linear: Linear, frozen: int = 0) -> None:
        super().__init__()
        self.frozen = frozen
        self.rest = {name: weights[name] for name in ("_fc.weight", "_fc.bias")}
        self.blocks = nn.ModuleList(_Block(block, weights) for block in lite0_graph.blocks())
        for block in self.blocks[:frozen]:
            block.requires_grad_(False)
        self.linear = nn.Linear(linear.weight.shape[1], linear.weight.shape[0])
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(linear.weight))
            self.linear.bias.copy_(torch.from_numpy(linear.bias))

    def forward(self, pixels: Any) -> Any:
        """Return the vectors of pictures."""
        x = (pixels - 127) / 128
        with torch.no_grad():
            for block in self.blocks[: self.frozen]:
                x = block(x)
        for block in self.blocks[self.frozen :]:
            x = checkpoint(block, x, use_reentrant=False) if torch.is_grad_enabled() else block(x)
        return self.linear(x.mean(dim=(2, 3)))

    def exported(self) -> tuple[Weights, Linear]:
        """Return all weights as the graph takes them."""
        found = dict(self.rest)
        for block in self.blocks:
            for conv, layer in zip(block.plan.convolutions, block.layers, strict=True):
                found[f"{conv.name}.weight"] = _array(layer.weight)
                found[f"{conv.name}.bias"] = _array(layer.bias)
        return found, Linear(_array(self.linear.weight), _array(self.linear.bias))


class _Block(nn.Module):
    def __init__(self, plan: lite0_graph.Block, weights: Weights) -> None:
        super().__init__()
        self.plan = plan
        self.layers = nn.ModuleList(_layer(conv, weights) for conv in plan.convolutions)

    def forward(self, x: Any) -> Any:
        y = x
        for conv, layer in zip(self.plan.convolutions, self.layers, strict=True):
            y = layer(functional.pad(y, _same(y.shape[-1], conv.kernel, conv.stride)))
            y = functional.relu6(y) if conv.relu6 else y
        return x + y if self.plan.residual else y


def _layer(conv: lite0_graph.Convolution, weights: Weights) -> nn.Conv2d:
    weight = torch.from_numpy(np.ascontiguousarray(weights[f"{conv.name}.weight"], np.float32))
    bias = torch.from_numpy(np.ascontiguousarray(weights[f"{conv.name}.bias"], np.float32))
    out, into = weight.shape[0], weight.shape[1] * conv.groups
    layer = nn.Conv2d(into, out, conv.kernel, conv.stride, groups=conv.groups)
    with torch.no_grad():
        layer.weight.copy_(weight)
        assert layer.bias is not None
        layer.bias.copy_(bias)
    return layer


def _same(size: int, kernel: int, stride: int) -> list[int]:
    """Return the padding that keeps the size, as the weights were trained with: more at the end."""
    pad = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return [pad // 2, pad - pad // 2] * 2


def _array(value: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.ascontiguousarray(value.detach().cpu().numpy(), np.float32)
