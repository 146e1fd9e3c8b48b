"""The many spellings of a list of pictures in one cell."""

from __future__ import annotations

from typing import Any

import pytest

from beholder.catalogue.mapping import guess, picture_fields
from beholder.catalogue.picture_names import INSIDE, names

TWO = ["a.jpg", "b.png"]


@pytest.mark.parametrize(
    "cell",
    [
        ["a.jpg", "b.png"],
        ["a.jpg", None, " b.png ", ""],
        '["a.jpg", "b.png"]',
        "['a.jpg', 'b.png']",
        "a.jpg|b.png",
        " a.jpg | b.png |",
        "a.jpg;b.png",
        "a.jpg, b.png",
        "a.jpg\nb.png",
        [{"src": "a.jpg", "position": 1}, {"src": "b.png"}],
        [["a.jpg"], ["b.png"]],
        '[["a.jpg", "b.png"]]',
        {"main": "a.jpg", "back": " b.png", "alt": "a lamp"},
        '[{"thumb": "s.jpg", "large": "a.jpg"}, {"large": "b.png"}]',
    ],
    ids=repr,
)
def test_a_list_of_two(cell: Any) -> None:
    assert names(cell) == TWO


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (None, []),
        ("", []),
        ("  ", []),
        ([], []),
        ("[]", []),
        (True, []),
        (108775015, ["108775015"]),
        (108775015.0, ["108775015"]),
        ("red, blue.jpg", ["red, blue.jpg"]),
        ("Shoes; black.jpg", ["Shoes; black.jpg"]),
        ("[draft].jpg", ["[draft].jpg"]),
        ("https://x.org/a,w_200.jpg", ["https://x.org/a,w_200.jpg"]),
        (
            "https://x.org/a.jpg?v=1, https://x.org/b.jpg",
            ["https://x.org/a.jpg?v=1", "https://x.org/b.jpg"],
        ),
        ("0108775015|0108775044", ["0108775015", "0108775044"]),
        ("[" * 100_000, ["[" * 100_000]),
        ([{"src": "", "alt": "a hat"}, {}], ['{"src": "", "alt": "a hat"}']),
        ([{"bytes": "iVBORw0KGgo=", "path": None}], [INSIDE]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_mark_separates_only_where_it_cannot_be_a_part_of_a_name(
    cell: Any, found: list[str]
) -> None:
    assert names(cell) == found


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["image_1", "image_2", "image_10"], ["image_1", "image_2", "image_10"]),
        (["Image 10", "Image 2", "Image"], ["Image", "Image 2", "Image 10"]),
        (["photo2", "photo1", "photo3"], ["photo1", "photo2", "photo3"]),
        (["picture", "images"], ["picture", "images"]),
        (["Image URL 1", "Image URL 2"], ["Image URL 1", "Image URL 2"]),
        (["image_link", "additional_image_link"], ["image_link", "additional_image_link"]),
        (["image", "image_count", "thumbnail"], ["image"]),
        (["title"], []),
    ],
)
def test_numbered_columns_are_pictures_in_the_order_of_their_numbers(
    columns: list[str], found: list[str]
) -> None:
    mapping = guess("items", ["sku", *columns], {}, "f")
    assert [mapping[field] for field in picture_fields(mapping)] == found
