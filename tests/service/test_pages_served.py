from __future__ import annotations

import re

import httpx
import pytest

from live_server import Server


@pytest.fixture
def browser(server: Server) -> httpx.Client:
    return server.client()


def react(browser: httpx.Client, item: str, kind: str, back: str = "/") -> httpx.Response:
    return browser.post("/react", data={"item": item, "kind": kind, "back": back})


def test_the_front_page_shows_pictures_and_knows_the_visitor_again(browser: httpx.Client) -> None:
    with browser:
        first = browser.get("/")
        assert first.headers["content-type"].startswith("text/html")
        assert first.text.count('<article class="card"') >= 24
        assert react(browser, "picture-00001", "like").status_code == 303
        assert "set-cookie" not in browser.get("/").headers
        answer = browser.get("/v1/recommendations").json()
        assert answer["level"] == "session"


def test_the_front_page_shows_rows_that_have_items_on_its_first_page_alone(
    browser: httpx.Client,
) -> None:
    with browser:
        first = browser.get("/").text
        rows = r'id="row-([a-z-]+)"'
        assert "recently-viewed" not in re.findall(rows, first), "a new visitor viewed nothing"
        assert "new" in re.findall(rows, first)
        view = {"item": "picture-00004", "kind": "view"}
        assert browser.post("/v1/interactions", json=view).status_code == 200
        then = browser.get("/").text
        assert re.findall(rows, then)[0] == "recently-viewed"
        mine = then.split('id="row-recently-viewed"')[1].split("</ul>")[0]
        assert re.findall(r'href="/item/([^"]+)"', mine) == ["picture-00004"]
        cursor = browser.get("/v1/recommendations").json()["next"]
        assert re.findall(rows, browser.get("/", params={"page": cursor}).text) == []


def test_everything_a_page_loads_is_there_and_is_ours(browser: httpx.Client) -> None:
    with browser:
        html = browser.get("/").text
        loaded = set(re.findall(r'(?:src|href)="(/(?:static|media)/[^"]+)"', html))
        assert len(loaded) > 10
        for path in loaded:
            answer = browser.get(path)
            assert answer.status_code == 200, path
            assert "immutable" in answer.headers["cache-control"]
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)


def test_buttons_work_without_scripts_and_a_second_like_takes_the_first_back(
    browser: httpx.Client,
) -> None:
    with browser:
        browser.get("/")
        react(browser, "picture-00002", "save")
        assert "picture-00002" in browser.get("/saved").text
        assert 'aria-pressed="true"' in browser.get("/item/picture-00002").text
        react(browser, "picture-00002", "save")
        assert "picture-00002" not in browser.get("/saved").text


def test_a_form_leads_back_to_our_own_pages_only(browser: httpx.Client) -> None:
    with browser:
        browser.get("/")
        inside = react(browser, "picture-00003", "hide", "/search?words=blue")
        assert inside.headers["location"] == "/search?words=blue"
        for elsewhere in (
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "/a\r\nset-cookie:x",
        ):
            where = react(browser, "picture-00003", "like", elsewhere).headers["location"]
            assert where == "/" or re.fullmatch(r"/[\w%:-]+", where), where


def test_search_and_item_pages(browser: httpx.Client, server: Server) -> None:
    with browser:
        browser.get("/")
        item = browser.get("/v1/items/picture-00010").json()
        found = browser.get("/search", params={"words": item["title"]})
        assert "picture-00010" in found.text
        picture = browser.get(item["picture"]["src"]).content
        by_picture = browser.post("/search", files={"picture": ("a.webp", picture)})
        assert "picture-00010" in by_picture.text
        page = browser.get("/item/picture-00010")
        assert item["title"] in page.text
        kept = browser.get("/search", params={"picture": "1732400000000"})
        assert kept.status_code == 200


def test_a_page_that_is_not_there_says_so_as_a_page(browser: httpx.Client) -> None:
    with browser:
        answer = browser.get("/item/none")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")


def test_language_and_theme_are_kept(browser: httpx.Client) -> None:
    with browser:
        chinese = browser.get("/", params={"lang": "zh-Hans", "theme": "dark"})
        assert '<html lang="zh-Hans" data-theme="dark">' in chinese.text
        assert '<html lang="zh-Hans" data-theme="dark">' in browser.get("/").text


def test_titles_are_data_and_never_markup(browser: httpx.Client, server: Server) -> None:
    title = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    with browser:
        put = {"title": title, "attributes": {"description": title, "tags": [title[:20]]}}
        browser.put("/v1/items/planted", json=put, headers=server.operator)
        for path in ("/item/planted", "/search?words=script"):
            html = browser.get(path).text
            assert "<script>alert" not in html
            assert "<img src=x" not in html


def test_the_documentation_loads_nothing_from_elsewhere(browser: httpx.Client) -> None:
    with browser:
        docs = browser.get("/docs").text
        assert "/v1/recommendations" in docs
        style, icon, schema = re.findall(r'(?:src|href)=[\'"]?([^\'" >]+)', docs)
        assert (style, schema) == ("/docs/style.css", "/openapi.json")
        assert browser.get(icon).headers["content-type"].startswith("image/svg+xml")
        assert browser.get("/docs/style.css").headers["content-type"].startswith("text/css")
