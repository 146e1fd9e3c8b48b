"""The small network: its shapes, and the exported file against PyTorch itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from small_pictures import parts, taste  # noqa: E402

from beholder.encoders.small_cnn import SmallCnn as Opened  # noqa: E402
from beholder.encoders.small_cnn_graph import write  # noqa: E402
from beholder.measures import accuracy, auc, chosen  # noqa: E402
from beholder.networks.classic import ClassicTask, Labelled, learn  # noqa: E402
from beholder.networks.small_cnn import SmallCnn  # noqa: E402
from beholder.networks.task import Options  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("outputs", [1, 10])
def test_the_exported_network_computes_what_pytorch_computes(outputs: int) -> None:
    torch.manual_seed(4)
    module = SmallCnn([120.0, 110.0, 100.0], [60.0, 61.0, 62.0], outputs).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3)).astype(np.uint8)
    with torch.no_grad():
        raw = module(torch.from_numpy(pixels).permute(0, 3, 1, 2).float())
    theirs = torch.sigmoid(raw) if outputs == 1 else torch.softmax(raw, dim=1)
    weights = {name: value.numpy() for name, value in module.state_dict().items()}
    ours = Opened(write(weights)).scores(pixels)
    assert ours.std() > 1e-4, "else they would agree whatever they compute"
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


def test_the_layers_are_those_of_the_classic() -> None:
    module = SmallCnn([0.0] * 3, [1.0] * 3)
    shapes = {name: tuple(value.shape) for name, value in module.named_parameters()}
    assert [shape for name, shape in shapes.items() if name.endswith("weight")] == [
        (64, 3, 3, 3),
        (128, 64, 3, 3),
        (512, 8192),
        (128, 512),
        (1, 128),
    ]
    assert module(torch.zeros(2, 3, 32, 32)).shape == (2, 1)


@pytest.mark.parametrize("loss", ["bce", "mse", "cross-entropy"])
def test_a_taste_is_learned_with_each_loss(loss: str) -> None:
    outputs = 2 if loss == "cross-entropy" else 1
    learned = learn(parts(160), loss, outputs, 32, Options(epochs=3))  # type: ignore[arg-type]
    assert learned.trained.best.measures["auc"] >= 0.95
    again = taste(30, seed=9)
    assert auc(Opened(learned.onnx).scores(again.pixels)[:, -1], again.labels) >= 0.95


def test_pictures_are_changed_while_it_learns_and_mixed_ones_count_as_both() -> None:
    changed = ("flip", "colour", "mix")
    learned = learn(parts(160), "bce", 1, 32, Options(epochs=4), changed)
    assert learned.trained.best.measures["auc"] >= 0.95
    task = ClassicTask(parts(60), "bce", 1, 32, 7, changed)
    pixels, labels, others, own = next(task.batches(7, 1))
    with torch.no_grad():
        alone = task.loss((pixels, labels, others, torch.ones_like(own)))
        torch.testing.assert_close(alone, task.loss((pixels, labels)))
        assert float(task.loss((pixels, labels, others, own))) != float(alone)
    assert task.settings != ClassicTask(parts(60), "bce", 1, 32, 7).settings


def test_classes_are_learned_by_their_numbers() -> None:
    def three(n: int, seed: int) -> Labelled:
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 3, n)
        pixels = rng.integers(0, 150, (n, 32, 32, 3))
        pixels[np.arange(n), :, :, labels] += 80
        return Labelled(pixels.astype(np.uint8), np.arange(n), labels)

    from beholder.networks.classic import Examples

    examples = Examples(three(120, 1), three(40, 2), three(40, 3))
    learned = learn(examples, "cross-entropy", 3, 32, Options(epochs=3))
    assert learned.scores.shape == (40, 3)
    assert accuracy(learned.scores, examples.test.labels) >= 0.95
    assert "auc" not in learned.trained.best.measures


def test_a_checkpoint_of_other_pictures_or_settings_is_another(tmp_path: Path) -> None:
    told = [
        ClassicTask(parts(60), "bce", 1, 32, 7),
        ClassicTask(parts(61), "bce", 1, 32, 7),
        ClassicTask(parts(60), "mse", 1, 32, 7),
        ClassicTask(parts(60), "bce", 1, 31, 7),
    ]
    assert len({(task.data, *task.settings.values()) for task in told}) == 4
    again = ClassicTask(parts(60), "bce", 1, 32, 7)
    assert (told[0].data, told[0].settings) == (again.data, again.settings)


def test_one_column_says_yes_above_a_half_and_not_the_largest_of_one() -> None:
    outputs = np.array([[0.2], [0.8]], np.float32)
    assert chosen(outputs).tolist() == [0, 1]
    assert auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1])) == 0.875
    assert np.isnan(auc(np.array([0.1]), np.array([1])))


def test_the_network_itself_goes_on_to_the_bit(tmp_path: Path) -> None:
    whole = learn(parts(40), "bce", 1, 16, Options(epochs=3))
    path = tmp_path / "state"
    learn(parts(40), "bce", 1, 16, Options(epochs=2, checkpoint=path))
    resumed = learn(parts(40), "bce", 1, 16, Options(epochs=3, checkpoint=path, resume=True))
    assert resumed.trained == whole.trained
    assert resumed.onnx == whole.onnx
