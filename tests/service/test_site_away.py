"""The shop window while the site cannot be reached: it says so, keeps what is done, tries again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from live_server import Server

pytestmark = pytest.mark.browser
CALLS = "**/v1/**"
TOLD = {"en": "cannot be reached just now", "zh-Hans": "暂时无法连接本站"}
OVERLOADED = {"en": "could not take what you did", "zh-Hans": "暂时无法接收你的操作"}
FAULT = {"status": 503, "json": {"detail": "busy"}}


@pytest.fixture(params=TOLD)
def page(request: Any, chromium: Any, server: Server) -> Iterator[Any]:
    context = chromium.new_context(base_url=server.url, locale=request.param)
    opened = context.new_page()
    opened.told, opened.overloaded = TOLD[request.param], OVERLOADED[request.param]
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
    page.route(CALLS, lambda route: route.abort() if how == "away" else route.fulfill(**FAULT))
    banner = page.locator("#offline")
    assert banner.is_hidden()
    page.locator(".card [data-do=like]").nth(1).click(force=True)
    banner.wait_for()
    assert (page.told if how == "away" else page.overloaded) in banner.inner_text()
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


def test_what_was_asked_of_one_picture_is_not_asked_again_over_another(page: Any) -> None:
    page.locator(".card [data-do=open]").first.click(force=True)
    page.locator("#viewer .rel a").nth(1).wait_for()
    away(page)
    page.locator("#viewer .rel a").first.click()
    toast = page.locator("#viewer #toast")
    toast.get_by_text(page.told).wait_for()
    back(page)
    page.go_back()
    page.locator("#viewer .rel a").first.wait_for()
    assert toast.locator("p").is_hidden()


def test_going_forward_to_what_is_not_on_the_page_can_be_tried_again(page: Any) -> None:
    page.locator(".card [data-do=open]").first.click(force=True)
    page.locator("#viewer .rel a").first.wait_for()
    address = page.url
    page.evaluate("history.replaceState({ viewer: 'is-not-in-the-feed' }, '')")
    page.go_back()
    page.locator("#viewer").wait_for(state="hidden")
    away(page)
    page.go_forward()
    toast = page.locator("#toast")
    toast.get_by_text(page.told).wait_for()
    assert page.url == address
    assert page.locator(".card").count() > 8, "the page is still there"


def test_the_banner_goes_when_what_waits_is_dropped(page: Any) -> None:
    banner = page.locator("#offline")
    away(page)
    page.locator(".card [data-do=like]").nth(1).click(force=True)
    banner.wait_for()
    page.goto("/me")  # where what waits is tried again
    banner.wait_for()
    page.route("**/me/erase", lambda route: route.fulfill(status=204))  # the page stays
    page.locator("#erase-ask").click()
    page.locator("#sure form button").click()
    banner.wait_for(state="hidden")


def test_an_older_wish_does_not_undo_a_later_one(page: Any) -> None:
    page.goto("/me")
    switch, toast = page.locator("#use-train"), page.locator("#toast")
    before, waiting = switch.is_checked(), []
    away(page)
    switch.click()
    toast.get_by_text(page.told).wait_for()
    back(page)
    page.route(CALLS, lambda route: waiting.append(route))
    switch.click()
    switch.click()  # while the first is on its way, and as it was before
    toast.locator("button").click()
    assert switch.is_checked() == before
    for route in waiting:
        route.continue_()
    toast.get_by_text(page.told).wait_for(state="hidden")
    page.wait_for_timeout(300)
    assert switch.is_checked() == before
