"""Which file a name means: an exact path, the longest matching end, a name; and never a guess."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from beholder.catalogue.picture_files import Match, PictureFiles
from beholder.catalogue.readers.folder import HIDDEN, LINKS, OTHERS, scan

Make = Callable[..., PictureFiles]


@pytest.fixture
def folder(tmp_path: Path) -> Make:
    def make(*names: str) -> PictureFiles:
        for name in names:
            path = tmp_path / "pictures" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        return PictureFiles(scan(tmp_path / "pictures"))

    return make


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("sku1/main.png", "sku1/main.png"),
        ("images/sku1/main.png", "sku1/main.png"),
        ("/srv/old/images/sku2/main.png", "sku2/main.png"),
        (r"C:\shop\sku2\main.png", "sku2/main.png"),
        ("SKU2/MAIN.PNG", "sku2/main.png"),
        ("https://cdn.example.org/sku1/main.png?v=3", "sku1/main.png"),
        ("my%20shoe.png", "my shoe.png"),
        ("q.png?v=123", "q.png"),
        ("dir-1.jpg", "dir-1.jpeg"),
        ("dir-1", "dir-1.jpeg"),
        ("zz.png", "Zz.PNG"),
        ("ab.png", "ab.png"),
        ("AB.png", "AB.png"),
    ],
)
def test_a_name_finds_its_file(folder: Make, text: str, file: str) -> None:
    files = folder(
        "sku1/main.png", "sku2/main.png", "my shoe.png", "q.png", "dir-1.jpeg", "Zz.PNG",
        "ab.png", "AB.png",
    )  # fmt: skip
    assert files.find(text) == Match(file)


def test_accents_are_found_however_they_are_composed(folder: Make) -> None:
    written = unicodedata.normalize("NFD", "café.png")
    files = folder(written)
    assert files.find(unicodedata.normalize("NFC", "café.png")) == Match(written)
    assert files.find(written) == Match(written)


@pytest.mark.parametrize("text", ["main.png", "images/main.png", "Ab.png"])
def test_what_several_files_fit_equally_is_a_doubt(folder: Make, text: str) -> None:
    files = folder("sku1/main.png", "sku2/main.png", "ab.png", "AB.png")
    assert files.find(text) == Match(doubt=True)


def test_a_file_in_another_folder_than_the_text_says_is_told(folder: Make) -> None:
    files = folder("flat.png", "there/only.png")
    assert files.find("deep/down/flat.png") == Match("flat.png")
    assert files.find("here/only.png") == Match("there/only.png", elsewhere=True)
    assert files.find("missing.png") == Match()
    assert files.find("..") == Match()


def test_an_item_has_the_file_called_like_it_and_those_in_its_folder(folder: Make) -> None:
    files = folder(
        "sku-1/b.jpg", "sku-1/a10.jpg", "sku-1/a9.jpg", "SKU-2.jpg", "sku-2/x.jpg", "n/y.jpg"
    )
    assert files.of_item("sku-1") == (["sku-1/a9.jpg", "sku-1/a10.jpg", "sku-1/b.jpg"], False)
    assert files.of_item("sku-2") == (["SKU-2.jpg", "sku-2/x.jpg"], False)
    assert files.of_item("none") == ([], False)


def test_an_id_in_two_places_is_a_doubt(folder: Make) -> None:
    files = folder("cat/001.png", "dog/001.png", "men/s/a.jpg", "women/s/a.jpg", "Q.png", "q.png")
    assert files.of_item("001") == ([], True)
    assert files.of_item("s") == ([], True)
    assert files.of_item("q") == (["q.png"], False)
    assert files.of_item("cat/001") == (["cat/001.png"], False)


def test_files_alone_make_items_with_names_of_their_own(folder: Make) -> None:
    files = folder("cat/001.png", "dog/001.png", "dog/002.png", "two.png", "two.jpg")
    assert files.ids == {
        "cat/001.png": "cat/001",
        "dog/001.png": "dog/001",
        "dog/002.png": "002",
        "two.png": "two.png",
        "two.jpg": "two.jpg",
    }
    for file, item_id in files.ids.items():
        assert files.of_item(item_id) == ([file], False), "a second import finds it again"


def test_a_folder_called_like_an_item_holds_more_of_it_from_the_first_import_on(
    folder: Make,
) -> None:
    files = folder("c.jpg", "c/10.jpg", "c/9.jpg", "d/9.jpg", "e.png", "e/e.png")
    assert files.by_item == {
        "c": ["c.jpg", "c/9.jpg", "c/10.jpg"],
        "d/9": ["d/9.jpg"],
        "e": ["e.png"],
        "e/e": ["e/e.png"],
    }
    assert files.of_item("c") == (files.by_item["c"], False), "a second import finds the same"


def test_what_is_passed_over_is_counted_by_reason(folder: Make, tmp_path: Path) -> None:
    folder("a.jfif", "b.heic", "c.heic", "d.txt", ".e.jpg", "__MACOSX/._a.jpg")
    (tmp_path / "pictures" / "link.jpg").symlink_to(tmp_path / "pictures" / "a.jfif")
    found = scan(tmp_path / "pictures")
    assert found.files == ["a.jfif"]
    heic = ".heic files, which are not read: convert them to JPEG, PNG or WebP"
    assert found.skipped == {heic: 2, OTHERS: 1, HIDDEN: 2, LINKS: 1}
