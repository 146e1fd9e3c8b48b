"""Folders of pictures as people have them, by the command line alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.media.originals import path_of
from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder
from items_held import items_of

RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


def run(*words: object, status: int = 0) -> str:
    """Run the command line; return all that it printed."""
    return "".join(beholder(*words, status=status))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    run("init", tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    return tmp_path / "pictures"


def paint(path: Path, colour: tuple[int, int, int] = RED, seed: int = 0) -> None:
    """Write a picture of one colour with some noise, of a format that its name says."""
    path.parent.mkdir(exist_ok=True, parents=True)
    noise = np.random.default_rng(seed).integers(-25, 26, (32, 32, 3))
    pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    kind = {".jfif": "JPEG", ".heic": "PNG", ".jpeg": "JPEG"}.get(path.suffix)
    Image.fromarray(pixels).save(path, kind)


def colours(shop: Path) -> dict[str, list[str]]:
    """Return the colours of the pictures of each item, cover first."""
    workspace = Workspace.open(shop)
    ids = list(items_of(shop))
    with Store.open(workspace) as store:
        found = store.pictures_of(ids)
    return {
        item: [_colour(path_of(workspace.media, digest)) for digest in found[item]] for item in ids
    }


def _colour(path: Path) -> str:
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"), float)
    return ("red", "green", "blue")[int(pixels.mean(axis=(0, 1)).argmax())]


def test_thirty_pictures_and_nothing_else_are_compared(shop: Path, pictures: Path) -> None:
    for i in range(30):
        paint(pictures / f"i{i:02}.png", (RED, GREEN, BLUE)[i % 3], i)
    run("import", shop, "--media", pictures)
    run("encode", shop)
    run("train", shop, "--budget", "5s")
    for words in (("similar", shop, "i00"), ("recommend", shop, "--history", "i00")):
        found = json.loads(run(*words, "-k", 9, "--json"))
        assert {int(place["id"][1:]) % 3 for place in found["items"]} == {0}, words
        assert len(found["items"]) == 9


def test_files_that_are_passed_over_are_counted_by_reason(shop: Path, pictures: Path) -> None:
    for name in ("a.png", "b.bmp", "c.tif", "d.jfif", ".hidden.jpg", "__MACOSX/._a.png", "h.heic"):
        paint(pictures / name)
    (pictures / "zero.jpg").touch()
    (pictures / "cut.png").write_bytes((pictures / "a.png").read_bytes()[:200])
    said = run("import", shop, "--media", pictures)
    assert sorted(items_of(shop)) == ["a", "cut", "d", "zero"]
    for line in ("2 hidden files", "1 .tif file", "1 .bmp file", "1 .heic file"):
        assert line in said
    encoded = run("encode", shop)
    assert "item zero, zero.jpg: " in encoded
    assert "item cut, cut.png: " in encoded
    assert "pictures not encoded, or unreadable       2" in run("check", shop)


def test_pictures_of_one_name_in_several_folders_are_items_of_their_own(
    shop: Path, pictures: Path
) -> None:
    for folder, colour in (("cat", RED), ("dog", GREEN), ("bird", BLUE)):
        for name in ("001.png", "002.png"):
            paint(pictures / folder / name, colour)
    said = run("import", shop, "--media", pictures)
    assert colours(shop) == {
        f"{folder}/{name}": [colour]
        for folder, colour in (("cat", "red"), ("dog", "green"), ("bird", "blue"))
        for name in ("001", "002")
    }
    assert "6 pictures whose name other folders have too" in said


def test_each_item_has_the_picture_of_its_path(shop: Path, pictures: Path) -> None:
    for number, colour in enumerate((RED, GREEN, BLUE), 1):
        paint(pictures / f"sku{number}" / "main.png", colour)
    rows = (f"{item},images/sku{n}/main.png" for n, item in enumerate("ABC", 1))
    sheet = pictures.parent / "items.csv"
    sheet.write_text("\n".join(("item_id,image", *rows)))
    run("import", shop, "--items", sheet, "--media", pictures)
    assert colours(shop) == {"A": ["red"], "B": ["green"], "C": ["blue"]}


def test_names_as_other_systems_write_them_find_their_file(shop: Path, pictures: Path) -> None:
    files = {
        "ab.png": RED, "AB.png": GREEN, "my shoe.png": BLUE, "cafe\u0301.png": RED,
        "x1.png": RED, "x2.png": GREEN, "q.png": BLUE, "dir-1.jpeg": GREEN, "12.5.png": BLUE,
    }  # fmt: skip
    for name, colour in files.items():
        paint(pictures / name, colour)
    sheet = pictures.parent / "items.csv"
    sheet.write_text(
        "item_id,image\nab,ab.png\nAB,AB.png\ns,my%20shoe.png\nc,caf\u00e9.png\n"
        'm,"x1.png, x2.png"\np,x1.png|x2.png\nu,q.png?v=123\nd,dir-1.jpg\n12.5,\n'
    )
    run("import", shop, "--items", sheet, "--media", pictures)
    assert colours(shop) == {
        "ab": ["red"], "AB": ["green"], "s": ["blue"], "c": ["red"], "m": ["red", "green"],
        "p": ["red", "green"], "u": ["blue"], "d": ["green"], "12.5": ["blue"],
    }  # fmt: skip
