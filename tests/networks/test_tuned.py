"""Tuning on arrays: the graph says what PyTorch says, and what is liked together comes together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from beholder.encoders import own_graph  # noqa: E402
from beholder.encoders.interface import open_session  # noqa: E402
from beholder.encoders.lite0_graph import folded  # noqa: E402
from beholder.encoders.lite0_weights import DIM, Weights, read_weights, weights_file  # noqa: E402
from beholder.encoders.own_graph import Linear  # noqa: E402
from beholder.errors import DataError, UsageError  # noqa: E402
from beholder.networks.lite0 import LAST, Lite0  # noqa: E402
from beholder.networks.task import Options  # noqa: E402
from beholder.networks.tuned import Lessons, Tuned, TuneTask, Tuning, tune  # noqa: E402

pytestmark = pytest.mark.torch
SIDE = 32


@pytest.fixture(scope="module")
def weights() -> Weights:
    return folded(read_weights(weights_file()))


def linear() -> Linear:
    rng = np.random.default_rng(1)
    return Linear(rng.normal(0, 0.05, (6, DIM)).astype(np.float32), np.ones(6, np.float32))


def pictures(n: int = 12) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (n, SIDE, SIDE, 3)).astype(np.uint8)


@pytest.mark.parametrize("views", [1, 2])
def test_the_graph_computes_what_the_module_computes(weights: Weights, views: int) -> None:
    module = Lite0(weights, linear()).eval()
    x = np.moveaxis(pictures(3), -1, 1).astype(np.float32)
    with torch.no_grad():
        theirs = module(torch.from_numpy(x)).numpy()
        if views == 2:
            mirrored = np.ascontiguousarray(x[..., ::-1])
            theirs = (theirs + module(torch.from_numpy(mirrored)).numpy()) / 2
    session = open_session(own_graph.write(*module.exported(), SIDE, views))
    (ours,) = session.run(None, {"pixels": x})
    assert ours.std(axis=0).min() > 1e-4
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_only_the_last_blocks_are_tuned_and_gradients_do_not_need_what_was_computed(
    weights: Weights,
) -> None:
    x = torch.from_numpy(np.moveaxis(pictures(4), -1, 1).astype(np.float32))
    whole, last = Lite0(weights, linear()), Lite0(weights, linear(), LAST)
    for module in (whole, last):
        module(x).square().sum().backward()
    moved = [block.layers[0].weight.grad is not None for block in last.blocks]
    assert moved == [False] * LAST + [True] * (18 - LAST)
    assert all(block.layers[0].weight.grad is not None for block in whole.blocks)
    ours, theirs = last.blocks[-1].layers[0].weight.grad, whole.blocks[-1].layers[0].weight.grad
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


def taste(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Features of 60 pictures: a kind of three in weak numbers, beside strong ones of chance."""
    rng = np.random.default_rng(seed)
    kinds = np.arange(60) % 3
    features = rng.normal(1.0, 0.5, (60, DIM)).astype(np.float32)
    features[:, :30] += 1.2 * np.eye(3)[kinds].repeat(10, axis=1)
    features[:, 30:60] += rng.normal(0, 3, (60, 30))
    return features, kinds


def lessons(features: np.ndarray, kinds: np.ndarray) -> Lessons:
    rng = np.random.default_rng(4)
    first = rng.integers(0, 45, 900)
    second = np.array([rng.choice(np.flatnonzero(kinds[:45] == kinds[i])) for i in first])
    keep = first != second
    return Lessons(features, first[keep], second[keep], np.arange(45, 60))


def purity(vectors: np.ndarray) -> float:
    """How often the nearest of fifteen that nothing was learned of is of the same kind."""
    kinds = np.arange(45, 60) % 3
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = unit @ unit.T
    np.fill_diagonal(near, -9)
    return float((kinds[near.argmax(axis=1)] == kinds).mean())


def learned(weights: Weights, options: Options) -> Tuned:
    told = lessons(*taste())
    return tune(weights, told, Tuning("projection", 64), purity, SIDE, options)


def test_what_is_liked_together_comes_together(weights: Weights) -> None:
    features, _ = taste()
    found = learned(weights, Options(epochs=3, rate=3e-3))
    assert purity(features[45:]) <= 0.5
    assert found.trained.best.measures["ndcg"] >= 0.85
    assert open_session(found.onnx).get_outputs()[0].shape[1] == 59


def test_a_map_of_two_views_is_compared_with_what_was_tuned_and_written(
    weights: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, options = lessons(*taste()), Options(epochs=1)
    asked = weights, told, Tuning("projection", 64, views=2), purity, SIDE, options
    assert tune(*asked).onnx
    write = own_graph.write

    def other(found: Weights, linear: Linear | None, side: int, views: int = 1) -> bytes:
        moved = None if linear is None else linear._replace(bias=linear.bias + 1)
        return write(found, moved, side, views)

    monkeypatch.setattr(own_graph, "write", other)
    with pytest.raises(DataError, match="from the tuned one"):
        tune(*asked)


def test_it_goes_on_to_the_bit(weights: Weights, tmp_path: Path) -> None:
    whole = learned(weights, Options(epochs=2))
    path = tmp_path / "state"
    learned(weights, Options(epochs=1, checkpoint=path))
    resumed = learned(weights, Options(epochs=2, checkpoint=path, resume=True))
    assert resumed.trained == whole.trained
    assert resumed.onnx == whole.onnx


def test_it_goes_on_with_nothing_that_is_another(weights: Weights, tmp_path: Path) -> None:
    path = tmp_path / "state"
    told, tuning = lessons(*taste()), Tuning("projection", 64)
    options = Options(epochs=1, checkpoint=path)
    tune(weights, told, tuning, purity, SIDE, options)
    more = options._replace(epochs=2, resume=True)
    judged_by_more = told._replace(made="with a like of what only judges")
    for other, how, slower, said in (
        (told, tuning._replace(batch=32), more, "batch-size was 64 and is 32"),
        (told, tuning._replace(views=2), more, "views was 1 and is 2"),
        (told, tuning, more._replace(rate=1e-4), "lr was 0.001 and is 0.0001"),
        (judged_by_more, tuning, more, "what it learns from is not what it was"),
    ):
        with pytest.raises(UsageError, match=said):
            tune(weights, other, how, purity, SIDE, slower)


def test_a_batch_has_the_couples_that_are_in_it_and_nobody_is_their_own(weights: Weights) -> None:
    told = Lessons(pictures(6), np.array([0, 0, 2, 3]), np.array([1, 1, 0, 4]), np.arange(6))
    task = TuneTask(Lite0(weights, linear(), LAST), told, Tuning("last", 8), lambda rows: 0.0)
    (batch, *_), rows = list(task.batches(7, 1)), [0, 1, 2, 3, 4]
    inputs, right, logq = batch
    assert np.array_equal(inputs.permute(0, 2, 3, 1).numpy(), told.inputs[rows])
    wanted = [
        [0, 2 / 3, 1 / 3, 0, 0],
        [1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 1, 0],
    ]
    np.testing.assert_allclose(right.numpy(), wanted, atol=1e-6)
    np.testing.assert_allclose(np.exp(logq.numpy()), np.array([3, 2, 1, 1, 1]) / 8, rtol=1e-6)
    changed = Tuning("last", 8, ("flip", "mix"))
    task = TuneTask(Lite0(weights, linear(), LAST), told, changed, lambda rows: 0.0)
    other, mixed, _ = next(iter(task.batches(7, 1)))
    assert not torch.equal(other, inputs)
    assert (mixed.diagonal() == 0).all()
