"""The page of learning: its listings run, give its numbers, and are what the product computes."""

from __future__ import annotations

import re
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beholder.blending import multitask
from beholder.models.adam import Adam
from beholder.models.infonce import loss_and_gradient
from beholder.scorers.heads import CHANCES, Net

PAGE = (Path(__file__).parents[1] / "docs" / "learning.md").read_text(encoding="utf-8")
Z, Y = np.array([0.0, log(3)]), np.array([1.0, 0.0])
ROWS, CLASSES = np.array([[0.0, log(2), log(5)], [0.0, 0.0, 0.0]]), np.array([1, 2])
X, LIKED = np.array([[1.0, 2.0]]), np.array([1.0])
LAYERS = [
    (np.array([[1.0, -1.0], [0.0, 1.0]]), np.zeros(2)),
    (np.array([[1.0, 2.0], [1.0, -3.0]]), np.zeros(2)),
    (np.array([[0.5], [1.0]]), np.array([-1.0])),
]
BACK = [
    ([[-0.25, -0.25], [-0.5, -0.5]], [-0.25, -0.25]),
    ([[-0.25, 0], [-0.25, 0]], [-0.25, 0]),
    ([[-1], [0]], [-0.5]),
]
LOSSES = {  # name on the page: of what, and by hand the loss and its gradient
    "squared_error": (Z, Y, 0.40625, [-0.125, 0.140625]),
    "binary_cross_entropy": (Z, Y, 1.03972, [-0.25, 0.375]),
    "cross_entropy": (
        ROWS, CLASSES, 1.24245, [[0.0625, -0.375, 0.3125], [1 / 6, 1 / 6, -1 / 3]],
    ),
}  # fmt: skip
NAMES = {"squared_error": "mse", "binary_cross_entropy": "bce", "cross_entropy": "cross-entropy"}


@pytest.fixture(scope="module")
def listed() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for listing in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(listing, names)
    return names


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_and_its_gradient_are_those_by_hand(listed: dict[str, Any], name: str) -> None:
    z, right, loss, gradient = LOSSES[name]
    assert f"{loss}" in PAGE
    found, back = listed[name](z, right)
    assert found == pytest.approx(loss, abs=5e-6)
    np.testing.assert_allclose(back, gradient, atol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_each_gradient_is_how_the_loss_changes(listed: dict[str, Any], name: str) -> None:
    z, right, _, gradient = LOSSES[name]
    for place in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[place] = 1e-6
        slope = (listed[name](z + step, right)[0] - listed[name](z - step, right)[0]) / 2e-6
        assert slope == pytest.approx(np.asarray(gradient)[place], abs=1e-8)


def test_three_layers_forwards_and_back_are_those_by_hand(listed: dict[str, Any]) -> None:
    z, inputs = listed["forward"](X, LAYERS)
    assert z.tolist() == [[0.0]]
    assert [row.tolist() for row in inputs] == [[[1, 2]], [[1, 1]], [[2, 0]]]
    loss, dz = listed["binary_cross_entropy"](z[:, 0], LIKED)
    assert loss == pytest.approx(log(2))
    for (weight, bias), (own, apart) in zip(
        listed["backward"](dz[:, None], inputs, LAYERS), BACK, strict=True
    ):
        assert weight.tolist() == own
        assert bias.tolist() == apart


def test_several_outcomes_are_those_by_hand_and_what_heads_learn_by(
    listed: dict[str, Any],
) -> None:
    f, y = np.array([[0, 0.5], [log(3), 1]]), np.array([[1, np.nan], [0, 0.75]])
    loss, back = listed["several"](f, y, np.array([1, 2]), 1)
    assert "1.10222" in PAGE
    assert loss == pytest.approx(1.10222, abs=5e-6)
    np.testing.assert_allclose(back, [[-0.25, 0], [0.375, 0.5]], atol=1e-12)
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(5, 4)), rng.integers(0, 2, (5, 4)).astype(float)
    y[[0, 2], [1, 3]] = np.nan
    net = Net((), (), np.eye(4), np.zeros(4), np.zeros(4))
    weights = np.array([1.0, 7, 2, 3])
    ours, gradient = multitask.loss_and_gradient(net, multitask.Told(z, np.zeros(5), y), weights)
    theirs, back = listed["several"](z, y, weights, CHANCES)
    assert ours == pytest.approx(theirs)
    np.testing.assert_allclose(gradient.out, z.T @ back)


def test_the_loss_of_the_metric_is_cross_entropy_over_the_other_couples(
    listed: dict[str, Any],
) -> None:
    a, b = np.eye(3)[[0, 1]], np.array([[0.6, 0.8, 0.0], [0.8, 0.6, 0.0]])
    scores = a @ b.T / 0.5
    everybody = np.ones((2, 2), bool)
    loss, _ = loss_and_gradient(np.eye(3), a, b, np.zeros(2), everybody, 0.5, 0.0)
    assert loss == pytest.approx(listed["cross_entropy"](scores, np.arange(2))[0])


def test_the_first_step_of_adam_is_the_rate_against_the_sign() -> None:
    matrix = np.zeros((1, 3), np.float32)
    Adam.over(matrix).step(matrix, np.array([[5.0, -0.01, 200.0]], np.float32), 0.1)
    np.testing.assert_allclose(matrix, [[-0.1, 0.1, -0.1]], rtol=1e-4)


@pytest.mark.torch
@pytest.mark.parametrize("name", LOSSES)
def test_the_trained_network_has_the_same_losses(name: str) -> None:
    torch = pytest.importorskip("torch")
    from beholder.networks.classic import ClassicTask, Examples, Labelled

    z, right, loss, gradient = LOSSES[name]
    one = Labelled(np.zeros((1, 32, 32, 3), np.uint8), np.zeros(1, np.int64), np.zeros(1, np.int64))
    task = ClassicTask(Examples(one, one, one), NAMES[name], 1, 1, 7)  # type: ignore[arg-type]
    task.module = torch.nn.Identity()  # what comes in stands for what a network gave
    raw = torch.tensor(z if z.ndim == 2 else z[:, None], dtype=torch.float32, requires_grad=True)
    found = task.loss((raw, torch.from_numpy(right).long()))
    found.backward()
    assert float(found.detach()) == pytest.approx(loss, abs=1e-5)
    np.testing.assert_allclose(raw.grad.numpy().reshape(z.shape), gradient, atol=1e-6)


@pytest.mark.torch
def test_pytorch_finds_the_same_gradients_of_three_layers() -> None:
    torch = pytest.importorskip("torch")
    parts: list[Any] = []
    for weight, bias in LAYERS:
        layer = torch.nn.Linear(*weight.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight.T))
            layer.bias.copy_(torch.from_numpy(bias))
        parts += [layer, torch.nn.ReLU()]
    z = torch.nn.Sequential(*parts[:-1])(torch.tensor(X, dtype=torch.float32))
    torch.nn.functional.binary_cross_entropy_with_logits(z[:, 0], torch.ones(1)).backward()
    for layer, (weight, bias) in zip(parts[::2], BACK, strict=True):
        np.testing.assert_allclose(layer.weight.grad.numpy().T, weight, atol=1e-6)
        np.testing.assert_allclose(layer.bias.grad.numpy(), bias, atol=1e-6)
