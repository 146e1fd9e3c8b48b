"""Encoders that a workspace made itself: by name and version, whole, or not opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.encoders import compress, own_graph, own_network
from beholder.encoders.lite0_graph import folded
from beholder.encoders.lite0_weights import DIM, read_weights, weights_file
from beholder.encoders.own_graph import Linear
from beholder.encoders.own_network import OwnNetwork, keep, names, square, tuned
from beholder.encoders.registry import encodes, open_encoder, version_of
from beholder.errors import UsageError, WorkspaceError
from beholder.store import erase
from beholder.testing.encoder_checks import ENCODER_CHECKS

SIDE = 32


@pytest.fixture(scope="module")
def onnx() -> bytes:
    rng = np.random.default_rng(1)
    weight = rng.normal(0, 0.05, (6, DIM)).astype(np.float32)
    linear = Linear(weight, np.zeros(6, np.float32))
    return own_graph.write(folded(read_weights(weights_file())), linear, SIDE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="module")
def name(onnx: bytes, folder: Path) -> str:
    return keep(folder, "last", onnx)


def pixels(n: int = 6) -> np.ndarray:
    rng = np.random.default_rng(2)
    return rng.integers(0, 256, (n, SIDE, SIDE, 3)).astype(np.uint8)


@pytest.mark.parametrize("check", ENCODER_CHECKS, ids=lambda check: str(check.__name__))
def test_it_is_an_encoder(name: str, folder: Path, check: object) -> None:
    check(open_encoder(name, folder))  # type: ignore[operator]


def test_its_name_says_what_it_is(name: str, folder: Path) -> None:
    encoder = OwnNetwork(name, folder)
    assert (encoder.name, encoder.dim, encoder.side) == (name, 6, SIDE)
    assert encoder.version == version_of(name) == name.rsplit("-", 1)[1]
    assert encodes(name)
    assert tuned(name)
    assert not tuned(name.replace("last", "lite0-int8"))
    assert name in names(folder)


def test_a_picture_of_its_own_size_stays_as_it_is() -> None:
    (one,) = pixels(1)
    assert np.array_equal(square(Image.fromarray(one), SIDE), one)
    wide = Image.new("RGB", (400, 100), (9, 9, 9))
    assert square(wide, SIDE).shape == (SIDE, SIDE, 3)


def test_a_changed_file_is_not_opened(onnx: bytes, tmp_path: Path) -> None:
    told = keep(tmp_path, "last", onnx)
    path = own_network.file_of(told, tmp_path)
    path.write_bytes(onnx[:-1] + b"x")
    with pytest.raises(WorkspaceError, match="was changed, or is not whole"):
        open_encoder(told, tmp_path)


def test_one_that_is_not_there_is_told_with_those_that_are(name: str, folder: Path) -> None:
    with pytest.raises(UsageError, match="there is no encoder 'own:all-0123456789abcdef'") as told:
        open_encoder("own:all-0123456789abcdef", folder)
    assert name in str(told.value)
    with pytest.raises(UsageError, match="own:KIND-VERSION"):
        version_of("own:last")


def test_half_is_half_as_large_and_says_the_same(onnx: bytes, name: str, folder: Path) -> None:
    small = compress.half(onnx)
    assert len(small) < 0.55 * len(onnx)
    one = OwnNetwork(keep(folder, "last-half", small), folder)
    some = [Image.fromarray(each) for each in pixels()]
    np.testing.assert_allclose(one.encode(some), OwnNetwork(name, folder).encode(some), atol=0.02)


def test_whole_numbers_are_a_third_as_large_and_say_nearly_the_same(
    onnx: bytes, name: str, folder: Path
) -> None:
    small = compress.int8(onnx, pixels())
    assert len(small) < 0.35 * len(onnx)
    one = OwnNetwork(keep(folder, "last-int8", small), folder)
    some = [Image.fromarray(each) for each in pixels()]
    ours, theirs = one.encode(some), OwnNetwork(name, folder).encode(some)
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    assert ((ours * theirs).sum(axis=1) / lengths).min() > 0.9
    assert not np.allclose(ours, theirs, atol=1e-4)


def test_who_is_erased_marks_every_kind_that_learns_from_people() -> None:
    """The store stands below encoders, and workers that encode load no store: each has a list."""
    assert own_network.TUNED == erase.TUNED
