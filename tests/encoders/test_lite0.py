"""EfficientNet-Lite0: the reader of its weights, its graph, and numbers that are kept."""

from __future__ import annotations

import hashlib
import io
import pickle
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from beholder.encoders import lite0_weights
from beholder.encoders.colour import Colour, lab
from beholder.encoders.efficientnet_lite0 import EfficientNetLite0, centre
from beholder.encoders.lite0_graph import graph_file
from beholder.errors import DataError
from beholder.testing.encoder_checks import sample_pictures

KEPT = Path(__file__).parent / "kept_vectors.json"
FIRST = 24  # numbers of each vector that are kept


def test_vectors_are_those_kept_since_the_first_version(graphs: Path) -> None:
    kept = msgspec.json.decode(KEPT.read_bytes())
    for encoder in (EfficientNetLite0(graphs), Colour()):
        assert kept[encoder.name]["version"] == encoder.version
        for output, rows in encoder.outputs(sample_pictures()).items():
            np.testing.assert_allclose(
                rows[:, :FIRST], kept[encoder.name][output], atol=1e-4, err_msg=encoder.name
            )


def test_the_crop_is_the_centre_with_a_margin() -> None:
    ramp = np.zeros((256, 512, 3), np.uint8)
    ramp[:, :, 0] = np.arange(512) // 2  # red tells the column
    cut = np.asarray(centre(Image.fromarray(ramp)))
    assert cut.shape == (224, 224, 3)
    assert cut[0, 0, 0] == (512 - 224) // 2 // 2  # 224 of 256 rows: no pixel is resized
    assert cut[0, -1, 0] == ((512 + 224) // 2 - 1) // 2


def test_a_picture_of_a_known_thing_is_recognised(graphs: Path) -> None:
    flower = Image.fromarray(load_sample_image("flower.jpg"))
    palace = Image.fromarray(load_sample_image("china.jpg"))
    classes = EfficientNetLite0(graphs).outputs([flower, palace])["classes"]
    assert classes.argmax(axis=1).tolist() == [985, 698]  # daisy, palace


def test_the_graph_is_built_once_and_again_when_it_is_cut(graphs: Path, tmp_path: Path) -> None:
    kept = Path(shutil.copy(graph_file(graphs), tmp_path))
    before = kept.stat().st_mtime_ns
    assert graph_file(tmp_path) == kept
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(kept.read_bytes()[:1000])
    assert hashlib.sha256(graph_file(tmp_path).read_bytes()).hexdigest()[:16] in kept.name


def test_only_the_known_weights_file_is_opened(tmp_path: Path) -> None:
    changed = bytearray(lite0_weights.weights_file().read_bytes())
    changed[-1] ^= 1
    (tmp_path / "weights.pth").write_bytes(changed)
    with pytest.raises(DataError, match="not the known weights file"):
        lite0_weights.read_weights(tmp_path / "weights.pth")


@pytest.mark.parametrize("thing", [print, Path, np.float32, hashlib.sha256])
def test_the_reader_refuses_every_other_name(thing: object) -> None:
    with pytest.raises(DataError, match="the weights file names"):
        lite0_weights.Reader(io.BytesIO(pickle.dumps(thing))).load()


def test_a_tensor_outside_of_its_storage_is_refused() -> None:
    view = lite0_weights.View("0", 2, (3, 2), (2, 1))
    assert lite0_weights._tensor(np.arange(8), view).tolist() == [[2, 3], [4, 5], [6, 7]]
    with pytest.raises(DataError, match="outside of its storage"):
        lite0_weights._tensor(np.arange(7), view)


def test_lab_is_that_of_the_standard() -> None:
    """Values of sRGB white, red, green and blue under D65, from the CIE formulas by hand."""
    rgb = np.array([[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
    known = [[100, 0, 0], [53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86]]
    np.testing.assert_allclose(lab(rgb), known, atol=0.02)


def test_colour_puts_like_colours_together() -> None:
    def plain(red: int, green: int, blue: int) -> Image.Image:
        return Image.new("RGB", (60, 90), (red, green, blue))

    vectors = Colour().encode([plain(200, 20, 30), plain(180, 30, 40), plain(20, 40, 200)])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    like, unlike = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert like > 0.8
    assert unlike < 0.1
