"""Searching by a picture in any form that a program may have it in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import beholder
from beholder.demo.gallery import jpeg, paint
from beholder.encoders.given_picture import file_of
from beholder.encoders.run import encode_pictures
from beholder.engine.engine import Engine
from beholder.errors import MediaError, UsageError
from beholder.media import originals
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace

N = 24


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A trained workspace of 24 painted pictures, and their files."""
    files = [jpeg(paint(index, 5, 160)[0]) for index in range(N)]
    root = tmp_path_factory.mktemp("painted") / "workspace"
    workspace = Workspace.create(root, "[encode]\nencoders = ['colour']\nworkers = 1\n")
    digests = [originals.keep(workspace.media, file) for file in files]
    report = encode_pictures(workspace, digests, with_renditions=False)
    with Store.open(workspace, create=True) as store:
        store.put_items(
            [ItemRecord(f"p{i}", f"Picture {i}", {}, [d]) for i, d in enumerate(digests)]
        )
        store.set_picture_facts(report.facts)
    beholder.train(root, budget="2s")
    return root, files


@pytest.fixture(scope="module")
def looking(painted: tuple[Path, list[bytes]]) -> Iterator[Engine]:
    with beholder.open(painted[0]) as engine:
        yield engine


def forms(file: bytes, folder: Path) -> dict[str, Any]:
    path = folder / "picture.jpg"
    path.write_bytes(file)
    image = Image.open(io.BytesIO(file))
    image.load()
    return {
        "path": path,
        "text": str(path),
        "bytes": file,
        "image": image,
        "array": np.asarray(image.convert("RGB")),
    }


@pytest.mark.parametrize("form", ["path", "text", "bytes", "image", "array"])
def test_every_form_of_a_picture_finds_the_item_that_shows_it(
    looking: Engine, painted: tuple[Path, list[bytes]], tmp_path: Path, form: str
) -> None:
    for index in (3, 17):
        picture = forms(painted[1][index], tmp_path)[form]
        found = looking.search(picture=picture, k=3)
        assert found.ids[0] == f"p{index}"
        assert found.items[0].score > 0.99


def test_a_picture_in_memory_is_as_good_as_its_file(
    looking: Engine, painted: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    every = [
        [one.score for one in looking.search(picture=form, k=N).items]
        for form in forms(painted[1][5], tmp_path).values()
    ]
    for other in every[1:]:
        np.testing.assert_allclose(other, every[0], atol=1e-5)


def test_words_and_a_picture_are_searched_together(
    looking: Engine, painted: tuple[Path, list[bytes]]
) -> None:
    found = looking.search("picture 9", picture=painted[1][9], k=1)
    assert found.ids == ["p9"]


def test_an_image_is_seen_upright_and_without_its_transparency() -> None:
    rng = np.random.default_rng(2)
    upright = Image.fromarray(rng.integers(0, 256, (30, 20, 3), np.uint8))
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    sink = io.BytesIO()
    turned.save(sink, "PNG", exif=exif)
    with Image.open(io.BytesIO(file_of(Image.open(sink)))) as seen:
        assert seen.size == (20, 30)
        np.testing.assert_array_equal(np.asarray(seen), np.asarray(upright))


@pytest.mark.parametrize("mode", ["CMYK", "I", "F", "LAB", "YCbCr", "1", "LA", "P"])
def test_an_image_of_any_mode_becomes_a_file(mode: str) -> None:
    image = Image.new("RGB", (8, 6), (200, 30, 40))
    image = (
        image.convert("L").convert(mode)
        if mode in ("I", "F")
        else (Image.new(mode, (8, 6)) if mode == "LAB" else image.convert(mode))
    )
    with Image.open(io.BytesIO(file_of(image))) as seen:
        assert seen.size == (8, 6)


def test_a_large_image_is_made_smaller_before_it_is_sent() -> None:
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (4100, 2100, 3), np.uint8))
    with Image.open(io.BytesIO(file_of(image))) as seen:
        assert seen.size == (1050, 2050)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ("/nowhere/picture.jpg", "/nowhere/picture.jpg cannot be read: No such file"),
        (3, "a picture of type int.*PIL image"),
        (np.zeros((4, 4, 3)), r"array of float64 and shape \(4, 4, 3\).*uint8"),
        (np.zeros((4, 4, 2), np.uint8), r"shape \(4, 4, 2\)"),
        (np.zeros((0, 4, 3), np.uint8), r"shape \(0, 4, 3\)"),
        (np.zeros(9, np.uint8), r"shape \(9,\)"),
    ],
)
def test_what_is_no_picture_is_refused(looking: Engine, picture: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        looking.search(picture=picture)


def test_bytes_that_are_no_picture_are_refused(looking: Engine) -> None:
    for data in (b"", b"no picture"):
        with pytest.raises(MediaError):
            looking.search(picture=data)


def test_a_bundle_without_vectors_says_what_to_do(
    painted: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    workspace = Workspace.create(tmp_path / "plain", "[encode]\nencoders = ['colour']\n")
    with Store.open(workspace, create=True) as store:
        store.put_items([ItemRecord("a", "A", {}), ItemRecord("b", "B", {})])
    beholder.train(workspace.root, budget="2s")
    with (
        beholder.open(workspace.root) as engine,
        pytest.raises(UsageError, match=r"no item has vectors of colour.*beholder encode"),
    ):
        engine.search(picture=painted[1][0])


def test_an_engine_without_a_workspace_says_so(looking: Engine) -> None:
    with pytest.raises(UsageError, match=r"no encoders to look at a picture with.*beholder\.open"):
        Engine(looking.parts).search(picture=b"...")
