"""Pictures of 32 x 32 with a taste in them: what is liked is red at the top."""

from __future__ import annotations

import numpy as np

from beholder.networks.classic import Examples, Labelled


def taste(n: int, seed: int = 3, share: float = 0.4) -> Labelled:
    """Return noise, with a reddish upper half in the pictures that are liked."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < share).astype(np.int64)
    pixels = rng.integers(0, 200, (n, 32, 32, 3))
    pixels[labels == 1, :16, :, 0] += 55
    return Labelled(pixels.astype(np.uint8), np.arange(n), labels)


def parts(n: int = 120) -> Examples:
    """Return three parts, the first of n pictures."""
    return Examples(taste(n, 1), taste(n // 2, 2), taste(n // 2, 3))
