"""What axe finds on every kind of page, light and dark, at a desk and on a phone: nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults

from live_server import Server

pytestmark = pytest.mark.browser

DESK = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}
PHONE = {
    "viewport": {"width": 390, "height": 800},
    "locale": "zh-CN",
    "has_touch": True,
    "is_mobile": True,
}
DID = (("like", 3), ("save", 4), ("dislike", 5), ("view", 6))
PAGES = {
    "/": 200,
    "/item/picture-00009": 200,
    "/item/mug-blue": 200,
    "/search": 200,
    "/search?is.family=lamp&is.tags=paper": 200,
    "/search?words=enamel+mug": 200,
    "/search?words=nothing+is+called+so&is.family=lamp": 200,
    "/saved": 200,
    "/me": 200,
    "/me?erase=ask": 200,
    "/nowhere": 404,
    "/docs": 200,
}
WHERE = {"exclude": [[".card:nth-child(n + 7)"]]}  # cards are like each other
TOLD = {"resultTypes": ["violations"]}
# A theme changes nothing but colours.
OPTIONS = {"light": TOLD, "dark": TOLD | {"runOnly": ["color-contrast"]}}


@pytest.fixture(scope="module")
def shop(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("accessible") / "copy"
    shutil.copytree(trained, root)
    mugs = [
        {
            "item_id": f"mug-{colour}",
            "title": f"Enamel mug in {colour}",
            "attributes": {
                "product_code": "mug",
                "colour": colour,
                "stock": stock,
                "price": 12.5,
                "description": "Holds tea.",
            },
        }
        for stock, colour in enumerate(("red", "blue", "green"))
    ]
    with Server(root) as server, server.client() as client:
        put = client.post("/v1/items", json={"items": mugs}, headers=server.operator)
        assert put.json()["added"] == 3, put.text
        yield server


@pytest.fixture(scope="module")
def visitor(shop: Server) -> dict[str, Any]:
    """The cookie of somebody who did something of everything."""
    with shop.client() as client:
        client.get("/")
        for kind, number in DID:
            event = {"item": f"picture-{number:05}", "kind": kind}
            assert client.post("/v1/interactions", json=event).status_code == 200
        ((name, value),) = client.cookies.items()
    return {"name": name, "value": value, "url": shop.url}


@pytest.fixture(scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
def device(chromium: Any, shop: Server, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = chromium.new_context(base_url=shop.url, reduced_motion="reduce", **request.param)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(device: Any, visitor: dict[str, Any]) -> Any:
    """A page of that visitor; of somebody new once the cookies are cleared."""
    device.context.add_cookies([visitor])
    return device


def find_nothing(page: Any) -> None:
    page.evaluate(AXE_SCRIPT)
    for scheme, options in OPTIONS.items():
        page.emulate_media(color_scheme=scheme)
        found = AxeResults(page.evaluate("asked => axe.run(...asked)", [WHERE, options]))
        assert not found.violations_count, f"{page.url}, {scheme}: {found.generate_report()}"


@pytest.mark.parametrize("address", PAGES)
def test_every_page(page, address):
    assert page.goto(address).status == PAGES[address]
    find_nothing(page)


def test_what_lies_over_the_pictures(page):
    page.goto("/")
    cards = page.locator(".card")
    cards.nth(1).locator("[data-do=menu]").click()
    find_nothing(page)
    page.locator("#menu [data-do=dislike]").click()
    page.locator(".gone").wait_for()
    find_nothing(page)
    cards.nth(2).locator("[data-do=menu]").click()
    page.locator("#menu [data-do=why]").click()
    page.locator("#viewer .rel a").first.wait_for()
    find_nothing(page)


def test_the_pages_of_somebody_new_who_erases_all(page):
    page.context.clear_cookies()
    page.goto("/")
    find_nothing(page)
    page.goto("/me?erase=ask")
    page.locator("#sure button").click()
    page.locator("dt").first.wait_for()
    find_nothing(page)
