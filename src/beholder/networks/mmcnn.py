"""A network of pictures and words: convolutions over pixels, a reader of words, and a gate.

    v = z p + (1 - z) t,    z = sigmoid(G [p; t])

p is what pixels say and t what words say, both of the same length. An item without a picture has
z = 0, one without words z = 1: what is not there has no part in v, nor in its gradient.

References
----------
Arevalo et al., Gated multimodal units, 2017. Kim, Convolutional networks for sentence
classification, EMNLP 2014. Neverova et al., ModDrop, TPAMI 2016.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from beholder.encoders.item_network import Reads

DIM = 64  # of the vectors
EMBEDDED, READ = 32, 64  # numbers of a word, and of what is read of a text
CHANNELS = (3, 32, 64, 128)


class Mmcnn(nn.Module):
    """Pixels 0..255 (n, 3, side, side), codes of words (n, length) and what is there, to vectors.

    Parameters
    ----------
    mean, deviation
        Of each channel, on 0..255.
    n_words
        Codes of words; 0 is no word.
    words
        What reads them: one-dimensional convolutions, or a gated recurrent unit.
    """

    def __init__(
        self, mean: list[float], deviation: list[float], n_words: int, words: Reads = "conv"
    ) -> None:
        super().__init__()
        self.words = words
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(deviation).reshape(1, 3, 1, 1))
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in pairwise(CHANNELS))
        self.of_pixels = nn.Linear(CHANNELS[-1], DIM)
        self.embedding = nn.Embedding(n_words, EMBEDDED, padding_idx=0)
        self.reader: nn.Module
        if words == "conv":
            self.reader = nn.Conv1d(EMBEDDED, READ, 3, padding=1)
        else:
            self.reader = nn.GRU(EMBEDDED, READ, batch_first=True)
        self.of_words = nn.Linear(READ, DIM)
        self.gate = nn.Linear(2 * DIM, DIM)

    def forward(self, pixels: Any, words: Any, there: Any) -> Any:
        """Return the vectors of items.

        Parameters
        ----------
        there
            float (n, 2), 1 or 0. Whether an item has a picture, and words.
        """
        return self.weighed(self.seen(pixels), self.told(words), there)

    def weighed(self, seen: Any, told: Any, there: Any) -> Any:
        """Return what pixels and words say together."""
        both = torch.sigmoid(self.gate(torch.cat([seen, told], dim=1)))
        picture, text = there[:, :1], there[:, 1:]
        share = picture * (1 - text * (1 - both))
        return share * seen + (1 - share) * told

    def seen(self, pixels: Any) -> Any:
        """Return what pixels say, (n, dim)."""
        x = (pixels - self.mean) / self.deviation
        for layer in self.convolutions:
            x = layer(x).relu()
        return self.of_pixels(x.mean(dim=(2, 3))).tanh()

    def told(self, words: Any) -> Any:
        """Return what words say, (n, dim); what follows the last word changes nothing."""
        x, real = self.embedding(words), words > 0  # (n, length, embedded)
        if self.words == "conv":
            x = self.reader(x.transpose(1, 2)).relu() * real[:, None]  # (n, read, length)
            return self.of_words(x.amax(dim=2)).tanh()
        x, _ = self.reader(x)
        last = (real.sum(dim=1) - 1).clamp_min(0)
        return self.of_words(x[torch.arange(len(x), device=x.device), last]).tanh()
