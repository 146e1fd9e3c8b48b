"""Variants of one product are one card: in lists, over HTTP and on pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from click.testing import CliRunner

from beholder.cli.main import beholder
from beholder.engine.variants import firsts
from live_server import Server

COLOURS = {"mug": ("red", "blue", "green"), "jar": ("red", "white"), "tin": ("blue",)}
VARIANTS = [(kind, colour) for kind, colours in COLOURS.items() for colour in colours]
PRICES = (1.5e9, 3e9 + 0.5, 9e9, 2e10, 5e10, 9e10)  # with an exponent, as Python writes them


@pytest.fixture(scope="module")
def shop(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("variants") / "copy"
    shutil.copytree(trained, root)
    items = [
        {
            "item_id": f"{kind}-{colour}",
            "title": f"Enamel {kind} in {colour}",
            "attributes": {
                "item_group_id": kind,
                "colour": colour,
                "ware": "enamel",
                "stock": 5,
                "price": price,
                "grain": 1e6 / price,
            },
        }
        for (kind, colour), price in zip(VARIANTS, PRICES, strict=True)
    ]
    settings = {"pages.facets": '["colour", "price", "grain"]'}
    with Server(root, settings=settings) as server, server.client() as client:
        put = client.post("/v1/items", json={"items": items}, headers=server.operator)
        assert put.json()["added"] == 6, put.text
        yield server


@pytest.fixture
def asking(shop: Server) -> Iterator[httpx.Client]:
    with shop.client() as client:
        yield client


def products(answer: dict[str, Any]) -> list[str]:
    return [item["id"].split("-")[0] for item in answer["items"]]


def test_the_first_of_each_product_stays_in_its_place():
    assert firsts(np.array([7, -1, 7, -1, 3, 3, 7], np.int32)).tolist() == [0, 1, 3, 4]
    assert firsts(np.array([], np.int32)).tolist() == []


def test_a_search_finds_each_product_once_and_counts_products(asking):
    every = asking.post("/v1/search", json={"words": "enamel"}).json()
    assert (every["total"], every["variants"]) == (6, None)
    body = {"words": "enamel", "variants": "one", "facets": True}
    one = asking.post("/v1/search", json=body).json()
    assert sorted(products(one)) == ["jar", "mug", "tin"]
    assert one["total"] == 3
    told = {name.split("-")[0]: n for name, n in one["variants"].items()}
    assert told == {"mug": 2, "jar": 1}
    (colour,) = [facet for facet in one["facets"] if facet["name"] == "colour"]
    counts = {each["value"]: each["count"] for each in colour["values"]}
    assert counts == {"red": 2, "blue": 2, "green": 1, "white": 1}


def test_the_variant_that_answers_best_stands_for_its_product(asking):
    found = asking.post("/v1/search", json={"words": "enamel mug green", "variants": "one"}).json()
    assert found["items"][0]["id"] == "mug-green"
    chosen = {"choices": {"colour": ["blue"]}, "filter": "ware = 'enamel'", "variants": "one"}
    listed = asking.post("/v1/search", json=chosen).json()
    assert sorted(item["id"] for item in listed["items"]) == ["mug-blue", "tin-blue"]


def test_recommendations_have_each_product_once_also_beside_what_is_there(asking):
    asked = {"filter": "ware = 'enamel'", "variants": "one", "k": 10}
    first = asking.post("/v1/recommendations", json=asked).json()
    assert sorted(products(first)) == ["jar", "mug", "tin"]
    more = asking.post("/v1/recommendations", json=asked | {"exclude": ["mug-blue"]}).json()
    assert sorted(products(more)) == ["jar", "tin"]
    address = "/v1/recommendations?k=2&variants=one&filter=ware%20=%20'enamel'"
    page = asking.get(address).json()
    rest = asking.get(f"{address}&page={page['next']}").json()
    assert sorted(products(page) + products(rest)) == ["jar", "mug", "tin"]
    assert asking.get("/v1/recommendations?variants=some").status_code == 422


@pytest.mark.parametrize("row", ["new", "trending", "recently-viewed"])
def test_rows_have_each_product_once(asking, row):
    who = {"user": "rows"}
    for kind, colour in VARIANTS:
        for user in ("rows", "another"):  # it takes two for a trend
            view = {"user": user, "item": f"{kind}-{colour}", "kind": "view"}
            assert asking.post("/v1/interactions", json=view).status_code == 200
    told = who | {"filter": "ware = 'enamel'", "k": 6}
    every = asking.get(f"/v1/rows/{row}", params=told).json()
    assert (len(every["items"]), every["variants"]) == (6, None)
    one = asking.get(f"/v1/rows/{row}", params=told | {"variants": "one"}).json()
    assert sorted(products(one)) == ["jar", "mug", "tin"]
    first = {name: i for i, name in reversed(list(enumerate(products(every))))}
    assert [item["id"] for item in one["items"]] == [
        every["items"][place]["id"] for place in sorted(first.values())
    ]
    told = {name.split("-")[0]: n for name, n in one["variants"].items()}
    assert told == {"mug": 2, "jar": 1}
    assert asking.get(f"/v1/rows/{row}", params={"variants": "some"}).status_code == 422


def test_the_front_page_has_each_product_once_in_its_rows(shop):
    with shop.client() as visitor:
        beside = visitor.get("/").text.split('id="row-new"')[1].split("</section>")[0]
    assert [name for name in COLOURS if beside.count(f'href="/item/{name}-') == 1] == list(COLOURS)
    assert "2 more variants" in beside


@pytest.mark.parametrize("kind", ["dislike", "hide"])
def test_a_no_to_a_card_is_a_no_to_its_product(shop, kind):
    only = {"filter": "ware = 'enamel'", "k": 10, "variants": "one"}
    lists = ("/v1/recommendations", "/v1/rows/new", "/v1/items/jar-red/similar")
    with shop.client() as visitor:  # its cookie is a person
        visitor.get("/")
        for address in lists:
            assert "mug" in products(visitor.get(address, params=only).json()), address
        no = {"item": "mug-blue", "kind": kind, "event_id": f"no-{kind}"}
        assert visitor.post("/v1/interactions", json=no).status_code == 200
        for address in lists:
            assert "mug" not in products(visitor.get(address, params=only).json()), address
            every = visitor.get(address, params=only | {"variants": "all"}).json()
            assert sorted(i["id"] for i in every["items"] if "mug" in i["id"]) == [
                "mug-green",
                "mug-red",
            ], "each by itself"
        for item in ("mug-red", "tin-blue"):
            visitor.post("/v1/interactions", json={"item": item, "kind": "view"})
        viewed = visitor.get("/v1/rows/recently-viewed", params=only).json()
        assert products(viewed) == ["tin"]
        assert visitor.delete(f"/v1/interactions/no-{kind}").status_code == 200
        for address in lists[1:]:
            assert "mug" in products(visitor.get(address, params=only).json()), "taken back"


def test_what_is_similar_is_no_variant_of_the_same(asking):
    address = "/v1/items/mug-red/similar?k=20&filter=ware%20=%20'enamel'"
    assert "mug" in products(asking.get(address).json())
    assert sorted(products(asking.get(f"{address}&variants=one").json())) == ["jar", "tin"]


def test_an_item_names_its_variants_and_its_page_shows_them(asking):
    item = asking.get("/v1/items/mug-blue").json()
    assert [each["id"] for each in item["variants"]] == ["mug-red", "mug-blue", "mug-green"]
    assert asking.get("/v1/items/tin-blue").json()["variants"] == []
    page = asking.get("/item/mug-blue").text
    swatches = page.split('<nav class="swatches"')[1].split("</nav>")[0]
    assert 'href="/item/mug-blue" title="blue" aria-label="blue" aria-current="true"' in swatches
    assert 'href="/item/mug-green" title="green" aria-label="green">' in swatches
    found = asking.get("/search?words=enamel+mug").text
    assert "2 more variants" in found


def test_of_equals_the_variant_with_a_picture_stands_for_its_product(shop, asking):
    (row,) = asking.get("/v1/rows/popular?k=1").json()["items"]
    picture = asking.get(f"/v1/items/{row['id']}").json()["pictures"][0]["hash"]
    items = [
        {
            "item_id": f"pan{i}-{size}",
            "title": "Copper pan",
            "attributes": {"product_code": f"pan{i}", "ware": "copper"},
            "pictures": [picture] if size == "b" else [],
        }
        for i in range(4)
        for size in "abc"
    ]
    put = asking.post("/v1/items", json={"items": items}, headers=shop.operator)
    assert put.json()["added"] == 12, put.text
    only = {"filter": "ware = 'copper'", "variants": "one", "k": 10}
    for address in ("/v1/recommendations", "/v1/rows/new"):
        found = asking.get(address, params=only).json()["items"]
        assert sorted(each["id"] for each in found) == [f"pan{i}-b" for i in range(4)], address
    every = asking.get("/v1/rows/new", params=only | {"variants": "all"}).json()["items"]
    assert len(every) == 10
    named = asking.post("/v1/search", json={"words": "copper", "variants": "one"}).json()["items"]
    assert sorted(each["id"] for each in named) == [f"pan{i}-b" for i in range(4)]


@pytest.mark.browser
def test_sizes_with_one_picture_are_told_apart_by_their_letters(chromium, shop):
    with shop.client() as client:
        (row,) = client.get("/v1/rows/popular?k=1").json()["items"]
        picture = client.get(f"/v1/items/{row['id']}").json()["pictures"][0]["hash"]
        items = [
            {
                "item_id": f"shirt-{size}",
                "title": "Linen shirt",
                "attributes": {"product_code": "shirt", "size": size},
                "pictures": [picture],
            }
            for size in "SML"
        ]
        put = client.post("/v1/items", json={"items": items}, headers=shop.operator)
        assert put.json()["added"] == 3, put.text
    context = chromium.new_context(base_url=shop.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/item/shirt-M")
    swatches = page.locator(".page .swatches a")
    assert swatches.all_inner_texts() == ["S", "M", "L"]
    assert all(each.is_visible() for each in swatches.locator("span").all())
    assert page.locator(".page .swatches [aria-current]").inner_text() == "M"
    page.goto("/search?words=linen+shirt")
    page.locator(".card", has_text="Linen shirt").locator("a[data-do=open]").click()
    page.locator("#viewer .swatches a").nth(2).wait_for()
    assert page.locator("#viewer .swatches a").all_inner_texts() == ["S", "M", "L"]
    context.close()


@pytest.mark.browser
def test_swatches_lead_from_variant_to_variant_in_the_viewer(chromium, shop):
    context = chromium.new_context(base_url=shop.url)
    page = context.new_page()
    page.goto("/search?words=enamel+mug")
    card = page.locator(".card", has_text="Enamel mug")
    assert card.count() == 1
    assert card.locator(".others").inner_text() == "2 more variants"
    assert card.locator("a:not([tabindex])").count() == 2  # the picture, and "more like this"
    card.locator("b").click()  # the words of a card lead where its picture does
    page.locator("#viewer .swatches a").nth(2).wait_for()
    page.locator("#viewer [data-do=close]").click()
    page.wait_for_url("**/search?words=enamel+mug")
    card.locator("a[data-do=open]").click()
    page.locator("#viewer .swatches a").nth(2).wait_for()
    page.locator("#viewer .swatches a[aria-label=green]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/mug-green")
    current = page.locator("#viewer .swatches [aria-current]")
    current.wait_for()
    assert current.get_attribute("aria-label") == "green"
    page.set_viewport_size({"width": 390, "height": 500})
    page.evaluate("document.querySelector('#viewer').scrollTop = 1e6")
    box = page.locator("#viewer [data-do=close]").bounding_box()
    assert 0 <= box["y"] <= 500 - box["height"]  # the way out stays in sight
    page.locator("#viewer [data-do=close]").click()
    page.wait_for_url("**/search?words=enamel+mug")
    context.close()


def test_very_large_and_very_small_numbers_are_chosen_by_like_others(asking):
    body = {"words": "enamel", "facets": True}
    facets = {f["name"]: f["values"] for f in asking.post("/v1/search", json=body).json()["facets"]}
    for name in ("price", "grain"):
        assert sum(each["count"] for each in facets[name]) == 6
        for each in facets[name]:
            chosen = {"choices": {name: [each["value"]]}}
            assert asking.post("/v1/search", json=chosen).json()["total"] == each["count"]
    page = asking.get("/search?words=enamel")
    assert (
        page.status_code == asking.get("/").status_code == asking.get("/search").status_code == 200
    )
    assert "10000000000" in page.text
    assert all("e" not in each["value"] for name in ("price", "grain") for each in facets[name])


@pytest.mark.parametrize(
    "words",
    [
        ("search", "enamel"),
        ("similar", "mug-red"),
        ("recommend", "--history", "jar-red"),
        ("rows", "--row", "new"),
    ],
)
def test_commands_show_one_of_each_where_they_are_asked_to(
    shop: Server, words: tuple[str, ...]
) -> None:
    def printed(*more: str) -> list[str]:
        name, *rest = words
        line = [name, str(shop.root), *rest, "-k", "60", "--filter", "ware = 'enamel'", *more]
        done = CliRunner().invoke(beholder, [*line, "--json"], catch_exceptions=False)
        told = json.loads(done.stdout)
        return products(told[0] if isinstance(told, list) else told)

    one, all_of_them = printed("--variants", "one"), printed()
    assert len(one) == len(set(one))
    assert len(one) < len(all_of_them)
