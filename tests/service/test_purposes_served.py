"""Consent by purpose: over HTTP for anybody with a key, and by visitors for themselves alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from test_opting_out import GPC, like

from beholder.service import tokens
from beholder.service.keys import KeyFile
from beholder.service.tokens import Token
from beholder.service.visitor import secret_of
from beholder.store import Store, Who
from beholder.workspace import Workspace
from live_server import Server

SHOP = "https://shop.example"
ALL = {"recommend": True, "train": True, "measure": True}
NONE = dict.fromkeys(ALL, False)


def level(client: httpx.Client, **whose: str) -> str:
    found: str = client.get("/v1/recommendations", params=whose).json()["level"]
    return found


@pytest.mark.parametrize("kind", ["user", "session"])
def test_a_purpose_is_refused_alone_and_counts_from_the_next_answer_on(
    server: Server, kind: str
) -> None:
    with server.client(headers=server.operator) as client:
        path, asked = f"/v1/users/chooser-{kind}/purposes", {"kind": kind}
        assert client.get(path, params=asked).json() == ALL, "the default of the settings"
        body = {kind: f"chooser-{kind}", "item": "picture-00005", "kind": "like"}
        client.post("/v1/interactions", json=body)
        off = client.put(path, params=asked, json={"train": False})
        assert off.json() == client.get(path, params=asked).json() == {**ALL, "train": False}
        assert level(client, **{kind: f"chooser-{kind}"}) != "popular"
        client.put(path, params=asked, json={"recommend": False, "train": True})
        assert level(client, **{kind: f"chooser-{kind}"}) == "popular"
        profiling = f"/v1/users/chooser-{kind}/profiling"
        client.put(profiling, params=asked, json={"profiling": False})
        assert client.get(path, params=asked).json() == NONE
        client.put(profiling, params=asked, json={"profiling": True})
        assert client.get(path, params=asked).json() == ALL


def test_answers_to_whoever_refuses_recommend_hang_on_nothing_that_they_did(
    server: Server,
) -> None:
    with server.client(headers=server.operator) as client:
        ids = [each["id"] for each in client.get("/v1/rows/popular").json()["items"][:2]]
        for user, (liked, disliked) in (("opposed-1", ids), ("opposed-2", ids[::-1])):
            for item, kind in ((liked, "like"), (disliked, "dislike"), (disliked, "hide")):
                body = {"user": user, "item": item, "kind": kind}
                assert client.post("/v1/interactions", json=body).status_code == 200
            rows = client.get("/v1/rows/popular", params={"user": user}).json()
            assert disliked not in [each["id"] for each in rows["items"]]
            client.put(f"/v1/users/{user}/purposes", json={"recommend": False})
        for path in ("recommendations", "rows/popular", "rows/new", "rows/recently-viewed"):
            answers = [
                client.get(f"/v1/{path}", params={"user": user}).json()
                for user in ("opposed-1", "opposed-2")
            ]
            for answer in answers:
                for own in ("answer", "next"):
                    answer.pop(own, None)
            assert answers[0] == answers[1], path
        assert set(ids) <= {
            each["id"]
            for each in client.get("/v1/rows/popular", params={"user": "opposed-1"}).json()["items"]
        }


@pytest.mark.parametrize(
    "body",
    [
        {"sell": True}, {"train": "off"}, {"train": None}, [],
        {"recommend": 1}, {"recommend": 0}, {"recommend": "true"}, {"recommend": "1"},
    ],
)  # fmt: skip
def test_what_is_no_purpose_or_no_switch_is_refused(server: Server, body: Any) -> None:
    with server.client(headers=server.operator) as client, server.client() as browser:
        browser.get("/me")
        told = {"profiling": body["recommend"]} if "recommend" in body else body
        for answer in (
            client.put("/v1/users/wrong/purposes", json=body),
            client.put("/v1/users/wrong/profiling", json=told),
            browser.put("/v1/me/purposes", json=body),
        ):
            assert (answer.status_code, answer.json()["code"]) == (422, "data")
        assert browser.get("/v1/me/purposes").json() == ALL


def test_a_browser_changes_its_own_and_no_page_of_another_site_does_it_for_it(
    server: Server,
) -> None:
    with server.client() as browser, server.client() as other:
        assert browser.get("/v1/me/purposes").status_code == 401, "nobody is known without a cookie"
        browser.get("/me")
        other.get("/me")
        like(browser)
        path = "/v1/me/purposes"
        away = browser.put(path, json={"train": False}, headers={"origin": "https://else.example"})
        assert away.status_code == 403
        form = {"origin": "https://else.example"}
        assert browser.post("/me/purposes", data={}, headers=form).status_code == 403
        assert browser.get(path).json() == ALL
        named = browser.put(path, json={"train": False}, params={"user": "sam"})
        assert named.status_code == 422, "nobody can be named"
        assert browser.put(path, json={"recommend": False}).json() == {**ALL, "recommend": False}
        assert level(browser) == "popular"
        assert other.get(path).json() == ALL
        refused = browser.get(path, headers=server.operator)
        assert refused.status_code == 403, "a key has an address of its own for this"


def test_a_token_speaks_for_its_visitor_and_its_user(server: Server, workspace: Workspace) -> None:
    with Server(workspace.root) as running, running.client(headers={"origin": SHOP}) as client:
        key = KeyFile(workspace.secrets).publish("web", [SHOP])
        text, _ = tokens.make(secret_of(workspace.secrets), Token(key.id, "ab" * 16, "ann"))
        client.headers["authorization"] = f"Bearer {text}"
        answer = client.put("/v1/me/purposes", json={"train": False})
        assert answer.json() == {**ALL, "train": False}
        assert answer.headers["access-control-allow-origin"] == SHOP
        with Store.open(workspace) as store:
            for who in (Who("user", "ann"), Who("session", "ab" * 16)):
                assert not store.purposes(who).train, who
            store.set_purposes("ann", {"measure": False})
        assert client.get("/v1/me/purposes").json() == {**ALL, "train": False, "measure": False}


def test_a_browser_that_refuses_by_itself_has_no_switches(server: Server) -> None:
    with server.client(headers=GPC) as browser:
        shown = browser.get("/me").text
        assert shown.count('role="switch"') == shown.count(" disabled>") == 3
        assert " checked" not in shown
        like(browser)
        assert browser.get("/v1/me/purposes").json() == NONE
        browser.put("/v1/me/purposes", json={"train": True})
        assert browser.get("/v1/me/purposes").json() == NONE, "it asks again with every request"


@pytest.mark.browser
def test_the_front_page_promises_nothing_to_whoever_refuses_recommend(
    chromium: Any, server: Server
) -> None:
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/me")
    page.request.put("/v1/me/purposes", data={"recommend": False})
    page.goto("/")
    assert (
        "Popular pictures, since “Recommend to me” is off." in page.locator(".hello").inner_text()
    )
    card = page.locator(".card").first
    assert card.locator("small").first.inner_text() == "Popular"
    card.locator("[data-do=like]").click(force=True)
    page.locator("#toast", has_text="Liked").wait_for()
    assert "More like it" not in page.locator("#toast").inner_text()
    card.locator("[data-do=dislike]").click(force=True)
    assert "It may come again" in card.locator(".gone").inner_text()
    page.locator(".hello").get_by_role("link").click()
    page.wait_for_url("**/me")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_switches_work_by_keyboard_with_and_without_scripts(
    chromium: Any, server: Server, scripts: bool, language: str
) -> None:
    context = chromium.new_context(base_url=server.url, java_script_enabled=scripts)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"/me?lang={language}")
    names = {"en": "Learn from me", "zh-Hans": "向我学习"}
    switch = page.get_by_role("switch", name=names[language])
    assert switch.is_checked()
    switch.focus()
    if scripts:
        with page.expect_response(lambda reply: "/v1/me/purposes" in reply.url) as told:
            page.keyboard.press("Space")
        assert told.value.json() == {**ALL, "train": False}
        page.locator("#toast p").wait_for()
    else:
        page.keyboard.press("Space")
        page.locator("#switches button").click()
    page.goto("/me")
    assert not page.get_by_role("switch", name=names[language]).is_checked()
    assert page.get_by_role("switch", checked=True).count() == 2
    assert complaints == []
    context.close()
