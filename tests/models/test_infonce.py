"""The loss of a learned metric: by hand, against finite differences, and against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from beholder.models.adam import Adam
from beholder.models.infonce import loss_and_gradient, strangers

RHO, TAU = 0.03, 0.4


def drawn(seed: int = 3) -> tuple[Any, ...]:
    """A matrix, both sides of twelve couples over seven items, and how often those are drawn."""
    rng = np.random.default_rng(seed)
    contents = rng.normal(size=(7, 5))
    a, b = rng.integers(0, 7, 12), rng.integers(0, 7, 12)
    a = np.where(a == b, (a + 1) % 7, a)
    logq = np.log(rng.dirichlet(np.ones(7)))
    matrix = np.eye(5) + 0.2 * rng.normal(size=(5, 5))
    return matrix, contents[a], contents[b], logq[b], strangers(a, b)


def test_the_loss_of_three_couples_is_the_one_by_hand() -> None:
    contents = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    a, b = np.array([0, 1, 2]), np.array([2, 2, 0])
    logq = np.log(np.array([0.2, 0.3, 0.5]))
    strange = strangers(a, b)
    # Couple 0 is of 0 and 2: of the others' second items, 2 and 0, none is a stranger.
    np.testing.assert_array_equal(strange, [[1, 0, 0], [0, 1, 1], [0, 0, 1]])
    right = np.sqrt(0.5) / 0.5 - np.log(0.5)  # item 1 with item 2
    wrong = 0 / 0.5 - np.log(0.2)  # item 1 with item 0
    expected = np.log1p(np.exp(wrong - right)) / 3 + 0.25 * 0.5
    matrix = np.array([[1.0, 0.0], [0.0, 1.0]])
    matrix = matrix + np.array([[0.5, 0.0], [0.0, 0.5]])  # longer, and not turned
    loss, _ = loss_and_gradient(matrix, contents[a], contents[b], logq[b], strange, 0.5, 0.25)
    assert loss == pytest.approx(expected)


def test_the_gradient_is_that_of_finite_differences() -> None:
    matrix, *rest = drawn()
    _, gradient = loss_and_gradient(matrix, *rest, TAU, RHO)
    expected, step = np.zeros_like(matrix), 1e-6
    for place in np.ndindex(matrix.shape):
        for sign in (1, -1):
            moved = matrix.copy()
            moved[place] += sign * step
            expected[place] += sign * loss_and_gradient(moved, *rest, TAU, RHO)[0] / (2 * step)
    np.testing.assert_allclose(gradient, expected, atol=1e-7)
    assert np.abs(expected).max() > 0.1


def test_contents_of_which_nothing_is_left_teach_nothing() -> None:
    matrix, a, b, *rest = drawn()
    a[0] = b[3] = 0
    loss, gradient = loss_and_gradient(matrix, a, b, *rest, TAU, RHO)
    assert np.isfinite(loss)
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() < 100


def test_the_first_step_of_adam_is_as_long_as_the_rate_says() -> None:
    matrix = np.eye(2, dtype=np.float32)
    adam = Adam.over(matrix)
    adam.step(matrix, np.array([[3.0, -0.2], [0.0, 1e3]], np.float32), 0.01)
    np.testing.assert_allclose(matrix, [[0.99, 0.01], [0, 0.99]], atol=1e-6)


@pytest.mark.torch
def test_loss_gradient_and_steps_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    matrix, a, b, logq, strange = drawn(5)
    ours = matrix.astype(np.float32)
    theirs = torch.nn.Parameter(torch.from_numpy(ours.copy()))
    both = [torch.from_numpy(side.astype(np.float32)) for side in (a, b)]
    optimizer = torch.optim.Adam([theirs], lr=0.01)
    adam = Adam.over(ours)
    for _ in range(5):
        mapped = [torch.nn.functional.normalize(side @ theirs, dim=1) for side in both]
        scores = mapped[0] @ mapped[1].T / TAU - torch.from_numpy(logq.astype(np.float32))
        scores = scores.masked_fill(~torch.from_numpy(strange), -torch.inf)
        loss = torch.nn.functional.cross_entropy(scores, torch.arange(len(a)))
        loss = loss + RHO * ((theirs - torch.eye(5)) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        sides = (side.astype(np.float32) for side in (a, b, logq))
        found, gradient = loss_and_gradient(ours, *sides, strange, TAU, RHO)
        assert found == pytest.approx(float(loss.detach()), rel=1e-5)
        np.testing.assert_allclose(gradient, theirs.grad.numpy(), atol=1e-5)
        optimizer.step()
        adam.step(ours, gradient, 0.01)
        np.testing.assert_allclose(ours, theirs.detach().numpy(), atol=1e-5)
