"""Rows on pages of another site, in Chromium: the script, and every example of the documents."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from site_server import EXAMPLES, example, files, free_port

from beholder.service import tokens
from beholder.service.keys import Key, KeyFile
from beholder.service.visitor import secret_of
from beholder.store import Store, Who
from beholder.workspace import Workspace
from live_server import Server

pytestmark = pytest.mark.browser

IDS = "[...document.querySelectorAll('[data-beholder=recommend] a')].map(a => a.href)"
SHIFTS = """window.shifts = 0; new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) shifts += e.value
}).observe({type: 'layout-shift', buffered: true})"""
KEPT = "JSON.parse(Object.entries(localStorage).find(([name]) => name.startsWith('beholder.'))[1])"


class Shop:
    """A service that is away from loopback, and a site with a key of it, of another host."""

    def __init__(self, server: Server, workspace: Workspace) -> None:
        self.server, self.workspace = server, workspace
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        keys = KeyFile(workspace.secrets)
        self.key: Key = keys.publish("shop", [self.url])
        self.secret = keys.add("shop", ["recommend", "events"])[1]

    def did(self, who: Who, *kinds: str) -> list[str]:
        with Store.open(self.workspace) as store:
            return [each.item for each in store.newest(who, kinds)]

    def visitor(self, page: Any) -> tokens.Token:
        read = tokens.read(secret_of(self.workspace.secrets), page.evaluate(KEPT)["token"])
        assert read is not None
        return read

    def plain(self, folder: Path, html: str | None = None) -> Path:
        """Write the plain example, or a page of a test in its place."""
        shutil.copytree(EXAMPLES / "plain", folder, dirs_exist_ok=True)
        index = folder / "index.html"
        text = index.read_text() if html is None else PAGE.replace("HERE", html)
        text = text.replace("http://127.0.0.1:5000", self.server.url)
        index.write_text(text.replace("bhp_YOUR_KEY", self.key.public))
        return folder


PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><title>x</title>
<script src="http://127.0.0.1:5000/beholder.js" data-key="bhp_YOUR_KEY" defer></script>
<body>HERE</body></html>"""


@pytest.fixture(scope="module")
def shop(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    root = tmp_path_factory.mktemp("shop") / "copy"
    shutil.copytree(trained, root)
    workspace = Workspace.open(root)
    KeyFile(workspace.secrets).add("tests", ["operator"])
    settings = {"pages.currency": '"EUR"'}
    with Server(root, "--host", "0.0.0.0", settings=settings) as server:
        server.url = server.url.replace("0.0.0.0", "127.0.0.1")
        yield Shop(server, workspace)


@pytest.fixture
def page(chromium: Any, shop: Shop) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=shop.url)
    opened = context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda message: note(message, opened.complaints))
    opened.add_init_script(SHIFTS)
    yield opened
    context.close()


def note(message: Any, complaints: list[str]) -> None:
    """Keep an error, unless it is that the site has no icon."""
    if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
        complaints.append(message.text)


def until(told: Callable[[], Any]) -> Any:
    """Return what is told as soon as it is something."""
    for _ in range(100):
        if found := told():
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came")


def cards(page: Any, row: str = "recommend", n: int = 6) -> Any:
    found = page.locator(f"[data-beholder={row}] a")
    found.nth(n - 1).wait_for()
    return found


def item_of(link: Any) -> str:
    return str(link.get_attribute("href")).split("#")[-1].split("/")[-1]


