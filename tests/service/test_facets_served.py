"""Searches that are narrowed by attributes: over HTTP, and in Chromium."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from beholder.engine.checking import FURTHEST

FAMILY = "lamp"
WIDE = "/search?is.tags=paper&is.tags=halftone&is.tags=smooth"


def ask(client: httpx.Client, **asked: Any) -> Any:
    answer = client.post("/v1/search", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_choices_alone_list_exactly_the_items_of_their_value(client):
    found = ask(client, choices={"family": [FAMILY]}, facets=True, k=100)
    assert found["total"] == len(found["items"]) == 10
    assert {item["attributes"]["family"] for item in found["items"]} == {FAMILY}
    (family,) = [facet for facet in found["facets"] if facet["name"] == "family"]
    counts = {each["value"]: each["count"] for each in family["values"]}
    assert sum(counts.values()) == 120  # other families can be added to this one
    assert [each["value"] for each in family["values"] if each.get("chosen")] == [FAMILY]
    (tags,) = [facet for facet in found["facets"] if facet["name"] == "tags"]
    tag = next(each for each in tags["values"] if each["value"] != FAMILY)
    both = ask(client, choices={"family": [FAMILY], "tags": [tag["value"]]})
    assert both["total"] == tag["count"] > 0
    assert both["facets"] is None


def test_an_attribute_that_there_is_not_is_named(client):
    found = ask(client, words="smooth", choices={"colr": ["blue"]})
    assert found["items"] == []
    assert found["note"].endswith("; there is no attribute 'colr'")
    assert ask(client, choices={"family": [FAMILY]})["note"] is None


def test_choices_join_with_words_a_filter_and_a_picture(client):
    alone = ask(client, words="smooth", k=100)
    chosen = ask(client, words="smooth", choices={"family": [FAMILY, "hills"]}, k=100)
    expected = [i for i in alone["items"] if i["attributes"]["family"] in (FAMILY, "hills")]
    assert [i["id"] for i in chosen["items"]] == [i["id"] for i in expected] != []
    narrow = ask(client, choices={"family": [FAMILY, "hills"]}, filter="family != 'hills'")
    assert narrow["total"] == 10
    item = client.get("/v1/items/picture-00010").json()
    picture = client.get(item["picture"]["src"]).content
    form = {"choices": json.dumps({"family": [FAMILY]}), "facets": "true", "k": "50"}
    seen = client.post("/v1/search", files={"picture": ("a.webp", picture)}, data=form).json()
    assert {i["attributes"]["family"] for i in seen["items"]} == {FAMILY}
    assert seen["total"] == len(seen["items"]) == 10
    assert seen["facets"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"choices": {}},
        {"choices": {"family": "vase"}},
        {"choices": {"": ["vase"]}},
        {"choices": {"family": ["x" * 201]}},
        {"choices": {"family": [7]}},
        {"choices": {f"a{i}": ["x"] for i in range(21)}},
        {"words": "vase", "facets": "all of them"},
    ],
)
def test_what_is_no_search_is_refused(client, asked):
    assert client.post("/v1/search", json=asked).status_code == 422


def test_addresses_by_hand_are_pages(client):
    for query, status in (
        ("is.nowhere=x", 200),
        ("is.title=x", 200),
        ("is.family=vase&is.family=vase&is.=x&is.tags=", 200),
        ("is.family=%ff%00", 200),
        ("utm_source=x&is.family=vase", 200),
        ("&".join(f"is.a{i}=x" for i in range(21)), 422),
        ("is.family=" + "x" * 300, 422),
    ):
        page = client.get(f"/search?{query}", headers={"accept": "text/html"})
        assert page.status_code == status, query
        assert page.headers["content-type"].startswith("text/html"), query


@pytest.mark.browser
def test_facets_are_chosen_taken_off_and_stay_in_the_address(chromium, server):
    context = chromium.new_context(base_url=server.url, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto("/")
    page.locator("header .chips a", has_text=FAMILY).first.click()
    page.locator("#found").wait_for()
    assert page.locator("#found").inner_text() == "10 items"
    page.locator("summary", has_text="Tags").click()
    option = page.locator(".facets [open] li a").filter(has_not_text=FAMILY).first
    tag = option.locator("span").first.inner_text()
    count = int(option.locator("[aria-hidden]").inner_text())
    option.click()
    page.locator(".parts .chip", has_text=tag).wait_for()
    assert page.locator(".card").count() == count
    page.reload()
    assert page.locator(".card").count() == count
    page.locator("#words").fill("nothing is called so")
    page.keyboard.press("Enter")
    page.locator("#nothing").wait_for()
    assert f"{count} item" in page.locator(".drop-one").inner_text()
    page.go_back()
    page.locator(".parts .chip", has_text=tag).click()
    page.wait_for_url("**/search?is.family=lamp#results")
    page.locator(".card").nth(9).wait_for()
    context.close()


@pytest.mark.browser
def test_more_of_a_search_comes_behind_what_is_there(chromium, server):
    context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(WIDE)
    total = int(page.locator("#found").inner_text().split()[0])
    ids = "[...document.querySelectorAll('.card')].map(card => card.item.id)"
    first = page.evaluate(ids)
    assert len(first) == 60 < total
    body = {"choices": {"tags": ["paper", "halftone", "smooth"]}, "variants": "one", "place": 60}
    liked = page.request.post("/v1/search", data=body).json()["items"][0]["id"]
    page.request.post("/react", form={"item": liked, "kind": "like"})
    page.reload()
    page.locator(".next").click()
    page.wait_for_function(f"() => document.querySelectorAll('.card').length === {total}")
    assert page.evaluate(ids)[:60] == first
    assert len(set(page.evaluate(ids))) == total
    assert not page.locator(".next").is_visible()
    pressed = "[...document.querySelectorAll('.card[data-liked]')].map(card => card.item.id)"
    assert page.evaluate(pressed) == [liked]  # a press takes it back
    context.close()


@pytest.mark.browser
def test_where_no_further_page_can_be_asked_for_it_is_said(chromium, server):
    def near(route):
        answer = route.fetch()
        told = f"&#34;furthest&#34;:{FURTHEST}"
        assert told in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(told, "&#34;furthest&#34;:60"))

    def much(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"total": 20_000})

    context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.route("**/search?is.*", near)
    page.route("**/v1/search", much)
    page.goto(WIDE)
    assert page.locator(".too-many").is_hidden()
    page.locator(".next").click()
    page.locator(".too-many").wait_for()
    assert page.locator(".next").is_hidden()
    context.close()


@pytest.mark.browser
def test_a_picture_is_joined_with_a_choice(chromium, server, trained):
    picture = next(path for path in (trained / "media" / "renditions").rglob("*-480.webp"))
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/")
    page.locator("input[type=file]").first.set_input_files(str(picture))
    page.wait_for_url("**/search?picture=*")
    page.locator(".card img").first.wait_for()
    page.locator("summary", has_text="Family").click()
    with page.expect_response("**/v1/search"):
        page.locator(".facets [open] li a", has_text=FAMILY).click()
    page.wait_for_function("() => document.querySelectorAll('.card').length === 10")
    families = "[...document.querySelectorAll('.card')].map(c => c.item.attributes.family)"
    assert set(page.evaluate(families)) == {FAMILY}
    assert page.locator("#found").inner_text() == "10 items"
    assert not page.locator(".next").is_visible()
    wide = page.url.replace("is.family=lamp", WIDE.partition("?")[2])
    page.goto(wide)
    page.locator(".next").click()
    page.wait_for_function("() => document.querySelectorAll('.card').length > 60")
    total = int(page.locator("#found").inner_text().split()[0])
    assert page.locator(".card").count() == total
    page.go_back()
    assert page.locator("#by-picture").is_visible()
    page.locator("#by-picture").click()
    page.wait_for_url("**/search?is.family=lamp#results")
    context.close()
