"""The shop window while the site cannot be reached: it says so, keeps what is done, tries again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from live_server import Server

pytestmark = pytest.mark.browser
CALLS = "**/v1/**"
TOLD = {"en": "cannot be reached just now", "zh-Hans": "暂时无法连接本站"}


@pytest.fixture(params=TOLD)
def page(request: Any, chromium: Any, server: Server) -> Iterator[Any]:
    context = chromium.new_context(base_url=server.url, locale=request.param)
    opened = context.new_page()
    opened.told = TOLD[request.param]
    opened.goto("/")
    opened.wait_for_function("() => document.querySelectorAll('.card').length > 8")
    yield opened
    context.close()


def away(page: Any) -> None:
    page.route(CALLS, lambda route: route.abort())


def back(page: Any) -> None:
    page.unroute(CALLS)


@pytest.mark.parametrize("how", ["away", "overloaded"])
def test_a_like_is_kept_and_sent_when_the_button_is_pressed(page: Any, how: str) -> None:
    fault = {"status": 503, "json": {"detail": "busy"}}
    page.route(CALLS, lambda route: route.abort() if how == "away" else route.fulfill(**fault))
    banner = page.locator("#offline")
    assert banner.is_hidden()
    page.locator(".card [data-do=like]").nth(1).click(force=True)
    banner.wait_for()
    assert page.told in banner.inner_text()
    assert page.locator(".card [data-do=like]").nth(1).get_attribute("aria-pressed") == "true"
    back(page)
    with page.expect_response(lambda reply: "/v1/interactions" in reply.url) as sent:
        banner.locator("button").click()
    assert sent.value.status == 200
    assert [one["kind"] for one in sent.value.request.post_data_json["events"]] == ["like"]
    banner.wait_for(state="hidden")


def test_a_switch_that_did_not_arrive_goes_back_and_can_be_tried_again(page: Any) -> None:
    page.goto("/me")
    away(page)
    switch, toast = page.locator("#use-train"), page.locator("#toast")
    before = switch.is_checked()
    switch.click()
    toast.get_by_text(page.told).wait_for()
    assert switch.is_checked() == before
    back(page)
    with page.expect_response(lambda reply: reply.request.method == "PUT") as sent:
        toast.locator("button").click()
    assert sent.value.json()["train"] is not before
    assert switch.is_checked() is not before
    assert toast.locator("button").is_hidden()


def test_what_is_known_of_a_picture_is_asked_for_again(page: Any) -> None:
    away(page)
    page.locator(".card [data-do=open]").first.click(force=True)
    toast = page.locator("#viewer #toast")
    toast.get_by_text(page.told).wait_for()
    assert page.locator("#viewer .rel").is_hidden()
    back(page)
    toast.locator("button").click()
    page.locator("#viewer .rel a").first.wait_for()
    assert page.locator("#viewer .why").is_visible()
