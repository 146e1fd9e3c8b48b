"""The shop window in Chromium, against a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from live_server import Server

pytestmark = pytest.mark.browser

SEEN = """Object.fromEntries([...document.querySelectorAll('.card')]
  .map(c => [c.item.id, c.getBoundingClientRect()])
  .filter(([, r]) => r.top < innerHeight && r.bottom > 0)
  .map(([id, r]) => [id, [r.x, r.y]]))"""
IDS = "[...document.querySelectorAll('.card')].map(c => c.item.id)"
SHIFTS = """window.shifts = 0; new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) shifts += e.value
}).observe({type: 'layout-shift', buffered: true})"""


@pytest.fixture
def page(chromium: Any, server: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url)
    opened = context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda m: m.type == "error" and opened.complaints.append(m.text))
    opened.add_init_script(SHIFTS)
    opened.goto("/")
    opened.wait_for_function("() => document.querySelectorAll('.card').length > 8")
    yield opened
    context.close()


def act(page: Any, card: int, what: str) -> None:
    with page.expect_response(lambda reply: "/v1/recommendations" in reply.url):
        page.locator(".card").nth(card).locator(f"[data-do={what}]").first.click(force=True)
    page.wait_for_timeout(400)


def test_a_like_changes_what_the_eye_has_not_reached_and_nothing_else(page):
    seen, before = page.evaluate(SEEN), page.evaluate(IDS)
    act(page, 2, "like")
    after = page.evaluate(IDS)
    assert page.evaluate(SEEN) == seen
    assert after != before
    assert len(set(after)) == len(after)
    assert "Because" in page.locator(".card").nth(len(seen) + 4).inner_text()
    assert page.complaints == []
    assert page.evaluate("shifts") < 0.01


def test_not_for_me_leaves_a_tombstone_that_can_be_undone(page):
    act(page, 0, "dislike")
    assert page.locator(".gone").count() == 1
    with page.expect_response(lambda reply: reply.request.method == "DELETE") as undone:
        page.locator("[data-do=undo-card]").click()
    assert undone.value.status == 200
    page.wait_for_function("() => !document.querySelector('.gone')")


def test_what_was_only_seen_before_can_be_undone(page):
    act(page, 0, "dislike")
    with page.expect_response(lambda reply: reply.request.method == "DELETE"):
        page.locator("[data-do=only-seen]").click()
    page.wait_for_timeout(400)
    focus = "document.activeElement.dataset.do"
    assert page.evaluate(focus) == "undo-card"  # the button that was pressed is gone
    with page.expect_response(lambda reply: reply.request.method == "DELETE") as undone:
        page.locator("#toast button").click()
    assert undone.value.status == 200
    page.wait_for_function("() => !document.querySelector('.gone')")
    assert page.evaluate(focus) == "open"
    assert page.complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_not_for_me_is_kept_and_taken_back_on_the_page_of_an_item(chromium, server, scripts):
    context = chromium.new_context(base_url=server.url, java_script_enabled=scripts)
    page = context.new_page()
    page.goto("/item/picture-00011")
    button = page.locator("main .tools [data-do=dislike]")

    def said(reply: Any) -> bool:
        sent = reply.request
        if not scripts:
            return "/react" in sent.url
        return sent.method == "DELETE" or "dislike" in (sent.post_data or "")

    for wanted in ("true", "false"):
        with page.expect_response(said):
            button.click()
        page.goto("/item/picture-00011")
        assert button.get_attribute("aria-pressed") == wanted
    context.close()


def test_why_this_names_what_was_liked_with_its_share(page):
    title = page.locator(".card b").nth(1).inner_text()
    act(page, 1, "like")
    page.locator(".card a[data-do=open]").last.click()
    viewer = page.locator("#viewer")
    viewer.get_by_text("Why this?").wait_for()
    page.wait_for_function("() => document.querySelector('#viewer').textContent.includes('%')")
    assert title in viewer.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('#viewer').open")


def test_search_by_words_and_by_dropping_a_picture(page, trained):
    page.goto("/search?words=vase")
    page.locator(".card").first.wait_for()
    assert "vase" in page.locator(".card b").first.inner_text().lower()
    picture = next(path for path in (trained / "media" / "renditions").rglob("*-480.webp"))
    page.goto("/")
    page.locator("input[type=file]").first.set_input_files(str(picture))
    page.wait_for_url("**/search?picture=*")
    page.locator(".card img").first.wait_for()
    assert picture.name.split("-")[0] in page.locator(".card img").first.get_attribute("src")


def test_a_picture_that_is_too_large_is_said_to_be_so(page, tmp_path):
    huge = tmp_path / "huge.png"
    Image.new("1", (14_000, 14_000)).save(huge)
    page.locator("input[type=file]").first.set_input_files(str(huge))
    page.get_by_text("too large: at most 50,000,000 pixels and 21 MB").wait_for()


def test_the_keyboard_alone_likes_and_moves(page):
    page.locator(".card a").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("!!document.activeElement.closest('.card')")
    with page.expect_response(lambda reply: "/v1/interactions" in reply.url):
        page.keyboard.press("l")
    assert page.evaluate("document.activeElement.closest('.card').hasAttribute('data-liked')")


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_page_is_wider_than_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("/", "/search?words=vase", "/saved"):
        page.goto(address)
        page.wait_for_timeout(250)
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(over) <= 0, address


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [390, 1280])
def test_rows_are_scrolled_sideways_and_lead_to_their_items(chromium, server, width, scripts):
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        base_url=server.url,
        color_scheme="dark",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto("/")
    row, screen = page.locator("section:has(#row-new)"), page.viewport_size
    # On a phone all rows are one strip, and the page is no wider for it.
    box = (page.locator(".rows") if width == 390 else row).bounding_box()
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= screen["width"]
    last = row.locator("a:visible").last
    assert last.bounding_box()["x"] > box["x"] + box["width"], "there is something to scroll to"
    last.scroll_into_view_if_needed()
    inside = last.bounding_box()
    assert box["x"] <= inside["x"] <= box["x"] + box["width"] - inside["width"] + 5
    wanted = last.get_attribute("href")
    last.click()
    page.wait_for_url(f"**{wanted}")
    context.close()


def test_a_title_with_markup_is_text(page, server):
    nasty = "<img src=x onerror=\"document.title='owned'\"><script>1</script>"
    page.request.put(
        "/v1/items/nasty", data={"title": nasty, "attributes": {}}, headers=server.operator
    )
    page.goto("/item/nasty")
    assert page.locator("h1, h2").filter(has_text="<script>").count() >= 1
    assert page.title() != "owned"


def test_all_pictures_of_an_item_are_shown_and_chosen_by_tap_and_by_key(page, server, trained):
    found = sorted((trained / "media" / "renditions").rglob("*-480.webp"))[:3]
    hashes = [path.name.split("-")[0] for path in found]
    put = page.request.put(
        "/v1/items/several",
        data={"title": "Several", "attributes": {}, "pictures": hashes},
        headers=server.operator,
    )
    assert put.ok, put.text()
    large = page.locator(".two.page .stage > img")
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/item/several")
        assert page.locator(".strip a").count() == 3
        assert hashes[0] in large.get_attribute("src")
        page.locator(".strip a").nth(2).click()
        assert hashes[2] in large.get_attribute("src")
        assert large.get_attribute("alt") == "Several, picture 3 of 3"
        page.keyboard.press("ArrowLeft")
        assert hashes[1] in large.get_attribute("src")
        assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(over) <= 0
    page.goto("/item/several?picture=2")
    assert hashes[1] in large.get_attribute("src"), "as without scripts"
    assert page.complaints == []


def test_the_viewer_shows_all_pictures_of_an_item(page, server, trained):
    name = page.locator(".card").nth(1).evaluate("card => card.item.id")
    shown = page.request.get(f"/v1/items/{name}").json()
    found = sorted((trained / "media" / "renditions").rglob("*-480.webp"))
    others = [path.name.split("-")[0] for path in found[:3]]
    hashes = list(dict.fromkeys([shown["pictures"][0]["hash"], *others]))
    body = {"title": shown["title"], "attributes": shown["attributes"], "pictures": hashes}
    page.request.put(f"/v1/items/{name}", data=body, headers=server.operator)
    page.locator(".card").nth(1).locator("a[data-do=open]").click()
    page.locator("#viewer .strip a").nth(1).wait_for()
    page.keyboard.press("ArrowRight")
    assert hashes[1] in page.locator("#viewer .stage > img").get_attribute("src")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('#viewer').open")
    page.locator(".card").nth(2).locator("a[data-do=open]").click()
    page.wait_for_function("() => document.querySelector('#viewer').open")
    assert page.locator("#viewer .strip").is_hidden(), "one picture needs no strip"
    assert page.complaints == []


def test_a_like_names_the_list_and_the_place_of_the_picture(page):
    item = page.evaluate("document.querySelectorAll('.card')[2].item")
    with page.expect_request(lambda request: "/v1/interactions" in request.url) as sent:
        act(page, 2, "like")
    (event,) = sent.value.post_data_json["events"]
    assert event["item"] == item["id"]
    assert (event["answer"], event["place"]) == (item["answer"], 2)
    below = page.evaluate("[...document.querySelectorAll('.card')].at(-1).item")
    assert below["answer"] != item["answer"]
    assert below["place"] > 0
    assert page.complaints == []


LISTEN = """window.told = []; const send = navigator.sendBeacon.bind(navigator);
navigator.sendBeacon = (url, blob) => {
  blob.text().then(text => told.push(JSON.parse(text)));
  return send(url, blob);
}; true"""
IN_SIGHT = """answer => [...document.querySelectorAll('.card')]
  .filter(c => c.item.answer === answer)
  .map(c => [c.item.place, c.getBoundingClientRect()])
  .filter(([, r]) => Math.min(innerHeight, r.bottom) - r.top >= r.height / 2)
  .map(([place]) => place)"""


def test_what_was_in_sight_for_a_second_is_told(page):
    page.evaluate(LISTEN)
    with page.expect_response(lambda reply: "/v1/seen" in reply.url) as sent:
        page.wait_for_function("() => told.length")
    assert sent.value.status == 202
    (told,) = page.evaluate("told")
    shown = page.evaluate(IN_SIGHT, told["answer"])
    assert sorted(told["places"]) == sorted(shown)
    assert 3 < len(shown) < len(page.evaluate(IDS))
    assert page.complaints == []


@pytest.fixture
def phone(chromium: Any, server: Any) -> Iterator[Any]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, base_url=server.url
    )
    opened = context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.goto("/")
    opened.wait_for_function("() => document.querySelectorAll('.card').length > 8")
    yield opened
    context.close()


def from_menu(page: Any, card: int, what: str) -> None:
    page.locator(".card").nth(card).locator("[data-do=menu]").tap()
    page.locator(f"#menu [data-do={what}]").tap()


def boxes_apart(one: Any, other: Any) -> bool:
    a, b = one.bounding_box(), other.bounding_box()
    return (
        a["y"] + a["height"] <= b["y"]
        or b["y"] + b["height"] <= a["y"]
        or a["x"] + a["width"] <= b["x"]
        or b["x"] + b["width"] <= a["x"]
    )


def lit(page: Any, inside: str) -> set[str]:
    buttons = page.locator(f"{inside} [data-do][aria-pressed=true]").all()
    return {button.get_attribute("data-do") for button in buttons}


def test_asking_why_records_nothing(phone):
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    from_menu(phone, 1, "why")
    phone.wait_for_function("() => document.querySelector('.why[aria-busy=false]')")
    phone.wait_for_timeout(500)
    assert phone.evaluate("document.querySelector('#viewer').open")
    assert not [each for each in sent if "/v1/interactions" in each]
    assert phone.request.get("/v1/recommendations").json()["level"] == "popular"
    phone.go_back()
    with phone.expect_request("**/v1/interactions"):
        phone.locator(".card").nth(1).locator("a[data-do=open]").first.tap()
    assert phone.complaints == []


def test_the_reasons_are_in_sight_with_no_message_over_them(phone):
    with phone.expect_response("**/v1/recommendations"):
        phone.locator(".card").first.locator("[data-do=like]").tap()
    from_menu(phone, 2, "why")
    phone.wait_for_function("() => document.querySelector('.rel[aria-busy=false] .thumb')")
    phone.wait_for_timeout(400)
    why = phone.locator("#viewer .why").bounding_box()
    assert why["y"] >= 0
    assert why["y"] + why["height"] <= phone.locator("#toast p").bounding_box()["y"]
    assert phone.evaluate("document.activeElement.closest('.why h3') !== null")
    phone.locator("#viewer [data-do=close]").tap()
    phone.wait_for_function("() => !document.querySelector('#viewer').open")


def test_what_was_done_since_is_told_with_the_reasons(phone):
    note = "This is how things stand now"
    with phone.expect_response("**/v1/recommendations"):
        phone.locator(".card").first.locator("[data-do=like]").tap()
    from_menu(phone, 2, "why")
    phone.locator("#viewer .why .soft").get_by_text(note).wait_for()
    phone.goto("/")
    phone.wait_for_function("() => document.querySelectorAll('.card').length > 8")
    from_menu(phone, 2, "why")
    phone.wait_for_function("() => document.querySelector('.why[aria-busy=false]')")
    assert note not in phone.locator("#viewer .why").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_like_and_not_for_me_exclude_each_other(chromium, server, scripts):
    context = chromium.new_context(base_url=server.url, java_script_enabled=scripts)
    page = context.new_page()
    page.goto("/item/picture-00031")
    for kind in ("like", "dislike", "like"):
        with page.expect_response(lambda reply, kind=kind: kind in (reply.request.post_data or "")):
            page.locator(f"main .tools [data-do={kind}]").click()
        page.wait_for_load_state()
        assert lit(page, "main .tools") == {kind}
        page.goto("/item/picture-00031")
        assert lit(page, "main .tools") == {kind}
    context.close()


def test_undo_restores_what_was_said_before(page):
    def settled(wanted: set[str]) -> None:
        page.wait_for_timeout(300)
        page.wait_for_function("() => JSON.parse(localStorage['beholder.outbox']).length === 0")
        assert lit(page, "main .tools") == wanted
        page.reload()
        assert lit(page, "main .tools") == wanted

    page.goto("/item/picture-00032")
    page.locator("main .tools [data-do=like]").click()
    settled({"like"})
    page.locator("main .tools [data-do=dislike]").click()
    page.locator("#toast button").click()
    settled({"like"})
    page.locator("main .tools [data-do=dislike]").click()
    settled({"dislike"})
    page.locator("main .tools [data-do=like]").click()
    page.locator("#toast button").click()
    settled({"dislike"})


def test_not_for_me_puts_the_heart_of_a_card_out_and_undo_lights_it_again(page):
    act(page, 0, "like")
    act(page, 0, "dislike")
    card = page.locator(".card").first
    assert card.locator("[data-do=like]").get_attribute("aria-pressed") == "false"
    page.locator("[data-do=undo-card]").click()
    page.wait_for_function("() => !document.querySelector('.gone')")
    assert card.locator("[data-do=like]").get_attribute("aria-pressed") == "true"
    assert card.locator("[data-do=dislike]").get_attribute("aria-pressed") == "false"


def test_a_saved_picture_leaves_by_its_menu_and_comes_back_by_undo(phone):
    for place in (0, 1):
        from_menu(phone, place, "save")
        mark = phone.locator(".card").nth(place).locator("[data-do=save]").first
        assert mark.is_visible(), "a card shows on touch, too, that it is saved"
    phone.wait_for_function("() => JSON.parse(localStorage['beholder.outbox']).length === 0")
    phone.goto("/saved")
    phone.wait_for_function("() => document.querySelectorAll('.card').length === 2")
    phone.locator(".card").first.locator("[data-do=menu]").tap()
    assert phone.locator("#menu [data-do=save]").inner_text().startswith("Remove from saved")
    phone.locator("#menu [data-do=save]").tap()
    assert phone.locator(".card:visible").count() == 1
    assert phone.locator("#found").inner_text() == "1 item"
    phone.locator("#toast button").tap()
    assert phone.locator(".card:visible").count() == 2
    assert phone.locator("#found").inner_text() == "2 items"
    for _ in range(2):
        phone.locator(".card:visible").first.locator("[data-do=menu]").tap()
        phone.locator("#menu [data-do=save]").tap()
    assert phone.locator("#none").is_visible()
    assert phone.complaints == []


def test_a_picture_that_was_only_seen_says_what_becomes_of_it(phone):
    from_menu(phone, 1, "dislike")
    stone = phone.locator(".gone")
    for button in stone.locator("button").all():
        inside, around = button.bounding_box(), stone.bounding_box()
        assert inside["x"] - around["x"] >= 10
        assert around["x"] + around["width"] - inside["x"] - inside["width"] >= 10
    stone.locator("[data-do=only-seen]").tap()
    assert "Hidden" not in stone.inner_text()
    assert "Others like it still may" in stone.inner_text()


def test_the_menu_leaves_the_undo_of_a_message_free(phone):
    phone.locator(".card").first.locator("[data-do=like]").tap()
    phone.wait_for_timeout(400)
    bottom = phone.evaluate("""() => {
      const low = [...document.querySelectorAll('[data-do=menu]')]
        .filter(b => b.getBoundingClientRect().bottom < innerHeight - 150)
        .sort((a, b) => b.getBoundingClientRect().top - a.getBoundingClientRect().top)[0]
      return [...document.querySelectorAll('.card')].indexOf(low.closest('.card'))
    }""")
    phone.locator(".card").nth(bottom).locator("[data-do=menu]").tap()
    assert boxes_apart(phone.locator("#menu"), phone.locator("#toast button"))


def test_what_keys_do_is_not_told_where_there_are_none(phone, page):
    for width in (390, 820):
        phone.set_viewport_size({"width": width, "height": 844})
        assert phone.locator("#keys-toggle").is_hidden(), width
    assert page.locator("#keys-toggle").is_visible()


def test_buttons_of_an_item_are_large_and_say_what_they_do(phone):
    phone.goto("/item/picture-00011")
    for button in phone.locator("main .tools .btn").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert button.inner_text().strip()


def test_a_long_title_takes_two_lines_and_nothing_overlaps(phone, server):
    body = {"title": "A title that is long enough for two lines", "attributes": {"price": 9.5}}
    phone.request.put("/v1/items/long-title", data=body, headers=server.operator)
    try:
        phone.goto("/search?words=title+long+enough+two+lines")
        card = phone.locator(".card", has_text="A title that is long").first
        card.wait_for()
        lines = card.locator("b").evaluate(
            "b => b.getBoundingClientRect().height / parseFloat(getComputedStyle(b).lineHeight)"
        )
        assert round(lines) == 2
        assert card.locator(".price").inner_text() == "9.50"
        inside = card.locator(".cap").bounding_box()
        around = card.bounding_box()
        tall = float(card.evaluate("c => parseFloat(c.style.getPropertyValue('--h'))"))
        assert inside["y"] + inside["height"] <= around["y"] + tall + 1
    finally:
        phone.request.delete("/v1/items/long-title", headers=server.operator)


def test_the_viewer_shows_the_chips_and_the_price_that_the_page_shows(page, server):
    name = page.locator(".card").nth(3).evaluate("card => card.item.id")
    before = page.request.get(f"/v1/items/{name}").json()
    told = ["blue", "5", "12 EUR", "2026-11-24", "24 Nov 2026", "true", "x" * 30, "size 42", "99元"]
    body = {"title": before["title"], "attributes": {"price": 3.5, "tags": told, "stock": "5"}}
    page.request.put(f"/v1/items/{name}", data=body, headers=server.operator)
    page.goto(f"/item/{name}")
    shown = page.locator("main .tags .chip").all_inner_texts()
    assert shown == ["blue", "size 42"]
    price = page.locator("main .info .price").inner_text()
    page.goto(f"/search?words={before['title']}")
    page.locator(f".card a[href='/item/{name}']").first.click()
    page.locator("#viewer .tags .chip").first.wait_for()
    assert page.locator("#viewer .tags .chip").all_inner_texts() == shown
    assert page.locator("#viewer .info .price").inner_text() == price == "3.50"
    body = {"title": before["title"], "attributes": before["attributes"]}
    page.request.put(f"/v1/items/{name}", data=body, headers=server.operator)


def test_the_viewer_shows_the_picture_of_the_card_where_no_other_can_be_had(page):
    page.route("**/media/*-960.webp", lambda route: route.abort())
    page.route("**/media/*-240.webp", lambda route: route.abort())
    page.locator(".card a").first.click()
    picture = page.locator("#viewer .stage > img")
    page.wait_for_function("() => document.querySelector('#viewer .stage > img').naturalWidth")
    assert picture.evaluate("i => i.currentSrc").endswith("-480.webp")
    page.keyboard.press("Escape")
    page.route("**/media/**", lambda route: route.abort())
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.locator(".card a").nth(2).click()
    picture.wait_for(state="hidden")
    assert page.locator("#viewer-title").inner_text()


def test_when_nothing_is_left_no_more_is_promised(page):
    while items := page.request.get("/v1/recommendations?k=1000").json()["items"]:
        left = items[:-3] if len(items) > 3 else []
        events = [{"item": each["id"], "kind": "click"} for each in left]
        if not events:
            break
        page.request.post("/v1/interactions", data={"events": events})
    page.goto("/")
    page.locator("#more .end").wait_for()
    assert page.locator(".card").count() == 3
    for place in range(3):
        page.locator(".card").nth(place).locator("[data-do=like]").click(force=True)
        assert page.locator("#toast span").inner_text() == "Liked"
    page.wait_for_function("() => JSON.parse(localStorage['beholder.outbox']).length === 0")
    page.goto("/")
    page.get_by_text("You have seen everything").wait_for()
    page.wait_for_timeout(600)
    assert page.locator("#more .end").is_hidden(), "it is said once"
    page.locator(".again a").click()
    page.wait_for_function("() => document.querySelectorAll('.card').length > 8")
    to_the_end(page)
    assert page.locator(".card[data-liked]").count() == 3, "whichever page they came with"
    assert page.complaints == []


def to_the_end(page: Any) -> None:
    """Scroll at once to whatever was added, until there is nothing more."""
    page.evaluate("""() => new MutationObserver(() => scrollTo(0, 1e6))
      .observe(document.querySelector('.feed'), {childList: true})""")
    page.evaluate("scrollTo(0, 1e6)")
    while True:
        page.locator("#more .next:visible, #more .end:visible").wait_for()
        if page.locator("#more .end").is_visible():
            return
        page.locator("#more .next").click()


def test_below_a_path_of_a_site_scripts_ask_for_nothing_outside_of_it(chromium, workspace):
    with Server(workspace.root, settings={"serve.root_path": "/rec"}) as server:
        site = server.url.removesuffix("/rec")
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=site)
        page = context.new_page()
        asked, complaints = [], []
        page.on("request", lambda request: asked.append(request.url.removeprefix(site)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/rec/")
        page.wait_for_function("() => document.querySelectorAll('.card').length > 8")
        act(page, 2, "like")
        page.wait_for_function("() => JSON.parse(localStorage['/recbeholder.outbox']).length === 0")
        page.locator("[data-look=theme]").click()
        page.locator(".card").nth(4).locator("[data-do=open]").click()
        page.wait_for_selector("dialog.view .rel a")
        assert page.evaluate("location.pathname").startswith("/rec/item/")
        paths = {f"/rec{path}" for path in ("/v1/interactions", "/v1/recommendations")}
        assert paths <= {address.split("?")[0] for address in asked}
        assert [address for address in asked if not address.startswith("/rec/")] == []
        assert {cookie["path"] for cookie in context.cookies()} == {"/rec"}
        assert {cookie["name"] for cookie in context.cookies()} == {"beholder_visitor", "theme"}
        assert complaints == []
        context.close()


def test_who_refuses_a_picture_in_the_viewer_comes_back_to_its_card(page):
    page.locator(".card a[data-do=open]").nth(2).click()
    page.locator("#viewer [data-do=dislike]").click()
    page.wait_for_function("() => !document.querySelector('#viewer').open")
    page.wait_for_function("() => document.activeElement.dataset.do === 'undo-card'")


def test_who_comes_to_an_item_by_its_address_has_looked_at_it_once(chromium, server):
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    told: list[dict[str, Any]] = []
    page.on(
        "request",
        lambda sent: told.extend(
            json.loads(sent.post_data or "{}").get("events", []) if sent.method == "POST" else []
        ),
    )
    with page.expect_response("**/v1/interactions**") as kept:
        page.goto("/item/picture-00040")
    assert kept.value.ok
    page.reload()
    page.goto("/me")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert [(event["item"], event["kind"]) for event in told] == [("picture-00040", "view")]
    context.close()
