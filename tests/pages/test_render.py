from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from beholder.pages.asked import Asked
from beholder.pages.look import Chip, Look
from beholder.pages.render import (
    CONTENT_SECURITY_POLICY,
    render_feed,
    render_item,
    render_problem,
    render_saved,
    render_search,
)
from beholder.pages.words import LANGUAGES, catalogue

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} '&amp;</article>"
VOID = {"meta", "link", "img", "input", "br", "use", "path", "circle"}


class Page(HTMLParser):
    """Tags with their attributes, and the text of each element that was opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def find(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [
            attrs
            for name, attrs in self.tags
            if name == tag and all(attrs.get(k.rstrip("_")) == v for k, v in wanted.items())
        ]

    def classes(self, name: str) -> list[dict[str, str]]:
        return [attrs for _, attrs in self.tags if name in attrs.get("class", "").split()]


def item(item_id: str = "a1", title: str = "Blue vase", **more: Any) -> dict[str, Any]:
    return {
        "id": item_id,
        "title": title,
        "score": 0.5,
        "picture": {
            "src": "/media/ab-480.webp",
            "srcset": "/media/ab-240.webp 240w, /media/ab-480.webp 480w",
            "width": 480,
            "height": 640,
            "colour": "#a1b2c3",
        },
        "attributes": {"family": "vase", "tags": ["blue", "vase"], "description": "For flowers."},
        "reason": {"kind": "liked", "because": [{"id": "b", "title": "Red jug", "share": 0.4}]},
        **more,
    }


def named_by(kind: str) -> dict[str, Any]:
    """A reason that names something by what was done with it."""
    because = {"id": "b", "title": "Red jug", "share": 0.4, "did": kind}
    return {"kind": "liked", "because": [because]}


def answer(*items: dict[str, Any], level: str = "personal") -> dict[str, Any]:
    return {"answer": "x", "bundle": "y", "level": level, "items": list(items), "next": "c/2=="}


def rows_of(*items: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"row": "recently-viewed", "title": "row_recently_viewed", "items": []},
        {"row": "new", "title": "row_new", "items": [*items, item("bare", picture=None)]},
    ]


EXPLANATION = {
    "item": "a1", "score": 1.0, "base": 0.1, "exact": True, "level": "personal",
    "shares": [
        {"id": f"s{n}", "title": f"Liked {n}", "picture": "/media/s.webp", "share": share}
        for n, share in enumerate((0.1, 0.4, -0.2, 0.05, 0.05, 0.05, 0.05))
    ],
}  # fmt: skip


def all_pages(look: Look, one: dict[str, Any]) -> dict[str, str]:
    return {
        "feed": render_feed(look, answer(one, item("n", picture=None))),
        "feed with rows": render_feed(look, answer(one), rows_of(one)),
        "empty feed": render_feed(look, answer(level="popular")),
        "search": render_search(look, answer(one), asked=Asked("blue")),
        "no results": render_search(look, answer(), asked=Asked("blue")),
        "by picture": render_search(look, answer(one)),
        "search start": render_search(look),
        "saved": render_saved(look, [one]),
        "nothing saved": render_saved(look, []),
        "item": render_item(look, one, [item("r")], EXPLANATION),
        "bare item": render_item(look, item(picture=None)),
        "problem": render_problem(look, 404, request_id="r1"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_every_page_is_well_formed_and_says_its_language_and_theme(language, theme):
    for name, html in all_pages(
        Look("Shop", language, theme, (Chip("family", "vase", 3),)), item()
    ).items():
        page = Page(html)
        assert page.open == [], name
        (root,) = page.find("html")
        assert root["lang"] == language
        assert root.get("data-theme", "auto") == theme
        ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
        assert len(ids) == len(set(ids)), name
        assert len(page.find("h1")) <= 1


def test_no_page_holds_a_script_a_style_or_an_event_handler_of_its_own():
    for name, html in all_pages(Look("Shop", chips=(Chip("family", "vase", 3),)), item()).items():
        for tag, attrs in Page(html).tags:
            assert tag != "style", name
            assert "style" not in attrs, name
            assert not [key for key in attrs if key.startswith("on")], name
            if tag == "script":
                assert attrs["src"].startswith("/static/"), name
            for key in ("src", "href", "action"):
                assert attrs.get(key, "/").startswith(("/", "#")) or not attrs[key], attrs
        assert html.count("<script") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_titles_stay_text(language):
    one = item(
        HOSTILE, HOSTILE, reason={"kind": "liked", "because": [{"id": HOSTILE, "title": HOSTILE}]}
    )
    one["attributes"] = {"tags": [HOSTILE[:24]], "description": HOSTILE, "title_zh": HOSTILE}
    look = Look(HOSTILE, language, chips=(Chip(HOSTILE, HOSTILE, 3),))
    pages = all_pages(look, one)
    pages["words"] = render_search(look, answer(one), asked=Asked(HOSTILE))
    pages["problem"] = render_problem(look, 500, detail=HOSTILE, request_id=HOSTILE)
    for name, html in pages.items():
        page = Page(html)
        assert len(page.find("script")) == 1, name
        assert not [a for _, a in page.tags if "onerror" in a], name
        assert "49" not in "".join(page.text), name
    assert HOSTILE in "".join(Page(pages["feed"]).text)


def test_a_button_without_scripts_comes_back_to_what_was_asked():
    found = Page(render_search(Look("Shop"), answer(item("a")), Asked("plum lamp")))
    assert {tag["value"] for tag in found.find("input", name="back")} == {"/search?words=plum+lamp"}
    later = Page(render_feed(Look("Shop"), answer(item("a")), asked={"page": "c/2", "repeat": ""}))
    assert {tag["value"] for tag in later.find("input", name="back")} == {"/?page=c%2F2"}
    languages = [a["href"] for a in later.find("a") if "lang=" in a.get("href", "")]
    assert languages == ["/?page=c%2F2&lang=zh-Hans"]


def test_a_card_works_without_scripts():
    page = Page(render_feed(Look("Shop"), answer(item("shelf/7 ü"))))
    links = [a["href"] for a in page.find("a") if a.get("href", "").startswith("/item/")]
    assert links[0] == "/item/shelf%2F7%20%C3%BC"
    form = page.find("form", action="/react")[0]
    assert form["method"] == "post"
    assert page.find("input", name="item")[0]["value"] == "shelf/7 ü"
    kinds = {button["value"] for button in page.find("button", name="kind")}
    assert kinds == {"like", "save", "dislike"}
    assert [a["href"] for a in page.classes("next")] == ["/?page=c%2F2%3D%3D"]


def test_a_card_carries_its_item_for_the_modules():
    one = item("a1", 'Say "hi" & <go>')
    page = Page(render_feed(Look("Shop"), answer(one)))
    card = page.classes("card")[0]
    assert json.loads(card["data-item"]) == one | {"answer": "x", "place": 0}
    assert (card["aria-posinset"], card["aria-setsize"]) == ("1", "-1")
    assert card["aria-label"] == one["title"]
    assert json.loads(page.find("body")[0]["data-words"]) == catalogue("en")


def test_pictures_state_their_size_and_only_the_first_hurry():
    page = Page(render_feed(Look("Shop"), answer(*(item(f"i{n}") for n in range(20)))))
    pictures = [a for a in page.find("img") if a.get("src", "").startswith("/media/")]
    assert len(pictures) == 20
    assert all((a["width"], a["height"]) == ("480", "640") for a in pictures)
    assert all("240w" in a["srcset"] and a["sizes"] and a["alt"] == "Blue vase" for a in pictures)
    assert [a["loading"] for a in pictures] == ["eager"] * 12 + ["lazy"] * 8
    assert sum(a.get("fetchpriority") == "high" for a in pictures) == 4


def test_an_item_without_a_picture_shows_its_title_instead():
    html = render_feed(Look("Shop"), answer(item("n", "Nameless", picture=None)))
    assert 'class="no-picture"' in html
    assert ">Nameless</span>" in html


@pytest.mark.parametrize(
    ("reason", "level", "expected"),
    [
        (item()["reason"], "personal", "Because of Red jug"),
        (named_by("view"), "personal", "Because you looked at Red jug"),
        (named_by("purchase"), "personal", "Because you bought Red jug"),
        (named_by("unheard-of"), "personal", "Because of Red jug"),
        ({"kind": "liked", "because": []}, "personal", ""),
        ({"kind": "popular", "because": []}, "personal", "Others looked at it"),
        ({"kind": "popular", "because": []}, "popular", "A first look around"),
        ({"kind": "new", "because": []}, "popular", "Few have seen it yet"),
        ({"kind": "explore", "because": []}, "personal", "Something different"),
    ],
)  # fmt: skip
def test_every_card_says_why_in_one_line(reason, level, expected):
    html = render_feed(Look("Shop"), answer(item(reason=reason), level=level))
    first = html.index('class="cap"')
    assert f"<small>{expected}</small>" in html[first : first + 300]


def test_what_the_visitor_did_is_pressed():
    page = Page(render_saved(Look("Shop"), [item(mine={"save": "e1"})]))
    assert page.find("button", value="save")[0]["aria-pressed"] == "true"
    assert page.find("button", value="like")[0]["aria-pressed"] == "false"


def test_the_bars_are_shares_of_the_whole_and_the_rest_is_summed():
    page = Page(render_item(Look("Shop"), item(), (), EXPLANATION))
    template = [a for a in page.find("meter") if "value" not in a]
    meters = [a for a in page.find("meter") if "value" in a]
    assert len(template) == 1
    # Sizes 0.4, 0.2 (against), 0.1, 0.05 ... of 1.0, base 0.1 included.
    assert [int(a["value"]) for a in meters] == [40, 20, 10, 5, 5, 10, 10]
    text = "".join(page.text)
    assert "−20 %" in text
    assert "2 more" in text
    assert len(page.classes("against")) == 1


def test_what_speaks_against_is_called_so_and_nothing_is_said_of_what_is_next_to_nothing():
    share = {**EXPLANATION["shares"][0], "title": "Teller flach", "share": -0.4, "disliked": False}
    told = {**EXPLANATION, "score": -0.399, "base": 0.001, "shares": [share], "level": "personal"}
    page = Page(render_item(Look("Shop"), item(), (), told))
    assert [int(a["value"]) for a in page.find("meter") if "value" in a] == [100]
    text = "".join(page.text)
    assert "Against: Teller flach" in text
    assert "−100 %" in text
    assert " 0 %" not in text
    assert catalogue("en")["why_apart"] in text
    assert catalogue("en")["why_intro"] not in text


def test_a_picture_that_was_liked_is_not_named_as_if_it_were_another():
    shares = [{**EXPLANATION["shares"][0], "id": EXPLANATION["item"]}]
    html = render_item(Look("Shop"), item(), (), {**EXPLANATION, "shares": shares})
    assert catalogue("en")["why_itself"] in html[: html.index("<template")]


def test_without_any_like_the_page_says_so():
    nothing = {
        "item": "a1",
        "score": 0.1,
        "base": 0.1,
        "shares": [],
        "exact": True,
        "level": "popular",
    }
    page = Page(render_item(Look("Shop"), item(), (), nothing))
    assert catalogue("en")["why_nothing"] in "".join(page.text)
    assert not [a for a in page.find("meter") if "value" in a]
    page = Page(render_item(Look("Shop"), item(), (), {**nothing, "level": "session"}))
    assert catalogue("en")["why_apart"] in "".join(page.text)
    assert catalogue("en")["why_nothing"] not in "".join(page.text)


def test_approximate_shares_are_called_so():
    html = render_item(Look("Shop"), item(), (), {**EXPLANATION, "exact": False})
    assert catalogue("en")["why_about"] in html[: html.index("<template")]


def test_chips_choose_values_and_say_how_many_items_have_them():
    chips = (Chip("family", "vase", 3, {"zh": "花瓶"}), Chip("made by", "a&b", 1))
    page = Page(render_feed(Look("Shop", "zh-Hans", chips=chips), answer(item())))
    hrefs = {a["href"] for a in page.find("a", class_="chip")}
    assert hrefs >= {"/search?is.family=vase#results", "/search?is.made+by=a%26b#results"}
    assert {"花瓶", "3 件", "a&b", "1 件"} <= set(page.text)
    english = Page(render_feed(Look("Shop", chips=chips), answer(item())))
    assert {"vase", "3 items", "a&b", "1 item"} <= set(english.text)


FACETS = [
    {"name": "family", "type": "string", "values": [
        {"value": "vase", "count": 7, "chosen": True}, {"value": "Küche > Löffel", "count": 1},
    ]},
    {"name": "price", "type": "number", "values": [
        {"value": "..10", "count": 2}, {"value": "10..20", "count": 3},
        {"value": "20..", "count": 2},
    ]},
]  # fmt: skip


def test_facets_add_and_take_off_choices_and_keep_the_rest():
    asked = Asked("blue", {"family": ("vase",)}, "p1")
    look = Look("Shop", currency="EUR")
    page = Page(render_search(look, answer(item()), asked, facets=FACETS))
    values = [a for a in page.find("a") if "is." in a["href"] or "picture=p1" in a["href"]]
    kept = "/search?words=blue&picture=p1&is.family=vase"
    hrefs = [a["href"] for a in values if "aria-label" not in a and "data-look" not in a]
    assert hrefs == [
        "/search?words=blue&picture=p1#results",
        f"{kept}&is.family=K%C3%BCche+%3E+L%C3%B6ffel#results",
        f"{kept}&is.price=..10#results",
        f"{kept}&is.price=10..20#results",
        f"{kept}&is.price=20..#results",
    ]
    assert [a["href"] for a in values if a.get("aria-current")] == hrefs[:1]
    said = [text for text in page.text if "EUR" in text]
    assert said == ["Below 10 EUR", "10 to 20 EUR", "20 EUR and more"]
    told = {a["aria-label"]: a for a in page.find("a") if "aria-label" in a}
    assert told["Remove “Family: vase”"]["href"] == "/search?words=blue&picture=p1#results"
    assert told["Remove “blue”"]["href"] == "/search?picture=p1&is.family=vase#results"
    hidden = {(i["name"], i["value"]) for i in page.find("input", type="hidden") if "name" in i}
    assert {("picture", "p1"), ("is.family", "vase")} <= hidden


def test_what_finds_nothing_says_what_to_take_off():
    asked = Asked("blue", {"family": ("vase",), "price": ("10..20",)})
    look = Look("Shop", currency="${price}")
    without = [(asked.toggled("price", "10..20"), 4), (asked.saying(""), 1)]
    html = render_search(look, answer(), asked, without=without)
    told = {a["href"]: html for a in Page(html).find("a", class_="chip")}
    assert told.keys() >= {
        "/search?words=blue&is.family=vase#results",
        "/search?is.family=vase&is.price=10..20#results",
    }
    said = "".join(Page(html).text)
    assert "Without Price: $10 to $20: 4 items" in said
    assert "Without blue: 1 item" in said


def test_links_for_language_and_theme_keep_the_search():
    html = render_search(Look("Shop", "zh-Hans", "dark"), answer(item()), Asked("blue vase"))
    (language,) = [a for a in Page(html).find("a") if a.get("data-look") == "lang"]
    (theme,) = [a for a in Page(html).find("a") if a.get("data-look") == "theme"]
    assert language["href"] == "/search?words=blue+vase&lang=en"
    assert theme["href"] == "/search?words=blue+vase&theme=light"


def test_empty_states_say_what_to_do():
    look = Look("Shop")
    words = catalogue("en")
    assert words["empty"] in render_feed(look, answer(level="popular"))
    assert words["results_none_hint"] in render_search(look, answer(), Asked("xyzzy"))
    assert words["saved_empty"] in render_saved(look, [])
    assert words["search_hint"] in render_search(look)
    assert words["not_found"] in render_problem(look, 404)


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


def several(*hashes: str) -> dict[str, Any]:
    picture = item()["picture"]
    pictures = [picture | {"hash": h, "src": f"/media/{h}-480.webp"} for h in hashes]
    return item(picture=pictures[0], pictures=[*pictures, {"hash": "unrendered"}])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_item_shows_all_its_pictures_with_the_chosen_one_large(language):
    for place, large in ((1, "aa"), (2, "bb"), (3, "cc"), (0, "aa"), (4, "aa")):
        page = Page(render_item(Look("Shop", language), several("aa", "bb", "cc"), place=place))
        links = [attrs for attrs in page.find("a") if attrs.get("data-do") == "picture"]
        assert [link["href"] for link in links] == [f"/item/a1?picture={n}" for n in (1, 2, 3)]
        assert [n for n, link in enumerate(links) if "aria-current" in link] == [
            ("aa", "bb", "cc").index(large)
        ]
        assert len({link["aria-label"] for link in links}) == 3
        shown = [attrs["src"] for attrs in page.find("img") if attrs.get("fetchpriority")]
        assert shown == [f"/media/{large}-480.webp"]


def test_an_item_with_one_picture_has_no_strip():
    html = render_item(Look("Shop"), several("aa"))
    assert "?picture=" not in html
    assert "/media/aa-480.webp" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_that_have_items_stand_beside_the_feed(language):
    look = Look("Shop", language)
    page = Page(render_feed(look, answer(item("z")), rows_of(item("a/1"))))
    (row,) = [attrs for attrs in page.find("h2") if attrs.get("id", "").startswith("row-")]
    assert row["id"] == "row-new"
    words = catalogue(language)
    assert words["row_new"] in page.text
    assert words["row_recently_viewed"] not in page.text, "it is empty"
    links = [attrs["href"] for attrs in page.classes("thumb") if attrs.get("href")]
    assert links[:2] == ["/item/a%2F1", "/item/bare"]
    assert not Page(render_feed(look, answer(item()))).classes("rows")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", ["popular", "session", "personal"])
def test_an_answer_without_items_says_whether_all_is_seen_or_nothing_is_there(language, level):
    look, none = Look("Shop", language), answer(level=level)
    words = catalogue(language)
    seen, empty = words["all_seen_heading"], words["empty_heading"]
    bare = [{"row": "new", "title": "row_new", "items": []}]  # as the service gives it
    for rows in ((), bare, rows_of(item("z"))):
        text = Page(render_feed(look, none, rows)).text
        assert (seen in text, empty in text) == (True, False)
        text = Page(render_feed(look, none, rows, empty=True)).text
        assert (seen in text, empty in text) == (False, True)
        text = Page(render_feed(look, answer(item("z"), level=level), rows)).text
        assert (seen in text, empty in text) == (False, False)


def test_a_price_stands_on_the_card_and_on_the_page_and_is_no_chip():
    one = item(attributes={"price": 12.5, "stock": "5", "family": "vase"})
    look = Look("Shop", currency="{price} €")
    feed, page = render_feed(look, answer(one)), render_item(look, one)
    for html in (feed, page):
        assert html.count('class="price">12.50 €<') == 1
    chips = [a["href"] for a in Page(page).find("a", class_="chip") if "search" in a["href"]]
    assert chips == ["/search?is.family=vase#results"]


def test_a_variant_that_is_sold_out_is_crossed_among_the_swatches():
    variants = [
        item("a1", attributes={"colour": "red", "stock": 0}),
        item("a2", attributes={"colour": "blue", "stock": 1}),
    ]
    html = render_item(Look("Shop"), {**variants[0], "variants": variants})
    assert html.count('class="thumb out"') == 1
    assert 'title="red" aria-label="red: Sold out"' in html


def test_what_is_sold_out_says_so_on_its_card_and_its_page():
    look = Look("Shop", currency="EUR", shown=("brand",))
    for stock, said in ((0, True), (2, False)):
        one = item(attributes={"price": 5, "stock": stock, "brand": "Nord"})
        cards = Page(render_feed(look, answer(one))).classes("sold")
        pages = Page(render_item(look, one)).classes("sold")
        assert ["hidden" not in found[0] for found in (cards, pages)] == [said, said]
    assert '<span class="told">Nord</span>' in render_feed(look, answer(one))


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_seen_everything_is_told_one_thing_and_can_see_it_again(language):
    look, words = Look("Shop", language), catalogue(language)
    html = render_feed(look, {**answer(level="session"), "next": None})
    page = Page(html)
    assert [a["href"] for a in page.classes("solid")] == ["/?repeat=allow"]
    assert "hidden" in page.classes("end")[0], "the end is not told a second time"
    again = Page(render_feed(look, answer(item()), asked={"repeat": "allow"}))
    assert words["see_again"] not in again.text
    assert [a["href"] for a in again.classes("next")] == ["/?repeat=allow&page=c%2F2%3D%3D"]
    assert again.find("div", id="more")[0]["data-repeat"] == "allow"
    forms = {tag["value"] for tag in again.find("input", name="back")}
    assert forms == {"/?repeat=allow"}
    none = Page(render_feed(look, answer(), asked={"repeat": "allow"}))
    assert words["see_again"] not in none.text, "it was asked already"


def test_a_picture_is_not_there_because_of_itself():
    itself = {"id": "a1", "title": "Blue vase", "share": 0.6}
    other = {"id": "b", "title": "Red jug", "share": 0.4}
    for because, expected in (
        ([itself, other], "Because of Red jug"),
        ([itself], catalogue("en")["reason_itself"]),
    ):
        html = render_feed(Look("Shop"), answer(item(reason={"kind": "liked", "because": because})))
        assert f"<small>{expected}</small>" in html[: html.index("<template")]


def test_buttons_of_an_item_say_their_words_and_a_saved_card_shows_it():
    page = Page(render_item(Look("Shop"), item()))
    (form,) = [n for n, (tag, a) in enumerate(page.tags) if a.get("class") == "row tools"][:1]
    assert page.tags[form][0] == "form"
    for key in ("like", "save", "dislike"):
        assert catalogue("en")[key] in page.text
    saved = Page(render_saved(Look("Shop"), [item(mine={"save": "e1"})]))
    assert "data-saved" in saved.classes("card")[0]
    assert "hidden" in saved.find("div", id="none")[0]
    assert "hidden" not in Page(render_saved(Look("Shop"), [])).find("div", id="none")[0]


def test_a_search_counts_all_that_it_found_and_leads_to_the_rest():
    shown = {"items": [item(f"i{n}") for n in range(3)], "place": 60, "total": 767}
    page = Page(render_search(Look("Shop"), shown, Asked("blue vase")))
    (link,) = [a for a in page.find("a") if a.get("class") == "btn solid next"]
    assert link["href"] == "/search?words=blue+vase&place=63"
    assert "767 items" in render_search(Look("Shop"), shown, Asked("blue vase"))
    last = render_search(Look("Shop"), shown | {"total": 63}, Asked("blue vase"))
    assert 'class="btn solid next"' not in last
    assert "63 items" in last


def test_what_lies_beyond_the_last_place_is_told_and_no_more_is_promised():
    def last(place: int, total: int) -> str:
        found = answer(item()) | {"place": place, "total": total, "furthest": 10_000}
        return render_search(Look("Shop"), found, Asked("blue"))

    assert 'href="/search?words=blue&amp;place=10000"' in last(9_999, 20_000)
    assert '<p class="too-many" hidden>' in last(9_999, 20_000)
    beyond = last(10_000, 20_000)
    assert "place=10001" not in beyond
    assert '<p class="too-many">More was found' in beyond
    assert '<p class="too-many" hidden>' in last(10_000, 10_001), "that was all"
