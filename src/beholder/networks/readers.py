"""What `scorers.reader` reads histories with, as PyTorch learns it: the same formulas.

To be served, all arrays are handed over by their names.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

HEADS, AGES, TINY = 4, 20, 1e-9
SPREAD = 0.02  # of what positions begin with


class Reader(nn.Module):
    """Vectors of histories (b, h, d), with weights (b, h), 0 for none, and ages, to one (b, d)."""

    def __init__(self, size: int, seed: int, sizes: dict[str, tuple[int, ...]]) -> None:
        super().__init__()
        draw = torch.Generator().manual_seed(seed)
        for name, shape in sizes.items():
            spread = SPREAD if name in ("P", "O", "B") else shape[0] ** -0.5
            drawn = torch.randn(*shape, generator=draw) * spread
            self.register_parameter(name, nn.Parameter(drawn))
        self.size = size

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return all that was learned, by name."""
        found = self.named_parameters()
        return {name: value.detach().cpu().float().numpy() for name, value in found}

    def _aged(self, f: Any, age: Any) -> Any:
        return f + self.P[age.clamp(max=AGES - 1)]

    def _heads(self, asked: Any, x: Any, w: Any) -> Any:
        """Return what each head reads for each question, (b, q, d)."""

        def split(y: Any) -> Any:
            return y.unflatten(-1, (HEADS, -1)).transpose(1, 2)

        mask = w.clamp(min=TINY).log()[:, None, None]
        parts = split(asked), split(x @ self.K), split(x @ self.V)
        told = functional.scaled_dot_product_attention(*parts, attn_mask=mask.to(x.dtype))
        return told.transpose(1, 2).flatten(2)


def _squares(size: int, names: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = dict.fromkeys(names, (size, size))
    return {"P": (AGES, size), **found}


class Attention(Reader):
    """q = c + heads O, asked by the mean c."""

    def __init__(self, size: int, seed: int) -> None:
        super().__init__(size, seed, _squares(size, "QKVO"))

    def forward(self, f: Any, w: Any, age: Any) -> Any:
        """Return one vector of each history."""
        centre = _mean(f, w)
        read = self._heads(centre[:, None] @ self.Q, self._aged(f, age), w) @ self.O
        return centre + read[:, 0]


class Transformer(Reader):
    """One block, asked by the newest moment."""

    def __init__(self, size: int, seed: int) -> None:
        super().__init__(
            size, seed, _squares(size, "QKVO") | {"A": (size, 2 * size), "B": (2 * size, size)}
        )
        for name in ("first", "second"):
            gain = torch.stack([torch.ones(size), torch.zeros(size)])
            self.register_parameter(name, nn.Parameter(gain))

    def forward(self, f: Any, w: Any, age: Any) -> Any:
        """Return one vector of each history."""
        x = self._aged(f, age)
        flat = self._flattened(x, self.first)
        y = x + self._heads(flat @ self.Q, flat, w) @ self.O
        y = y + (self._flattened(y, self.second) @ self.A).relu() @ self.B
        return _mean(y, w * (age == 0))

    def _flattened(self, x: Any, gain: Any) -> Any:
        return functional.layer_norm(x, (self.size,), gain[0], gain[1])


class GRU(Reader):
    """A gated unit that reads moments, oldest first."""

    def __init__(self, size: int, seed: int) -> None:
        super().__init__(
            size, seed, {"W": (size, 3 * size), "U": (size, 3 * size), "O": (size,) * 2}
        )
        for name in ("b", "c"):
            self.register_parameter(name, nn.Parameter(torch.zeros(3 * size)))

    def forward(self, f: Any, w: Any, age: Any) -> Any:
        """Return one vector of each history."""
        state = moment = torch.zeros_like(f[:, 0])
        for old in range(int(age.max()), -1, -1):
            own = w * (age == old)
            there = (own.sum(1) > 0)[:, None]
            moment = torch.where(there, _mean(f, own), moment)
            state = torch.where(there, self._step(moment, state), state)
        return moment + state @ self.O

    def _step(self, moment: Any, state: Any) -> Any:
        into, back = (moment @ self.W + self.b).chunk(3, -1), (state @ self.U + self.c).chunk(3, -1)
        r, z = (into[0] + back[0]).sigmoid(), (into[1] + back[1]).sigmoid()
        return (1 - z) * (into[2] + r * back[2]).tanh() + z * state


READERS: dict[str, type[Any]] = {"attention": Attention, "transformer": Transformer, "gru": GRU}


def _mean(f: Any, w: Any) -> Any:
    return (f * w[..., None]).sum(1) / w.sum(1, keepdim=True).clamp(min=TINY)
