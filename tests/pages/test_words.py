from __future__ import annotations

import re
from pathlib import Path

import pytest

from beholder.behaviour.kinds import KINDS, NEGATIVE
from beholder.pages import words as words_module
from beholder.pages.words import LANGUAGES, Words, catalogue, choose_language

PAGES = Path(words_module.__file__).parent
PLACE = re.compile(r"\{\w+\}")


def sources() -> str:
    files = [*PAGES.rglob("*.html"), *PAGES.rglob("*.js"), *PAGES.glob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_key_is_in_every_language_and_filled():
    english = catalogue("en")
    for language in LANGUAGES:
        other = catalogue(language)
        assert list(other) == list(english), language
        assert all(text.strip() for text in other.values()), language


@pytest.mark.parametrize("key", catalogue("en"))
def test_places_to_fill_are_the_same_in_every_language(key):
    places = {language: set(PLACE.findall(catalogue(language)[key])) for language in LANGUAGES}
    assert len({frozenset(found) for found in places.values()}) == 1, places


def test_every_key_that_pages_ask_for_exists():
    text = sources()
    asked = set(re.findall(r'(?:words|say)\(\s*["\'](\w+)["\']', text))
    counted = set(re.findall(r'count\(\s*["\'](\w+)["\']', text))
    assert len(asked) > 40
    assert asked <= set(catalogue("en")), asked - set(catalogue("en"))
    for key in counted:
        assert {f"{key}_one", f"{key}_other"} <= set(catalogue("en"))


def test_no_key_is_left_unused():
    text = sources()
    built = {"language"} | {
        f"reason_{kind}" for kind in ("popular", "new", "explore", "cold", "taste")
    }
    built |= {f"because_{kind}" for kind in set(KINDS) - NEGATIVE}
    built |= {k for k in catalogue("en") if k.startswith("row_")}  # titles that the service names
    built |= {k for k in catalogue("en") if k.startswith("attribute_")}  # that catalogues name
    built |= {k for k in catalogue("en") if k.endswith(("_one", "_other"))}
    for key in set(catalogue("en")) - built:
        assert re.search(rf'["\']{key}["\']', text), key


def test_chinese_words_are_chinese():
    for key, text in catalogue("zh-Hans").items():
        if key not in ("other_language",):
            assert re.search(r"[\u4e00-\u9fff]", text), key


def test_numbers_choose_their_form():
    english = Words("en")
    assert english.count("results", 1) == "1 item"
    assert english.count("results", 2) == "2 items"
    assert english.count("results", 0) == "0 items"
    assert Words("zh-Hans").count("results", 1) == "1 件"


def test_a_value_that_looks_like_a_place_is_not_filled_again():
    assert Words("en")("because", title="{title}") == "Because of {title}"


def test_titles_follow_the_language_where_the_catalogue_has_them():
    item = {"id": "a", "title": "Blue vase", "attributes": {"title_zh": "蓝色花瓶"}}
    assert Words("zh-Hans").title(item) == "蓝色花瓶"
    assert Words("en").title(item) == "Blue vase"
    assert Words("zh-Hans").title({"id": "a", "title": "Blue vase"}) == "Blue vase"
    assert Words("en").title({"id": "a", "title": ""}) == "a"


@pytest.mark.parametrize(
    ("asked", "cookie", "accept", "expected"),
    [
        (None, None, None, "en"),
        ("zh", "en", "en", "zh-Hans"),
        ("zh-Hans", None, None, "zh-Hans"),
        ("xx", "zh-Hans", "en", "zh-Hans"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        (None, None, "de,en;q=0.7,zh;q=0.9", "zh-Hans"),
        (None, None, "de-DE, fr;q=0.5", "en"),
        (None, "<script>", "en;q=oops, zh", "zh-Hans"),
    ],
)
def test_language_is_asked_for_then_kept_then_the_browsers(asked, cookie, accept, expected):
    assert choose_language(asked, cookie, accept) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_that_speaks_for_an_item_has_its_own_words(language):
    """Nobody is told that he liked what he only looked at."""
    words = catalogue(language)
    for kind in set(KINDS) - NEGATIVE:
        assert "{title}" in words[f"because_{kind}"], kind
    assert words["because_view"] != words["because_like"] != words["because_purchase"]
