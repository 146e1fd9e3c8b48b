"""Steps down a gradient, for what is learned without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder.scorers.interface import Floats

DECAY_OF_MEAN, DECAY_OF_SQUARE, LEAST = 0.9, 0.999, 1e-8  # as its authors have them


@dataclass
class Adam:
    """Steps by the mean gradient over its deviation (Kingma and Ba, ICLR 2015)."""

    mean: NDArray[np.float32]
    square: NDArray[np.float32]
    steps: int = 0

    @classmethod
    def over(cls, matrix: Floats) -> Adam:
        """Begin with no gradient seen."""
        return cls(np.zeros_like(matrix), np.zeros_like(matrix))

    def step(self, matrix: Floats, gradient: Floats, rate: float) -> None:
        """Change the matrix in place."""
        self.steps += 1
        self.mean += np.float32(1 - DECAY_OF_MEAN) * (gradient - self.mean)
        self.square += np.float32(1 - DECAY_OF_SQUARE) * (gradient * gradient - self.square)
        mean = self.mean / np.float32(1 - DECAY_OF_MEAN**self.steps)
        square = self.square / np.float32(1 - DECAY_OF_SQUARE**self.steps)
        matrix -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(LEAST))
