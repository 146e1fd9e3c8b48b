"""What reads histories says the same in PyTorch, where it learns, and in NumPy, where it serves."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from beholder.networks.readers import READERS  # noqa: E402
from beholder.scorers.reader import KINDS, LONGEST, Reader  # noqa: E402

pytestmark = pytest.mark.torch
SIZE = 16


def learned(kind: str) -> object:
    """A reader whose numbers are all far from those that it begins with."""
    module = READERS[kind](SIZE, seed=1)
    draw = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn(*parameter.shape, generator=draw) * 0.3)
    return module


def history(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors of length 1, oldest first, weights, and ages of moments of two items."""
    rng = np.random.default_rng(n)
    f = rng.normal(size=(n, SIZE)).astype(np.float32)
    f /= np.linalg.norm(f, axis=1, keepdims=True)
    return f, rng.uniform(0.2, 1, n).astype(np.float32), np.arange(n)[::-1] // 2


def test_both_know_the_same_readers() -> None:
    assert READERS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", READERS)
def test_numpy_reads_what_pytorch_learned(kind: str) -> None:
    module = learned(kind)
    served = Reader(kind, module.arrays())
    lengths = (1, 3, 8, LONGEST)
    batch = np.zeros((len(lengths), LONGEST, SIZE), np.float32)
    weights, ages = np.zeros((len(lengths), LONGEST), np.float32), np.zeros((4, LONGEST), int)
    for row, n in enumerate(lengths):  # newest first, and nothing after the oldest
        f, w, age = (each[::-1] for each in history(n))
        batch[row, :n], weights[row, :n], ages[row, :n] = f, w, age
    with torch.no_grad():
        found = module(*(torch.from_numpy(each) for each in (batch, weights, ages)))
    expected = torch.nn.functional.normalize(found, dim=-1).numpy()
    for row, n in enumerate(lengths):
        np.testing.assert_allclose(served(*history(n)), expected[row], atol=2e-5)


@pytest.mark.parametrize("kind", READERS)
def test_a_basket_has_no_order_and_moments_have_one(kind: str) -> None:
    served = Reader(kind, learned(kind).arrays())
    f, w, age = history(6)
    swapped = [1, 0, 3, 2, 5, 4]
    np.testing.assert_allclose(served(f[swapped], w[swapped], age), served(f, w, age), atol=1e-5)
    assert np.abs(served(f[::-1], w[::-1], age) - served(f, w, age)).max() > 0.01


@pytest.mark.parametrize("kind", READERS)
def test_the_newest_twenty_are_read_as_of_the_newest(kind: str) -> None:
    served = Reader(kind, learned(kind).arrays())
    f, w, age = history(LONGEST + 6)
    np.testing.assert_array_equal(served(f, w, age), served(f[6:], w[6:], age[6:]))
    np.testing.assert_array_equal(served(f[:3], w[:3], age[:3]), served(f[:3], w[:3], age[:3] + 4))