def test_cards_say_the_price_and_a_row_without_its_item_asks_nothing(
    page: Any, shop: Shop, tmp_path: Path
) -> None:
    key = KeyFile(shop.workspace.secrets).add("prices", ["operator"])[1]
    operator = {"authorization": f"Bearer {key}"}
    with shop.server.client() as client:
        row = client.get("/v1/rows/popular?k=1", headers=operator).json()
        item = row["items"][0]["id"]
        price = {"attributes": {"price": 12.5}}
        told = client.patch(f"/v1/items/{item}", json=price, headers=operator)
        assert told.status_code == 200, told.text
    html = """<div data-beholder="popular" data-k="1"></div><div data-beholder="similar"></div>
    <div data-beholder="trending" data-k="1" data-price="none"></div>"""
    warned, asked = [], []
    page.on("console", lambda message: warned.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    with files(shop.plain(tmp_path, html), shop.port, policy(shop)):
        page.goto("/index.html")
        assert cards(page, "popular", 1).locator(".beholder-price").inner_text() == "12.50 EUR"
        until(lambda: warned)
    assert [text for text in warned if "similar" in text] == [
        'beholder: data-beholder="similar" needs data-item, the id of an item'
    ]
    assert not [url for url in asked if "similar" in url or "undefined" in url]


def policy(shop: Shop) -> str:
    own = shop.server.url
    return (
        f"default-src 'none'; style-src 'self'; script-src {own}; connect-src {own}; img-src {own}"
    )


def test_plain_pages_show_a_row_that_follows_a_click(page: Any, shop: Shop, tmp_path: Path) -> None:
    with files(shop.plain(tmp_path), shop.port, policy(shop)):
        page.goto("/index.html")
        links = cards(page)
        before, clicked = page.evaluate(IDS), item_of(links.nth(2))
        page.wait_for_function("() => [...document.images].every(i => i.naturalWidth > 0)")
        assert page.evaluate("shifts") < 0.01
        assert page.locator("[data-beholder=recently-viewed]").inner_html() == ""
        links.nth(2).click()
        page.wait_for_url("**/product.html#*")
        who = Who("session", shop.visitor(page).session)
        assert until(lambda: shop.did(who, "click")) == [clicked]
        page.get_by_text("Back to the shop").click()
        assert item_of(cards(page, "recently-viewed", 1)) == clicked
        cards(page)
        after = page.evaluate(IDS)
        assert after != before
        assert not [each for each in after if each.endswith(clicked)]
    assert page.complaints == []


def test_a_click_names_the_answer_and_its_place_and_what_was_in_sight_is_told(
    page: Any, shop: Shop, tmp_path: Path
) -> None:
    with files(shop.plain(tmp_path), shop.port):
        with page.expect_response("**/v1/recommendations?*") as answered:
            page.goto("/index.html")
        answer = answered.value.json()
        with page.expect_response("**/v1/seen") as seen:
            cards(page)
        assert seen.value.status == 202
        told = seen.value.request.post_data_json
        assert told["answer"] == answer["answer"]
        assert sorted(told["places"]) == [0, 1, 2, 3, 4, 5]
        assert shop.did(Who("session", shop.visitor(page).session), "view") == []
        with page.expect_request("**/v1/interactions") as sent:
            cards(page).nth(3).press("Enter")
        event = sent.value.post_data_json
        assert event.pop("token").startswith("bhv_")
        assert event == {
            "item": answer["items"][3]["id"],
            "kind": "click",
            "answer": answer["answer"],
            "place": 3,
        }


def test_back_in_the_browser_the_row_is_another(page: Any, shop: Shop, tmp_path: Path) -> None:
    with files(shop.plain(tmp_path), shop.port):
        page.goto("/index.html")
        links = cards(page)
        before = page.evaluate(IDS)
        links.nth(1).click()
        page.wait_for_url("**/product.html#*")
        who = Who("session", shop.visitor(page).session)
        until(lambda: shop.did(who, "click"))
        page.go_back()
        page.wait_for_function(f"before => {{ const now = {IDS}; return now.length === 6 "
                               "&& String(now) !== String(before) }", arg=before)  # fmt: skip


ROWS = """<div data-beholder="similar" data-item="picture-00005" data-k="3"></div>
<div data-beholder="popular" data-k="2" data-title=""></div>
<div data-beholder="new" data-title="Frisch" data-k="2" data-href="/{family}/{id}"></div>
<div data-beholder="new" data-k="2" data-filter="family = 'none'">leer</div>
<div data-beholder="nonsense">alt</div>"""


def test_every_kind_of_row_in_the_language_of_the_page(
    page: Any, shop: Shop, tmp_path: Path
) -> None:
    with files(shop.plain(tmp_path, ROWS), shop.port):
        page.goto("/index.html")
        assert cards(page, "similar", 3).count() == 3
        assert page.locator("[data-beholder=similar] h2").inner_text() == "Ähnliches"
        assert cards(page, "popular", 2).count() == 2
        assert page.locator("[data-beholder=popular] h2").count() == 0
        assert page.get_by_role("list", name="Beliebt").count() == 1
        fresh = page.locator("[data-title=Frisch]")
        href = fresh.locator("a").first.get_attribute("href")
        assert "family" not in href
        assert fresh.locator("h2").inner_text() == "Frisch"
        assert page.get_by_text("leer").count() == page.get_by_text("alt").count() == 1
        beside = page.locator("[data-beholder=popular] a").first.get_attribute("href")
        assert beside.startswith(f"{shop.server.url}/item/")


def test_a_title_with_markup_is_text(page: Any, shop: Shop, tmp_path: Path) -> None:
    nasty = "<img src=x onerror=\"document.title='owned'\"><script>1</script>"
    operator = KeyFile(shop.workspace.secrets).add("nasty", ["operator"])[1]
    put = page.request.put(
        f"{shop.server.url}/v1/items/a%2F'\"%20x",
        data={"title": nasty, "attributes": {"family": "nasty"}},
        headers={"authorization": f"Bearer {operator}"},
    )
    assert put.ok, put.text()
    row = """<div data-beholder="new" data-k="1" data-filter="family = 'nasty'"
        data-href="/p?i={id}"></div>"""
    with files(shop.plain(tmp_path, row), shop.port):
        page.goto("/index.html")
        link = cards(page, "new", 1)
        assert link.inner_text() == nasty
        assert link.get_attribute("href") == "/p?i=a%2F'%22%20x"
        assert page.title() == "x"


def test_what_a_page_records_itself(page: Any, shop: Shop, tmp_path: Path) -> None:
    row = '<div data-beholder="recommend"></div>'
    with files(shop.plain(tmp_path, row), shop.port):
        page.goto("/index.html")
        cards(page)
        assert page.evaluate("beholder.view('picture-00007')") is True
        assert page.evaluate("beholder.record({item: 'picture-00008', kind: 'cart', value: 2})")
        assert page.evaluate("beholder.record({item: 'nowhere', kind: 'cart'})") is False
        who = Who("session", shop.visitor(page).session)
        assert sorted(shop.did(who, "view", "cart")) == ["picture-00007", "picture-00008"]
        before = page.evaluate(IDS)
        page.evaluate("beholder.refresh()")
        assert page.evaluate(IDS) != before
        page.evaluate("beholder.logout()")
        assert shop.visitor(page).session != who.id
        assert page.evaluate(IDS) == before


def test_a_visitor_is_erased_by_a_call_of_the_page(page: Any, shop: Shop, tmp_path: Path) -> None:
    row = '<div data-beholder="recommend"></div>'
    with files(shop.plain(tmp_path, row), shop.port):
        page.goto("/index.html")
        cards(page)
        before = page.evaluate(IDS)
        assert page.evaluate("beholder.view('picture-00007')") is True
        who = Who("session", shop.visitor(page).session)
        page.evaluate("beholder.erase()")
        assert shop.visitor(page).session != who.id
        assert page.evaluate(IDS) == before
        with Store.open(shop.workspace) as store:
            assert not list(store.export(who))
    assert page.complaints == []


@pytest.mark.parametrize("how", ["logout", "erase"])
def test_nothing_of_whoever_left_stays_on_the_page(
    page: Any, shop: Shop, tmp_path: Path, how: str
) -> None:
    row = '<div data-beholder="recently-viewed" hidden><b>Nothing yet</b></div>'
    with files(shop.plain(tmp_path, row), shop.port):
        page.goto("/index.html")
        div = page.locator("[data-beholder]")
        assert page.evaluate("beholder.view('picture-00007')") is True
        page.evaluate("beholder.refresh()")
        assert item_of(cards(page, "recently-viewed", 1)) == "picture-00007"
        page.evaluate(f"beholder.{how}()")
        assert (div.inner_html(), div.is_hidden()) == ("<b>Nothing yet</b>", True)
        assert page.evaluate("beholder.view('picture-00008')") is True
        page.evaluate("beholder.refresh()")
        assert item_of(cards(page, "recently-viewed", 1)) == "picture-00008"
        page.route("**/v1/visitors", lambda route: route.abort())
        page.route("**/v1/rows/**", lambda route: route.abort())
        page.evaluate("beholder.logout()")
        assert div.inner_html() == "<b>Nothing yet</b>", "also where nobody answers"


def test_the_row_follows_a_click_into_another_tab(page: Any, shop: Shop, tmp_path: Path) -> None:
    with files(shop.plain(tmp_path), shop.port):
        page.goto("/index.html")
        links = cards(page)
        before = page.evaluate(IDS)
        looked_again = "document.dispatchEvent(new Event('visibilitychange'))"
        with page.context.expect_page() as opened:
            links.nth(1).click(button="middle")
        who = Who("session", shop.visitor(page).session)
        until(lambda: shop.did(who, "click"))
        opened.value.close()
        page.evaluate(looked_again)
        page.wait_for_function(f"before => String({IDS}) !== String(before)", arg=before)
        page.wait_for_timeout(300)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.evaluate(looked_again)
        page.wait_for_timeout(300)
        assert asked == [], "nothing was done since"


def test_a_view_that_the_tag_names_is_known_to_the_row(
    page: Any, shop: Shop, tmp_path: Path
) -> None:
    folder = shop.plain(tmp_path, '<div data-beholder="recently-viewed"></div>')
    index = folder / "index.html"
    index.write_text(index.read_text().replace("data-key", 'data-view="picture-00009" data-key'))
    with files(folder, shop.port):
        page.goto("/index.html")
        assert item_of(cards(page, "recently-viewed", 1)) == "picture-00009"


def test_a_token_that_is_refused_is_replaced(page: Any, shop: Shop, tmp_path: Path) -> None:
    with files(shop.plain(tmp_path), shop.port):
        page.goto("/index.html")
        cards(page)
        spoil = "for (const name in localStorage) if (name.startsWith('beholder.'))"
        page.evaluate(f"{spoil} localStorage[name] = localStorage[name].replace('bhv_', 'bhv_0')")
        page.reload()
        cards(page)
        assert shop.visitor(page).user is None


@pytest.mark.parametrize("what", ["no server", "another key", "another origin"])
def test_what_fails_leaves_the_page_as_it_was(
    page: Any, shop: Shop, tmp_path: Path, what: str
) -> None:
    folder = shop.plain(tmp_path, '<div data-beholder="recommend">as before</div>')
    host = "127.0.0.1" if what == "another origin" else "localhost"
    if what == "another key":
        index = folder / "index.html"
        index.write_text(index.read_text().replace(shop.key.public, "bhp_nonsense"))
    if what == "no server":
        page.route("**/v1/**", lambda route: route.abort())
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    with files(folder, shop.port):
        with page.expect_console_message(lambda message: message.text.startswith("beholder: ")):
            page.goto(f"http://{host}:{shop.port}/index.html")
        assert page.evaluate("beholder.record({item: 'picture-00001', kind: 'like'})") is False
        assert page.evaluate("beholder.refresh().then(() => 'fine')") == "fine"
        assert page.locator("[data-beholder]").inner_html() == "as before"
    assert thrown == []


def test_without_storage_a_visitor_is_known_as_long_as_the_page_is_open(
    page: Any, shop: Shop, tmp_path: Path
) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    )
    with files(shop.plain(tmp_path, '<div data-beholder="recommend"></div>'), shop.port):
        page.goto("/index.html")
        before = item_of(cards(page).first)
        assert page.evaluate(f"beholder.record({{item: '{before}', kind: 'dislike'}})")
        page.evaluate("beholder.refresh()")
        assert before not in str(page.evaluate(IDS))
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_row_fits_the_screen(page: Any, shop: Shop, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    with files(shop.plain(tmp_path), shop.port):
        page.goto("/index.html")
        boxes = [each.bounding_box() for each in cards(page).all()]
        columns = {round(box["x"]) for box in boxes}
        assert len(columns) == (2 if width == 390 else 6)
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(over) <= 0


VARIED = """<div data-beholder="new" data-k="4" data-filter="ware = 'enamel'"></div>
<div data-beholder="recommend" data-k="4" data-filter="ware = 'enamel'"></div>
<div data-beholder="new" data-k="4" data-filter="ware = 'enamel'" data-variants="all"></div>"""


def test_variants_of_a_product_are_one_card_that_says_how_many_there_are(
    page: Any, shop: Shop, tmp_path: Path
) -> None:
    operator = KeyFile(shop.workspace.secrets).add("varied", ["operator"])[1]
    for number, kind in enumerate(["mug", "mug", "mug", "jar", "jar", "tin"]):
        put = page.request.put(
            f"{shop.server.url}/v1/items/{kind}-{number}",
            data={"title": kind, "attributes": {"product_code": kind, "ware": "enamel"}},
            headers={"authorization": f"Bearer {operator}"},
        )
        assert put.ok, put.text()
    with files(shop.plain(tmp_path, VARIED), shop.port):
        page.goto("/index.html")
        cards(page, "recommend", 3)
        new, mine, every = page.locator("[data-beholder]").all()
        every.locator("a").nth(3).wait_for()
        assert new.locator("a").all_inner_texts() == [
            "tin",
            "jar\n1 weitere Variante",
            "mug\n2 weitere Varianten",
        ]
        assert every.locator("a").all_inner_texts() == ["tin", "jar", "jar", "mug"]
        assert mine.locator("a").count() == 3
        assert page.evaluate("beholder.record({item: 'mug-1', kind: 'hide'})")
        page.evaluate("beholder.refresh()")
        for row in (new, mine):
            assert "mug" not in row.inner_text()
    assert page.complaints == []


def test_below_a_path_rows_and_pictures_come_too(
    chromium: Any, trained: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(trained, tmp_path / "copy")
    with Server(root, settings={"serve.root_path": "/rec"}) as server:
        below = Shop(server, Workspace.open(root))
        row = '<div data-beholder="popular" data-k="3"></div>'
        context = chromium.new_context(base_url=below.url)
        with files(below.plain(tmp_path / "site", row), below.port):
            opened = context.new_page()
            opened.goto("/index.html")
            links = cards(opened, "popular", 3)
            assert links.first.get_attribute("href").startswith(f"{server.url}/item/")
            opened.wait_for_function("() => [...document.images].every(i => i.naturalWidth > 0)")
        context.close()


@pytest.mark.parametrize("name", ["flask", "fastapi", "django"])
def test_the_examples_show_rows_and_a_login_merges_what_was_done_before(
    page: Any, shop: Shop, name: str
) -> None:
    if importlib.util.find_spec(name) is None:
        assert not os.environ.get("CI"), f"CI has {name}"
        pytest.skip(f"{name} is not installed: pip install -e '.[dev]'")
    told = {"url": shop.server.url, "publishable": shop.key.public, "secret": shop.secret}
    user = f"ann-of-{name}"
    with example(name, shop.port, **told):
        page.goto("/")
        before = item_of(cards(page).nth(1))
        cards(page).nth(1).click()
        page.wait_for_url(f"**/product/{before}")
        who = Who("session", shop.visitor(page).session)
        until(lambda: shop.did(who, "click", "view") == [before, before])
        cards(page, "similar")
        page.goto("/")
        cards(page)
        known = page.evaluate(IDS)
        page.get_by_label("Your name").fill(user)
        page.get_by_role("button", name="Log in").click()
        page.get_by_text(f"You are {user}").wait_for()
        cards(page)
        assert page.evaluate(IDS) == known, "what was done before the login counts"
        merged = shop.visitor(page)
        assert (merged.user, merged.session) == (user, who.id)
        clicked = item_of(cards(page).first)
        cards(page).first.click()
        page.wait_for_url(f"**/product/{clicked}")
        until(lambda: shop.did(Who("user", user), "click") == [clicked])
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Your name").wait_for()
        cards(page)
        assert shop.visitor(page).user is None
        assert shop.visitor(page).session != who.id
    assert page.complaints == []
