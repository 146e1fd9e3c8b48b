"""The loss of heads: by hand, against finite differences, and against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.blending.multitask import (
    Recipe,
    Told,
    always,
    begun,
    learn,
    loss_and_gradient,
    usual_of,
    weights_of,
)
from beholder.models.adam import Adam
from beholder.scorers.heads import Net

NAN = np.nan


def drawn(seed: int = 3) -> tuple[Net, Told, np.ndarray]:
    """Two shared layers over three features, and six examples of which much is not observed."""
    rng = np.random.default_rng(seed)
    net = Net(
        (rng.normal(size=(3, 5)), rng.normal(size=(5, 4))),
        (rng.normal(size=5), rng.normal(size=4)),
        rng.normal(size=(4, 4)),
        rng.normal(size=4),
        rng.normal(size=4),
    )
    outcomes = np.array(
        [
            [1, 0, 0.3, NAN],
            [0, 0, NAN, NAN],
            [0, 1, NAN, 0.75],
            [1, 1, 0.9, 1.0],
            [NAN, NAN, NAN, NAN],
            [0, 0, NAN, 0.0],
        ]
    )
    told = Told(rng.normal(size=(6, 3)), rng.normal(size=6), outcomes)
    return net, told, np.array([1.0, 5.0, 3.0, 2.0])


def test_the_loss_of_two_examples_is_the_one_by_hand() -> None:
    # No layer between: f = 2 z, and .5 more a place further, of each task.
    net = Net((), (), np.full((1, 4), 2.0), np.zeros(4), np.full(4, 0.5))
    outcomes = np.array([[1, 0, 0.5, NAN], [0, NAN, NAN, 1.0]])
    told = Told(np.array([[1.0], [0.0]]), np.array([0.0, 1.0]), outcomes)
    first = np.log(1 + np.exp(-2)) + np.log(1 + np.exp(2)) + (2 - 0.5) ** 2
    second = np.log(1 + np.exp(0.5)) + (0.5 - 1) ** 2
    loss, gradient = loss_and_gradient(net, told, np.ones(4))
    assert loss == pytest.approx((first + second) / 2)
    p = 1 / (1 + np.exp(-2))
    np.testing.assert_allclose(gradient.out[0], [(p - 1) / 2, p / 2, 1.5, 0])
    np.testing.assert_allclose(gradient.place, [(1 / (1 + np.exp(-0.5))) / 2, 0, 0, -0.5])


def test_the_gradient_is_that_of_finite_differences() -> None:
    net, told, weights = drawn()
    _, gradient = loss_and_gradient(net, told, weights)
    for part, found in zip(net.arrays, gradient.arrays, strict=True):
        expected, step = np.zeros_like(part), 1e-6
        for place in np.ndindex(part.shape):
            before = part[place]
            for sign in (1, -1):
                part[place] = before + sign * step
                expected[place] += sign * loss_and_gradient(net, told, weights)[0] / (2 * step)
            part[place] = before
        np.testing.assert_allclose(found, expected, atol=1e-7)
        assert np.abs(expected).max() > 0.01


def test_every_head_counts_the_same_however_rare_it_is() -> None:
    outcomes = np.full((400, 4), NAN, np.float32)
    outcomes[:, 0] = np.arange(400) % 2
    outcomes[:, 1] = np.arange(400) == 7
    outcomes[:8, 2] = [0, 1] * 4
    weights = weights_of(outcomes)
    net = begun(1, usual_of(outcomes), (), 1)
    told = Told(np.zeros((400, 1), np.float32), np.zeros(400, np.float32), outcomes)
    for task in range(3):
        alone = np.where(np.arange(4) == task, weights, 0)
        assert loss_and_gradient(net, told, alone)[0] == pytest.approx(1, abs=1e-3)
    assert weights[3] == 0  # never observed


def test_what_always_says_the_usual_loses_least_of_what_says_one_thing() -> None:
    outcomes = np.array([[1, 0, 0.2, NAN], [0, 0, 0.6, NAN], [0, 1, NAN, NAN]])
    np.testing.assert_allclose(usual_of(outcomes), [1 / 3, 1 / 3, 0.4, 0])
    np.testing.assert_allclose(always(usual_of(outcomes)), [-np.log(2), -np.log(2), 0.4, 0])


def examples(n: int, seed: int = 1) -> Told:
    """Clicks where one number is large, and watching where two are of one sign."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 3)).astype(np.float32)
    outcomes = np.full((n, 4), NAN, np.float32)
    outcomes[:, 0] = rng.random(n) < 1 / (1 + np.exp(1 - 2 * z[:, 0]))
    outcomes[:, 2] = 0.5 + 0.4 * np.sign(z[:, 1] * z[:, 2])
    return Told(z, np.zeros(n, np.float32), outcomes)


def test_it_ends_where_others_lose_least_and_is_the_same_again() -> None:
    told, stop = examples(3000), examples(800, 2)
    recipe = Recipe(rate=5e-3)
    found = learn(told, stop, 20, 1, recipe)
    assert 1 <= found.epoch <= 20
    said = found.net(stop.z)
    assert np.mean((said[:, 2] > 0.5) == (stop.outcomes[:, 2] > 0.5)) > 0.9
    again = learn(told, None, found.epoch, 1, recipe)
    for one, other in zip(found.net.arrays, again.net.arrays, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.torch
def test_loss_gradient_and_steps_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    from beholder.networks.heads import Heads, loss_of

    net, told, weights = drawn(5)
    ours = Net.of([part.astype(np.float32) for part in net.arrays])
    told = Told(*(part.astype(np.float32) for part in told))
    weights = weights.astype(np.float32)
    theirs = Heads(list(zip(ours.weights, ours.shifts, strict=True)), ours.arrays[-3:])
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.01)
    z, place, outcomes = (torch.from_numpy(part) for part in told)
    ways = [Adam.over(part) for part in ours.arrays]
    for _ in range(5):
        loss = loss_of(theirs(z, place), outcomes, torch.from_numpy(weights), 2)
        optimizer.zero_grad()
        loss.backward()
        found, gradient = loss_and_gradient(ours, told, weights)
        assert found == pytest.approx(float(loss.detach()), rel=1e-5)
        parameters = [*theirs.weights, *theirs.shifts, *theirs.ends]
        for by, other in zip(gradient.arrays, parameters, strict=True):
            np.testing.assert_allclose(by, other.grad.numpy(), atol=1e-5)
        optimizer.step()
        for part, way, by in zip(ours.arrays, ways, gradient.arrays, strict=True):
            way.step(part, by, 0.01)
        for part, other in zip(ours.arrays, theirs.arrays(), strict=True):
            np.testing.assert_allclose(part, other, atol=1e-5)
