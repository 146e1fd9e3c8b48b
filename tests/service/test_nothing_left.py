"""The front page where nothing is left to show: for one visitor, and for everybody."""

from __future__ import annotations

import httpx

from beholder.pages.words import catalogue
from beholder.store import Store
from beholder.workspace import Workspace
from live_server import Server

WORDS = catalogue("en")


def said(browser: httpx.Client, path: str = "/") -> list[str]:
    html = browser.get(path).text
    names = ("all_seen", "all_refused", "empty")
    return [name for name in names if f"<h2>{WORDS[f'{name}_heading']}</h2>" in html]


def all_items(browser: httpx.Client) -> list[str]:
    shown = browser.get("/v1/recommendations", params={"k": 1000}).json()["items"]
    assert len(shown) >= 120
    return [item["id"] for item in shown]


def does(browser: httpx.Client, kind: str, items: list[str]) -> None:
    told = {"events": [{"item": item, "kind": kind} for item in items]}
    statuses = browser.post("/v1/interactions", json=told).json()["events"]
    assert {each["status"] for each in statuses} == {"stored"}


def test_who_has_seen_everything_is_told_so_whatever_he_made_of_it(server: Server) -> None:
    for kind in ("view", "hide"):
        with server.client() as browser:
            browser.get("/")
            ids = all_items(browser)
            does(browser, kind, ids[1:])
            assert said(browser) == []
            does(browser, kind, ids[:1])
            assert browser.get("/v1/recommendations").json()["items"] == []
            assert said(browser) == ["all_seen"]
            assert f"<p>{WORDS['sub_cold']}</p>" not in browser.get("/").text
            refused = ["all_refused"] if kind == "hide" else []
            assert said(browser, "/?repeat=allow") == refused


def test_where_all_pictures_are_hidden_everybody_is_told_that_there_are_none(
    workspace: Workspace,
) -> None:
    with Server(workspace.root) as running, running.client() as browser:
        assert said(browser) == []
        with Store.open(workspace) as store:
            for item in all_items(browser):
                store.hide(item, True)
        assert said(browser) == ["empty"]


def test_where_rules_bar_everything_nobody_is_told_that_he_has_seen_it(
    workspace: Workspace,
) -> None:
    with workspace.toml.open("a") as settings:
        settings.write('\n[[rules]]\nrule = "ban"\nwhere = "not family = \'none\'"\n')
    with Server(workspace.root) as running, running.client() as browser:
        assert said(browser) == ["empty"]
