"""From anywhere to the pictures with few keys: past what stands before them, and after a choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from live_server import Server

pytestmark = pytest.mark.browser

CARDS = "() => document.querySelector('.feed[data-laid] .card')"
IN_FIRST_CARD = "document.activeElement.closest('.card') === document.querySelector('.card')"
BOX = "(({x, y, bottom}) => [x, y, bottom])(document.activeElement.getBoundingClientRect())"
FAMILY = "lamp"


@pytest.fixture(params=[(390, True), (1280, True), (1280, False)], ids=str)
def page(chromium: Any, server: Server, request: pytest.FixtureRequest) -> Iterator[Any]:
    width, scripts = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        base_url=server.url,
        java_script_enabled=scripts,
    )
    opened = context.new_page()
    opened.laid = lambda: scripts and opened.wait_for_function(CARDS)
    yield opened
    context.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [("/?lang=en", "Skip to pictures"), ("/search?words=lamp&lang=zh-Hans", "跳到图片")],
)
def test_the_first_key_leads_past_everything_to_the_first_picture(page, address, words):
    page.goto(address)
    page.laid()
    skip = page.get_by_role("link", name=words)
    assert skip.bounding_box()["y"] < 0
    page.keyboard.press("Tab")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(IN_FIRST_CARD)
    _, top, _ = page.evaluate(BOX)
    header = page.locator("header").bounding_box()
    assert header["y"] + header["height"] <= top < 400, "nothing lies over it"


def test_after_a_choice_the_focus_is_on_what_was_found(page):
    page.goto("/?lang=en")
    page.laid()
    page.locator("nav.chips a", has_text=FAMILY).press("Enter")
    page.wait_for_url(f"**/search?is.family={FAMILY}#results")
    page.laid()
    assert page.evaluate("document.activeElement.textContent") == FAMILY
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("Tab")
    taken_off = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert taken_off == f"Remove “Family: {FAMILY}”"
    page.locator(".facets summary").nth(1).press("Enter")
    option = page.locator(".facets [open] li a").first
    tag = option.locator("span").first.inner_text()
    option.press("Enter")
    page.wait_for_url(f"**/search?is.family={FAMILY}&is.tags={tag}#results")
    page.laid()
    assert page.evaluate("document.activeElement.textContent") == f"{FAMILY} · {tag}"
    page.locator(".parts .chip", has_text=tag).press("Enter")
    page.wait_for_url(f"**/search?is.family={FAMILY}#results")
    assert page.evaluate("document.activeElement.textContent") == FAMILY
