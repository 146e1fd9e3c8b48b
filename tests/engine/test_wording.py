"""What words find in a catalogue: all of them first, ids and codes, items that came or changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import beholder
from beholder.engine.engine import Engine
from beholder.engine.wording import MISSPELT
from beholder.errors import UsageError
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace

SHOP = {
    "0108775015": ("Strap top", {"category": "Top", "colour": "Black", "sku": "ST-15-B"}),
    "A-2": ("Blue jeans", {"category": "Trousers", "description": "x " * 40 + "goes with dresses"}),
    "A-3": ("White top", {"category": "Top", "description": "y " * 40 + "as blue as jeans"}),
    "A-4": ("Summer dress", {"category": "Dress", "ean": 4006381333931, "stock": True}),
    "A-5": ("Jeans jacket", {"category": "Jacket", "colour": "Blue", "size": 38}),
    "A-6": ("Blouse for dresses", {"category": "Blouse", "tags": ["office", "cotton"]}),
    "A-7": ("Wi-Fi router", {"category": "Net"}),
    "A-8": ("WiFi cable", {"category": "Net"}),
    "B-1": ("Wasch\u00adpulver", {"category": "Care"}),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    workspace = Workspace.create(tmp_path_factory.mktemp("words") / "shop", "")
    with Store.open(workspace, create=True) as store:
        store.put_items([ItemRecord(name, *told) for name, told in SHOP.items()])
    beholder.train(workspace.root, budget="1s")
    with beholder.open(workspace.root) as engine:
        yield engine


def test_all_words_come_before_some(shop: Engine) -> None:
    found = shop.search("jeans blue")
    assert found.ids[:3] == ["A-2", "A-5", "A-3"], "names before what a text says"
    assert found.total == 3
    assert shop.search("blue jeans qqqq").ids[:3] == ["A-2", "A-5", "A-3"]
    assert shop.search("qqqq-blue-jacket").ids[0] == "A-5", "joined words are words"
    assert shop.search("white jeans").ids[0] == "A-3", "both, one of them in a text"


def test_a_class_comes_before_what_only_speaks_of_it(shop: Engine) -> None:
    assert shop.search("dresses").ids == ["A-6", "A-4", "A-2"]
    assert shop.search("dress").ids == ["A-4", "A-6", "A-2"]


@pytest.mark.parametrize(
    ("words", "item"),
    [("0108775015", "0108775015"), ("a-4", "A-4"), ("st-15-b", "0108775015"),
     ("4006381333931", "A-4"), ("office", "A-6")],
)  # fmt: skip
def test_ids_codes_and_tags_find_their_item(shop: Engine, words: str, item: str) -> None:
    assert shop.search(words).ids[0] == item


@pytest.mark.parametrize("words", ["wifi", "wi-fi", "Wi\u2011Fi"])
def test_a_word_with_a_hyphen_is_the_word_without_it(shop: Engine, words: str) -> None:
    assert sorted(shop.search(words).ids) == ["A-7", "A-8"]


def test_where_a_word_may_be_broken_is_no_end_of_it(shop: Engine) -> None:
    assert shop.search("waschpulver").ids == shop.search("wasch\u00adpulver").ids == ["B-1"]


def test_many_words_are_not_all_compared_with_those_that_are_written_alike(shop: Engine) -> None:
    assert shop.search("jeanz").ids == ["A-2", "A-5", "A-3"]
    many = " ".join(f"qq{n}" for n in range(MISSPELT))
    assert shop.search(f"{many} jeanz").ids == []
    assert shop.search(f"{many} jeans").ids == ["A-2", "A-5", "A-3"]
    parts = [f"qq{chr(ord('a') + n)}" for n in range(MISSPELT)]
    for words in ("-".join(parts) + " jeanz", "-".join([*parts, "jeanz"])):
        assert shop.search(words).ids == [], words
        assert shop.search(words.replace("jeanz", "jeans")).ids == ["A-2", "A-5", "A-3"], words
    assert shop.search("-".join([*parts[1:], "jeanz"])).ids == ["A-2", "A-5", "A-3"]


def test_a_code_finds_its_item_alone_however_it_is_written(shop: Engine) -> None:
    for words in ("st-15-b", "ST15B", "st15b", "st 15 b"):
        assert shop.search(words).ids[0] == "0108775015", words
    assert shop.search("ST-15-B").ids == ["0108775015"]
    assert shop.search("A-4").ids == ["A-4"], "not all that begin with A"
    assert shop.search("A-9").ids == []
    assert shop.search("A-4-A-4-4-4").ids == ["A-4"], "a part said twice is one"
    assert shop.search("--- / ...").ids == []
    assert shop.search("blouse-dress").ids[0] == "A-6", "a word with a hyphen is all of its parts"


def test_sizes_and_flags_are_no_words(shop: Engine) -> None:
    assert shop.search("38").ids == []
    assert shop.search("true").ids == []


def test_pages_follow_each_other_and_all_are_counted(shop: Engine) -> None:
    whole = shop.search("blue jeans dress top", k=6)
    pages = [shop.search("blue jeans dress top", k=2, place=place) for place in (0, 2, 4, 6)]
    assert [one for page in pages for one in page.ids] == whole.ids
    assert [page.place for page in pages] == [0, 2, 4, 6]
    assert {page.total for page in pages} == {6}
    assert pages[3].note is None, "an end is not nothing"
    with pytest.raises(UsageError, match="place is -1"):
        shop.search("blue", place=-1)


def test_items_that_came_or_changed_are_found_by_what_they_say_now(shop: Engine) -> None:
    store = shop.store
    assert store is not None
    store.put_items([ItemRecord("late", "Zanzibar lamp"), ItemRecord("A-3", "Ivory top")])
    assert shop.search("zanzibar").ids == ["late"]
    assert shop.search("ivory").ids == ["A-3"]
    assert "A-3" not in shop.search("white").ids
    assert shop.search("top").total == 2
