"""The network of pictures and words on arrays: its graph, its batches, and what it learns."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from beholder.demo.hidden import Hidden  # noqa: E402
from beholder.demo.paired import paired_gallery  # noqa: E402
from beholder.encoders import mmcnn_graph, own_network  # noqa: E402
from beholder.encoders.item_network import VOCABULARY, ItemNetwork, Reads, codes_of, numbered  # noqa: E402
from beholder.encoders.own_network import OwnNetwork, square  # noqa: E402
from beholder.errors import DataError  # noqa: E402
from beholder.evaluation.bootstrap import sign_flip  # noqa: E402
from beholder.networks.mmcnn import Mmcnn  # noqa: E402
from beholder.networks.mmcnn_task import MmcnnTask, tune_items  # noqa: E402
from beholder.networks.task import Options  # noqa: E402
from beholder.networks.tuned import Lessons, Tuned, Tuning  # noqa: E402
from beholder.progress import Silent  # noqa: E402
from beholder.spaces.words import tokens  # noqa: E402
from beholder.training.vocabulary import vocabulary_of  # noqa: E402
from paired_people import judged  # noqa: E402

pytestmark = pytest.mark.torch
SIDE, KNOWN = 32, ["amber", "birch", "cedar", "dawn"]
TERMS = [["amber", "dawn", "unheard"], [], ["cedar"]]
THERE = np.array([[True, True], [True, False], [False, True]])


def pictures(n: int = 3) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (n, SIDE, SIDE, 3)).astype(np.uint8)


def network(words: Reads, folder: Path, views: int = 1) -> tuple[Any, str]:
    torch.manual_seed(1)
    module = Mmcnn([100.0, 110.0, 120.0], [50.0, 60.0, 70.0], 2 + len(KNOWN), words).eval()
    weights = {name: value.numpy() for name, value in module.state_dict().items()}
    return module, own_network.keep(folder, "mmcnn", mmcnn_graph.write(weights, KNOWN, SIDE, views))


@pytest.mark.parametrize("words", ["conv", "gru"])
def test_the_graph_computes_what_the_module_computes(words: Reads, tmp_path: Path) -> None:
    module, name = network(words, tmp_path)
    seen = OwnNetwork(name, tmp_path).encode([Image.fromarray(each) for each in pictures()])
    ours = ItemNetwork(name, tmp_path).vectors(seen, THERE[:, 0], TERMS)
    pixels = torch.from_numpy(np.moveaxis(pictures(), -1, 1).astype(np.float32))
    codes = torch.from_numpy(codes_of(TERMS, numbered(KNOWN)))
    with torch.no_grad():
        theirs = module(pixels, codes, torch.from_numpy(THERE.astype(np.float32))).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert np.abs(ours[0] - seen[0]).max() > 0.01, "words change what a picture says"
    np.testing.assert_array_equal(ours[1], seen[1])


def test_an_item_without_a_picture_is_what_its_words_say_whatever_stands_for_the_picture(
    tmp_path: Path,
) -> None:
    _, name = network("conv", tmp_path)
    opened = ItemNetwork(name, tmp_path)
    blank, noise = np.zeros((1, 64), np.float32), np.ones((1, 64), np.float32)
    without = np.array([False])
    one = opened.vectors(blank, without, [["cedar"]])
    np.testing.assert_array_equal(opened.vectors(noise, without, [["cedar"]]), one)
    assert np.abs(opened.vectors(blank, ~without, [["cedar"]]) - one).max() > 0.01
    unknown = opened.vectors(blank, without, [["unheard"]])
    np.testing.assert_array_equal(opened.vectors(blank, without, [["of"]]), unknown)


@pytest.mark.parametrize("known", [None, [*KNOWN, "more"]])
def test_a_file_without_its_vocabulary_or_with_too_long_a_one_is_refused(
    known: list[str] | None, tmp_path: Path
) -> None:
    _, name = network("conv", tmp_path)
    model = onnx.load(own_network.file_of(name, tmp_path))
    del model.metadata_props[:]
    if known is not None:
        onnx.helper.set_model_props(model, {VOCABULARY: "\n".join(known)})
    other = own_network.keep(tmp_path, "mmcnn", model.SerializeToString())
    with pytest.raises(DataError, match=f"^{other} cannot be asked about words: .*vocabulary"):
        ItemNetwork(other, tmp_path)
    assert ItemNetwork(name, tmp_path).vocabulary == numbered(KNOWN)


def test_two_views_are_the_mean_of_a_picture_and_its_mirror_image(tmp_path: Path) -> None:
    some = [Image.fromarray(each) for each in pictures()]
    mirrored = [each.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for each in some]
    one = OwnNetwork(network("conv", tmp_path)[1], tmp_path)
    two = OwnNetwork(network("conv", tmp_path, 2)[1], tmp_path)
    wanted = (one.encode(some) + one.encode(mirrored)) / 2
    np.testing.assert_allclose(two.encode(some), wanted, atol=1e-5)


def test_words_that_one_item_says_are_not_known_and_are_counted() -> None:
    terms = [["red", "disc"], ["red", "felt"], ["held", "red"], ["blue", "disc"], ["blue"]]
    fitted = np.array([True, True, False, True, True])
    known, (said,) = vocabulary_of(terms, fitted)
    assert known == ["blue", "disc", "red"]
    assert said.startswith("3 words are known; 2 others, 2 of 9 that are said")


def lessons(gallery: Hidden, titles: list[str]) -> tuple[Lessons, list[str]]:
    """Couples that people liked, by the arrays that training makes of a workspace."""
    liked = gallery.items.reshape(-1, 12)
    pairs = [(liked[:, gap:], liked[:, :-gap]) for gap in range(1, 11)]
    first, second = (np.concatenate([each[part].ravel() for each in pairs]) for part in (0, 1))
    terms = [tokens(title) for title in titles]
    vocabulary, _ = vocabulary_of(terms, ~gallery.new)
    pixels = np.stack([square(Image.fromarray(each), SIDE) for each in gallery.pixels])
    there = np.ones((len(pixels), 2), bool)
    codes = codes_of(terms, numbered(vocabulary))
    judged_rows = np.arange(len(pixels))
    return Lessons(pixels, first, second, judged_rows, codes, there), vocabulary


def learned(told: Lessons, known: list[str], options: Options, words: Reads = "conv") -> Tuned:
    tuning = Tuning("mmcnn", 64, words=words)
    return tune_items(told, known, tuning, lambda vectors: float(np.std(vectors)), options)


def found(gallery: Hidden, told: Lessons, known: list[str], folder: Path) -> np.ndarray:
    """NDCG@10 of new people, by the file that was written."""
    there, words = told.there, told.words
    assert there is not None and words is not None  # noqa: PT018
    made = learned(told, known, Options(epochs=8, last=True))
    name = own_network.keep(folder, "mmcnn", made.onnx)
    seen = OwnNetwork(name, folder).encode([Image.fromarray(each) for each in told.inputs])
    names = dict(enumerate(["", "", *known]))
    terms = [[names[code] for code in row if code > 1] for row in words * there[:, 1:]]
    return judged(gallery, ItemNetwork(name, folder).vectors(seen, there[:, 0], terms))


def test_picture_and_words_together_find_what_neither_finds_alone(tmp_path: Path) -> None:
    gallery, titles = paired_gallery(160, 120)
    told, known = lessons(gallery, titles)
    both = found(gallery, told, known, tmp_path)
    for part in (0, 1):
        alone = np.zeros_like(told.there)
        alone[:, part] = True
        difference = both - found(gallery, told._replace(there=alone), known, tmp_path)
        assert difference.mean() > 0.1
        assert sign_flip(difference) < 0.05


def test_it_goes_on_to_the_bit(tmp_path: Path) -> None:
    told, known = lessons(*paired_gallery(40, 20))
    whole = learned(told, known, Options(epochs=2), "gru")
    path = tmp_path / "state"
    learned(told, known, Options(epochs=1, checkpoint=path), "gru")
    resumed = learned(told, known, Options(epochs=2, checkpoint=path, resume=True), "gru")
    assert resumed.onnx == whole.onnx


class Notes(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


def test_a_disk_that_refuses_the_checkpoint_costs_no_epoch(tmp_path: Path) -> None:
    told, known = lessons(*paired_gallery(40, 20))
    whole, path, notes = learned(told, known, Options(epochs=2)), tmp_path / "state", Notes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        found = learned(told, known, Options(epochs=2, checkpoint=path, progress=notes))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found.onnx == whole.onnx
    assert [said[:32] for said in notes.said] == [
        "epoch 1 is not in the checkpoint", "epoch 2 is not in the checkpoint"
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_pictures_and_words_are_hidden_now_and_then_and_never_both() -> None:
    told, known = lessons(*paired_gallery(40, 20))
    there = np.ones((40, 2), bool)
    there[:10, 0] = False  # these have words alone, and keep them
    module = Mmcnn([127.0] * 3, [64.0] * 3, 2 + len(known))
    task = MmcnnTask(module, told._replace(there=there), Tuning("mmcnn", 64), lambda rows: 0.0)
    shown = np.concatenate([
        batch[0][2].numpy() for epoch in range(20) for batch in task.batches(7, epoch)
    ])  # fmt: skip
    assert (shown.sum(axis=1) >= 1).all()
    both = shown.sum(axis=1) == 2
    assert 0.6 * 0.75 < both.mean() < 0.9 * 0.75
    assert (shown[:, 0] == 0).sum() > (shown[:, 1] == 0).sum() > 0
