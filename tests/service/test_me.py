"""Visitors take away and erase what is held of them, each as itself alone."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from test_opting_out import like

from beholder.service import tokens
from beholder.service.keys import KeyFile
from beholder.service.tokens import Token
from beholder.service.visitor import secret_of
from beholder.store import Store, Who
from beholder.workspace import Workspace
from live_server import Server

SHOP = "https://shop.example"
AWAY = {"origin": "https://else.example"}


def records(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def own_id(browser: httpx.Client) -> str:
    return browser.cookies["beholder_visitor"].split(".")[0]


@pytest.mark.parametrize("path", ["/v1/me/export", "/me/export"])
def test_a_visitor_takes_away_its_own_and_nobody_elses(server: Server, path: str) -> None:
    with server.client() as browser, server.client() as other:
        assert browser.get(path).status_code == 401, "nobody is known without a cookie"
        for each in (browser, other):
            each.get("/me")
            like(each)
        answer = browser.get(path)
        assert answer.headers["content-type"] == "application/x-ndjson"
        assert answer.headers["content-disposition"] == 'attachment; filename="my-data.jsonl"'
        assert answer.headers["cache-control"] == "private, no-store"
        about, person, event = records(answer)
        assert (about["record"], person["session"]) == ("about", own_id(browser))
        assert (event["item"], event["kind"]) == ("picture-00005", "like")
        if path.startswith("/v1"):
            for name in ("user", "session", "kind", "user_id"):
                named = browser.get(path, params={name: own_id(other)})
                assert named.status_code == 422, "nobody can be named"
        assert browser.get(path, headers=server.operator).status_code == 403


def test_a_visitor_is_erased_by_itself_alone_and_the_next_page_is_of_somebody_new(
    server: Server,
) -> None:
    with server.client() as browser, server.client() as other:
        for each in (browser, other):
            each.get("/")
            like(each)
        was, kept = own_id(browser), dict(browser.cookies)
        assert browser.delete("/v1/me", headers=AWAY).status_code == 403
        assert browser.post("/me/erase", headers=AWAY).status_code == 403
        cross = {"sec-fetch-site": "cross-site"}
        assert browser.delete("/v1/me", headers=cross).status_code == 403
        assert browser.delete("/v1/me", params={"session": was}).status_code == 422
        assert len(records(browser.get("/v1/me/export"))) == 3
        answer = browser.delete("/v1/me")
        (receipt,) = answer.json()["receipts"]
        assert (receipt["known"], receipt["events"]) == (True, 1)
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert "beholder_visitor" not in browser.cookies
        browser.get("/")
        assert own_id(browser) != was
        assert browser.get("/v1/recommendations").json()["level"] == "popular"
        assert len(records(other.get("/v1/me/export"))) == 3, "the other is there still"
        late = server.client(cookies=kept)
        assert (like(late).status_code, like(late).json()["code"]) == (410, "erased")
        assert len(records(late.get("/v1/me/export"))) == 1
        late.close()


def test_without_scripts_the_question_comes_first_and_the_receipt_last(server: Server) -> None:
    with server.client() as browser:
        assert "<dialog" in browser.get("/me").text
        assert " open>" not in browser.get("/me").text
        like(browser)
        asked = browser.get("/me", params={"erase": "ask", "lang": "zh-Hans"}).text
        assert " open>" in asked
        assert 'action="/me/erase"' in asked
        assert len(records(browser.get("/me/export"))) == 3, "asking erases nothing"
        shown = browser.post("/me/erase")
        assert shown.status_code == 200
        assert "已删除" in shown.text
        assert "beholder_visitor" not in browser.cookies
        again = browser.post("/me/erase", headers={"accept": "text/html"})
        assert again.status_code == 401


@pytest.mark.parametrize("user", [None, "ann"])
def test_a_token_takes_away_and_erases_its_visitor_and_its_user(
    workspace: Workspace, user: str | None
) -> None:
    with Server(workspace.root) as running:
        key = KeyFile(workspace.secrets).publish("web", [SHOP])
        secret = secret_of(workspace.secrets)
        text, _ = tokens.make(secret, Token(key.id, "ab" * 16, user))
        body = {"item": "picture-00005", "kind": "like"}
        with running.client(headers=running.operator) as shop:
            for whose in ({"session": "ab" * 16}, {"user": "ann"}, {"user": "bob"}):
                shop.post("/v1/interactions", json={**body, **whose})
        headers = {"authorization": f"Bearer {text}", "origin": SHOP}
        with running.client() as page:
            assert page.delete("/v1/me", headers={**headers, **AWAY}).status_code == 403
            found = records(page.get("/v1/me/export", headers=headers))
            people = [r.get("user", r.get("session")) for r in found if r["record"] == "person"]
            assert people == ([user] if user else []) + ["ab" * 16]
            answer = page.delete("/v1/me", headers=headers)
            assert [r["known"] for r in answer.json()["receipts"]] == [True] * len(people)
            assert answer.headers["access-control-allow-origin"] == SHOP
            assert "set-cookie" not in answer.headers
    with Store.open(workspace) as store:
        left = {who for who in ("ann", "bob") if store.snapshot(who).known}
        assert left == ({"bob"} if user else {"ann", "bob"})
        assert not list(store.export(Who("session", "ab" * 16)))


@pytest.mark.browser
def test_a_visitor_downloads_and_deletes_its_data_in_the_browser(
    chromium: Any, server: Server
) -> None:
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.goto("/")
    with page.expect_response(lambda reply: "/v1/interactions" in reply.url):
        page.locator(".card [data-do=like]").first.click(force=True)
    page.locator("header").get_by_role("link", name="You", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download my data").click()
    told = [json.loads(line) for line in download.value.path().read_text().splitlines()]
    assert "like" in {record.get("kind") for record in told}
    (was,) = (c["value"] for c in context.cookies() if c["name"] == "beholder_visitor")

    page.get_by_role("button", name="Delete everything").focus()
    page.keyboard.press("Enter")
    sure = page.get_by_role("dialog", name="Delete everything for good?")
    sure.wait_for()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Keep it"
    page.keyboard.press("Escape")
    sure.wait_for(state="hidden")
    context.set_offline(True)
    page.get_by_role("button", name="Delete everything").click()
    sure.get_by_role("button", name="Delete everything").click()
    again = page.locator("#toast").get_by_role("button", name="Try again")
    again.wait_for()
    assert page.evaluate("sessionStorage.length") > 0, "nothing is gone yet"
    context.set_offline(False)
    complaints.clear()
    again.click()
    page.get_by_role("heading", name="Deleted").wait_for()
    number = page.locator("dd code").first.inner_text()
    assert len(number) == 32
    assert page.evaluate("sessionStorage.length") == 0
    page.get_by_role("link", name="Begin anew").click()
    page.wait_for_function("() => document.querySelectorAll('.card').length > 8")
    assert page.locator(".card[data-liked]").count() == 0
    (now,) = (c["value"] for c in context.cookies() if c["name"] == "beholder_visitor")
    assert now.split(".")[0] != was.split(".")[0]
    assert complaints == []
    context.close()
