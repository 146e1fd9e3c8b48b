from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from flood import flood

from beholder.pages import assets
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
        beside = re.sub(r'<link rel="canonical" [^>]*>', "", html)  # named, and not loaded
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', beside)


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
        inside = react(browser, "picture-00003", "hide", "/search?words=blue+vase")
        assert inside.headers["location"] == "/search?words=blue+vase"
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


def pressed(html: str) -> set[str]:
    """Return what is lit on the page of an item."""
    tools = html.split('class="row tools"')[1].split("</form>")[0]
    return set(re.findall(r'value="(\w+)" data-do="\w+" aria-pressed="true"', tools))


def test_a_like_and_a_dislike_exclude_each_other(browser: httpx.Client) -> None:
    with browser:
        browser.get("/")
        for kind, lit in (
            ("like", {"like"}),
            ("save", {"like", "save"}),
            ("dislike", {"dislike", "save"}),
            ("like", {"like", "save"}),
            ("like", {"save"}),
        ):
            react(browser, "picture-00020", kind)
            assert pressed(browser.get("/item/picture-00020").text) == lit


def test_of_a_like_and_a_dislike_in_the_store_the_later_one_is_shown(
    browser: httpx.Client,
) -> None:
    with browser:
        browser.get("/")
        for kind in ("like", "dislike"):
            event = {"item": "picture-00021", "kind": kind}
            assert browser.post("/v1/interactions", json=event).status_code == 200
        assert pressed(browser.get("/item/picture-00021").text) == {"dislike"}


def test_who_has_seen_everything_can_look_at_it_again(browser: httpx.Client) -> None:
    with browser:
        browser.get("/")
        while items := browser.get("/v1/recommendations?k=1000").json()["items"]:
            events = [{"item": each["id"], "kind": "click"} for each in items]
            browser.post("/v1/interactions", json={"events": events})
        react(browser, "picture-00001", "like")
        html = browser.get("/").text
        assert html.count('<article class="card"') == 1, "that of the template alone"
        again = browser.get(*re.findall(r'href="(/[?]repeat=allow)"', html)[:1]).text
        assert again.count('<article class="card"') > 20


def test_browsers_get_a_page_where_nothing_is_and_programs_get_a_problem(
    browser: httpx.Client,
) -> None:
    page = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    with browser:
        for path, method in (("/nix", "GET"), ("/react", "GET"), ("/item/none", "GET")):
            told = browser.request(method, path, headers=page)
            assert told.status_code in (404, 405)
            assert told.headers["content-type"].startswith("text/html")
            assert "<h1>" in told.text
        for headers in ({}, {"accept": "application/json"}):
            told = browser.get("/nix", headers=headers)
            assert told.status_code == 404
            assert told.headers["content-type"] == "application/problem+json"
        told = browser.get("/v1/nix", headers=page)
        assert told.headers["content-type"] == "application/problem+json"


def test_a_refusal_before_any_route_is_a_page_for_browsers_too(server: Server) -> None:
    with server.client(headers={"accept": "text/html"}) as client:
        told = client.post("/react", data={}, headers={"sec-fetch-site": "cross-site"})
        assert told.status_code == 403
        assert told.headers["content-type"].startswith("text/html")


def test_an_overloaded_page_says_when_to_come_back(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "copy")
    with Server(tmp_path / "copy", settings={"serve.max_in_flight": "1"}) as full:
        told = [
            answer
            for answer in flood(full, "/", headers={"accept": "text/html"})
            if answer.status_code == 503
        ]
    assert told
    assert told[0].headers["content-type"].startswith("text/html")
    assert 1 <= int(told[0].headers["retry-after"]) <= 10


def test_marks_that_others_hang_on_an_address_are_passed_over(browser: httpx.Client) -> None:
    with browser:
        for path in ("/", "/item/picture-00005", "/search?words=vase", "/saved"):
            mark = "&" if "?" in path else "?"
            answer = browser.get(f"{path}{mark}utm_source=mail&fbclid=x&_=1")
            assert answer.status_code == 200, path
        wrong = browser.get("/v1/recommendations?utm_source=mail")
        assert wrong.status_code == 422, "programs are told"


def test_head_is_answered_where_get_is_and_without_a_body(browser: httpx.Client) -> None:
    with browser:
        browser.get("/")
        picture = browser.get("/v1/items/picture-00010").json()["picture"]["src"]
        for path in ("/", "/item/picture-00010", "/v1/recommendations", picture, "/robots.txt"):
            head, got = browser.head(path), browser.get(path)
            assert head.status_code == 200, path
            assert head.content == b""
            assert head.headers["content-type"] == got.headers["content-type"]
        assert browser.head("/nix").status_code == 404
        assert browser.head("/react").status_code == 405
        assert browser.get("/").status_code == 200, "the connection is whole"


def test_what_is_of_one_person_is_kept_by_nobody(browser: httpx.Client) -> None:
    with browser:
        browser.get("/")
        for path in ("/", "/saved", "/item/picture-00010", "/nix", "/v1/recommendations",
                     "/v1/explain?item=picture-00010"):  # fmt: skip
            assert browser.get(path).headers["cache-control"] == "private, no-store", path
        sent = browser.post("/v1/interactions", json={"item": "picture-00004", "kind": "view"})
        assert sent.headers["cache-control"] == "private, no-store"


def test_an_icon_and_what_crawlers_may_visit(server: Server) -> None:
    with server.client() as client:
        icon = client.get("/favicon.ico")
        assert icon.headers["content-type"].startswith("image/svg+xml")
        assert icon.content == assets.assets()["mark.svg"].data
        rules = RobotFileParser()
        rules.parse(client.get("/robots.txt").text.splitlines())
        for path, may in (
            ("/", True),
            ("/item/a", True),
            ("/media/a.webp", True),
            ("/v1/x", False),
            ("/search?is.family=vase", False),
        ):
            assert rules.can_fetch("*", path) is may, path


def test_prices_are_written_as_the_settings_say(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "copy")
    with (
        Server(tmp_path / "copy", settings={"pages.currency": "${price}"}) as priced,
        priced.client() as client,
    ):
        body = {"title": "Priced", "attributes": {"price": 12.5, "stock": "5"}}
        client.put("/v1/items/priced", json=body, headers=priced.operator)
        page = client.get("/item/priced").text
        assert '<p class="price">$12.50</p>' in page
        assert "=5" not in page
