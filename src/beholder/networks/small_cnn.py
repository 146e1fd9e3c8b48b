"""The classic: two convolutions, two poolings and three dense layers on pictures of 32 x 32.

With `padding=1` a 3x3 convolution keeps width and height, so that two poolings leave 8 x 8 places
of 128 channels: 8,192 numbers go into the first dense layer.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class SmallCnn(nn.Module):
    """Pixels 0..255 (n, 3, 32, 32) to numbers (n, outputs), before sigmoid or softmax.

    Parameters
    ----------
    mean, deviation
        Of each channel, on 0..255. They are a part of the network: whoever asks it does not
        need to know them.
    """

    def __init__(
        self,
        mean: list[float],
        deviation: list[float],
        outputs: int = 1,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(deviation).reshape(1, 3, 1, 1))
        self.layers = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1),  # (n, 64, 32, 32)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 64, 16, 16)
            nn.Conv2d(64, 128, 3, padding=1),  # (n, 128, 16, 16)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 128, 8, 8)
            nn.Flatten(),  # (n, 8192)
            nn.Linear(128 * 8 * 8, 512),
            nn.ReLU(),
            nn.Linear(512, 128),
            nn.ReLU(),
            nn.Linear(128, outputs),
        )

    def forward(self, pixels: Any) -> Any:
        """Return the numbers of each picture."""
        return self.layers((pixels - self.mean) / self.deviation)
