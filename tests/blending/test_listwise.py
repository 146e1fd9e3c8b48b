"""The loss of a ranker: by hand, against finite differences, and against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.blending.listwise import Lists, Recipe, best_trust, learn, loss_and_gradient
from beholder.models.adam import Adam
from beholder.scorers.ranker import Net


def drawn(seed: int = 3) -> tuple[Net, Lists, np.ndarray]:
    """A network over three features, four lists of five candidates, and what is left out."""
    rng = np.random.default_rng(seed)
    net = Net(rng.normal(size=(3, 6)), rng.normal(size=6), rng.normal(size=6), np.array([0.7]))
    right = np.zeros((4, 5))
    right[[0, 1, 2, 3], [2, 0, 4, 1]] = 1
    right[3, 3] = 1
    right /= right.sum(axis=1, keepdims=True)
    level = -np.sort(-rng.normal(size=(4, 5)), axis=1)
    kept = (rng.random((20, 6)) > 0.3) / 0.7
    return net, Lists(rng.normal(size=(4, 5, 3)), level, right), kept


def test_the_loss_of_two_candidates_is_the_one_by_hand() -> None:
    # One hidden unit that says GELU(1) = .8412 of the first and GELU(0) = 0 of the second.
    net = Net(np.array([[1.0]]), np.zeros(1), np.array([2.0]), np.array([0.5]))
    lists = Lists(np.array([[[1.0], [0.0]]]), np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]]))
    first, second = 0.5 + 2 * 0.8411920, 1.5
    loss, _ = loss_and_gradient(net, lists)
    assert loss == pytest.approx(np.log(1 + np.exp(first - second)), abs=1e-6)


def test_the_gradient_is_that_of_finite_differences() -> None:
    net, lists, kept = drawn()
    _, gradient = loss_and_gradient(net, lists, kept)
    for part, found in zip(net, gradient, strict=True):
        expected, step = np.zeros_like(part), 1e-6
        for place in np.ndindex(part.shape):
            before = part[place]
            for sign in (1, -1):
                part[place] = before + sign * step
                expected[place] += sign * loss_and_gradient(net, lists, kept)[0] / (2 * step)
            part[place] = before
        np.testing.assert_allclose(found, expected, atol=1e-7)
        assert np.abs(expected).max() > 0.01


def test_a_network_that_learned_nothing_says_the_order_of_the_blend() -> None:
    _, lists, _ = drawn()
    wide = Lists(*(one.astype(np.float32) for one in lists))
    net = learn(wide, Recipe(epochs=0), 1)
    found = net(wide.z[0], wide.level[0])
    np.testing.assert_array_equal(np.argsort(-found), np.arange(5))
    assert float(net.trust[0]) == best_trust(wide.level, wide.right)


def test_what_is_right_comes_first_once_it_is_learned() -> None:
    rng = np.random.default_rng(5)
    z = rng.normal(size=(400, 10, 4)).astype(np.float32)
    liked = z[:, :, 0] * z[:, :, 1]  # no single feature says it
    right = (liked == liked.max(axis=1, keepdims=True)).astype(np.float32)
    lists = Lists(z, np.zeros((400, 10), np.float32), right)
    net = learn(lists.take(np.arange(300)), Recipe(rate=1e-2, dropout=0), 1)
    found = np.array([net(one, np.zeros(10, np.float32)).argmax() for one in z[300:]])
    assert (found == right[300:].argmax(axis=1)).mean() > 0.7
    again = learn(lists.take(np.arange(300)), Recipe(rate=1e-2, dropout=0), 1)
    np.testing.assert_array_equal(net.hidden, again.hidden)


@pytest.mark.torch
def test_loss_gradient_and_steps_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    net, lists, kept = drawn(5)
    ours = Net(*(part.astype(np.float32) for part in net))
    lists = Lists(*(one.astype(np.float32) for one in lists))
    kept = kept.astype(np.float32)
    theirs = [torch.nn.Parameter(torch.from_numpy(part.copy())) for part in ours]
    z, level, right = (torch.from_numpy(one) for one in lists)
    optimizer = torch.optim.AdamW(theirs, lr=0.01, weight_decay=0.1)
    ways = [Adam.over(part) for part in ours]
    for _ in range(5):
        hidden, shift, out, trust = theirs
        inside = torch.nn.functional.gelu(z.reshape(20, 3) @ hidden + shift, approximate="tanh")
        scores = (inside * torch.from_numpy(kept)) @ out
        logs = torch.log_softmax(scores.reshape(4, 5) + trust * level, dim=1)
        loss = -(right * logs).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        found, gradient = loss_and_gradient(ours, lists, kept)
        assert found == pytest.approx(float(loss.detach()), rel=1e-5)
        for by, other in zip(gradient, theirs, strict=True):
            np.testing.assert_allclose(by, other.grad.numpy(), atol=1e-5)
        optimizer.step()
        for part, way, by in zip(ours, ways, gradient, strict=True):
            part *= np.float32(1 - 0.01 * 0.1)
            way.step(part, by, 0.01)
        for part, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(part, other.detach().numpy(), atol=1e-5)
