from __future__ import annotations

import hashlib
import io
import re
import time
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image, ImageDraw

from beholder.workspace import Workspace
from live_server import Server


@pytest.fixture
def two(workspace: Workspace) -> Iterator[Server]:
    with Server(workspace.root, workers=2) as running:
        yield running


def picture(colour: str = "crimson") -> bytes:
    image = Image.new("RGB", (300, 400), "white")
    ImageDraw.Draw(image).ellipse((40, 60, 260, 340), fill=colour)
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


def everything_shown(server: Server) -> list[set[str]]:
    """What several connections, so both processes, recommend when asked for all there is."""
    shown = []
    for _ in range(6):
        with server.client() as client:
            answer = client.get("/v1/recommendations", params={"k": 1000})
            shown.append({item["id"] for item in answer.json()["items"]})
    return shown


def test_a_hidden_item_is_gone_everywhere_at_once_and_can_come_back(two: Server) -> None:
    with two.client(headers=two.operator) as operator:
        for name in ("picture-00001", "picture-00002"):
            assert all(name in shown for shown in everything_shown(two))
            hidden = operator.patch(f"/v1/items/{name}", json={"hidden": True})
            assert hidden.json() == {"id": name, "status": "hidden"}
            assert not any(name in shown for shown in everything_shown(two))
            assert operator.get(f"/v1/items/{name}").status_code == 404
        operator.patch("/v1/items/picture-00001", json={"hidden": False})
        assert all("picture-00001" in shown for shown in everything_shown(two))
        assert operator.delete("/v1/items/picture-00003").json()["status"] == "deleted"
        assert not any("picture-00003" in shown for shown in everything_shown(two))
        assert operator.delete("/v1/items/none").status_code == 404


def test_a_new_item_with_a_picture_is_found_recommended_and_learned_from(two: Server) -> None:
    item = '{"title": "Crimson lamp", "attributes": {"family": "lamp", "tags": ["red"]}}'
    files = {"picture": ("lamp.jpg", picture(), "image/jpeg")}
    with two.client(headers=two.operator) as operator:
        added = operator.put("/v1/items/new%2Flamp", data={"item": item}, files=files)
        assert added.json() == {"id": "new/lamp", "status": "added"}
        shown = operator.get("/v1/items/new%2Flamp").json()
        assert shown["attributes"]["tags"] == ["red"]
        assert operator.get(shown["picture"]["src"]).status_code == 200
        again = operator.put("/v1/items/new%2Flamp", data={"item": item}, files=files)
        assert again.json()["status"] == "same"
    assert all("new/lamp" in shown for shown in everything_shown(two))
    with two.client() as client:
        form = {"picture": ("q.jpg", picture("firebrick"), "image/jpeg")}
        found = client.post("/v1/search", files=form).json()["items"]
        assert "new/lamp" in [each["id"] for each in found[:5]]
        event = {"user": "early", "item": "new/lamp", "kind": "like"}
        assert client.post("/v1/interactions", json=event).status_code == 200
        answer = client.get("/v1/recommendations", params={"user": "early"}).json()
        assert answer["level"] == "personal"


def test_an_item_can_be_put_and_changed_as_json(two: Server) -> None:
    with two.client(headers=two.operator) as operator:
        put = {"title": "Words alone", "attributes": {"category": "poster"}}
        assert operator.put("/v1/items/words", json=put).json()["status"] == "added"
        assert operator.put("/v1/items/words", json=put).json()["status"] == "same"
        changed = operator.put("/v1/items/words", json={**put, "title": "Other words"})
        assert changed.json()["status"] == "changed"
        assert operator.get("/v1/items/words").json()["title"] == "Other words"


def test_what_was_hidden_stays_hidden_when_it_is_put_again_and_is_called_so(server: Server) -> None:
    with server.client(headers=server.operator) as operator:
        path = "/v1/items/late-hidden"
        operator.put(path, json={"title": "A moss vase"})
        operator.patch(path, json={"hidden": True})
        operator.delete(path)
        again = operator.put(path, json={"title": "A moss vase again"})
        assert again.json() == {"id": "late-hidden", "status": "hidden"}
        assert operator.get(path).status_code == 404
        operator.patch(path, json={"hidden": False})
        assert operator.get(path).status_code == 200
        operator.delete(path)


def test_what_cannot_be_compared_keeps_nobody_from_an_answer(workspace: Workspace) -> None:
    with (
        Server(workspace.root) as server,
        server.client(headers=server.operator) as operator,
    ):
        damaged = workspace.vectors / "given" / "mine.vec"
        damaged.parent.mkdir(parents=True, exist_ok=True)
        damaged.write_bytes((500).to_bytes(8, "little") + b'["a","b')
        put = operator.put("/v1/items/late", json={"title": "moss vase"})
        assert put.json() == {"id": "late", "status": "later"}
        operator.patch("/v1/items/picture-00001", json={"hidden": True})
        for path in ("/v1/recommendations", "/", "/health/live"):
            assert operator.get(path).status_code == 200
        assert operator.get("/v1/items/picture-00001").status_code == 404
        ready = operator.get("/health/ready")
        assert ready.status_code == 200
        assert ready.json()["trouble"] == "... is damaged"  # where, is in the server's log
        damaged.unlink()
        deadline = time.monotonic() + 30
        while operator.get("/v1/items/late").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert operator.get("/health/ready").json()["trouble"] is None
    assert any("comparing items" in line and "mine.vec" in line for line in server.errors)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"no picture at all", 415, "media-type"),
        (picture()[:900], 422, "media"),
        (b"", 415, "media-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "media-type"),
    ],
)
def test_broken_pictures_are_refused_and_change_nothing(
    client: httpx.Client, server: Server, data: bytes, status: int, code: str
) -> None:
    files = {"picture": ("a.jpg", data, "image/jpeg")}
    answer = client.put(
        "/v1/items/broken", data={"item": '{"title": "x"}'}, files=files, headers=server.operator
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/v1/items/broken").status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"data": {"title": "x"}},
        {"data": {"item": '{"title": "x", "colour": 1}'}},
        {"data": {"item": '{"title": "x"}'}, "files": {"photo": ("a", b"x")}},
        {"data": {}, "files": {"picture": ("a.jpg", b"x")}},
    ],
)
def test_forms_with_anything_unknown_or_missing_are_refused(
    client: httpx.Client, server: Server, form: dict[str, object]
) -> None:
    form.setdefault("files", {"picture": ("a.jpg", picture())})
    answer = client.put("/v1/items/form", headers=server.operator, **form)  # type: ignore[arg-type]
    assert answer.status_code in (400, 422)
    assert client.get("/v1/items/form").status_code == 404


def test_several_pictures_come_back_in_order_and_name_themselves_for_the_next_put(
    client: httpx.Client, server: Server
) -> None:
    path, item = "/v1/items/three-views", {"item": '{"title": "Several"}'}
    colours = ("navy", "teal", "olive")
    files = [("picture", (f"{c}.jpg", picture(c), "image/jpeg")) for c in colours]
    put = client.put(path, data=item, files=files, headers=server.operator)
    assert put.json()["status"] == "added"
    shown = client.get(path).json()
    hashes = [hashlib.sha256(picture(colour)).hexdigest() for colour in colours]
    assert [each["hash"] for each in shown["pictures"]] == hashes
    assert shown["pictures"][0] == {"hash": hashes[0], **shown["picture"]}
    assert {(each["width"], each["height"]) for each in shown["pictures"]} == {(300, 400)}
    for each in shown["pictures"]:
        assert client.get(each["src"]).status_code == 200
    turned = {"title": "Several", "pictures": [hashes[2], hashes[0]]}
    assert client.put(path, json=turned, headers=server.operator).json()["status"] == "changed"
    assert [each["hash"] for each in client.get(path).json()["pictures"]] == turned["pictures"]
    words = {"title": "Other words"}
    client.put(path, json=words, headers=server.operator)
    assert len(client.get(path).json()["pictures"]) == 2, "pictures left out stay"


def test_the_twenty_first_picture_of_a_form_is_refused_and_not_dropped(
    client: httpx.Client, server: Server
) -> None:
    files = [("picture", (f"{n}.jpg", picture(), "image/jpeg")) for n in range(21)]
    answer = client.put(
        "/v1/items/many", data={"item": '{"title": "x"}'}, files=files, headers=server.operator
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "picture")
    assert "21 pictures" in answer.json()["detail"]
    assert client.get("/v1/items/many").status_code == 404


def test_a_picture_that_nobody_sent_is_refused_by_its_place(
    client: httpx.Client, server: Server
) -> None:
    body = {"title": "x", "pictures": ["ab" * 32]}
    answer = client.put("/v1/items/unsent", json=body, headers=server.operator)
    assert (answer.status_code, answer.json()["field"]) == (422, "pictures[0]")
    assert client.get("/v1/items/unsent").status_code == 404


@pytest.mark.long
def test_a_new_item_is_recommendable_within_five_seconds(two: Server) -> None:
    began = time.monotonic()
    files = {"picture": ("lamp.jpg", picture("navy"), "image/jpeg")}
    with two.client(headers=two.operator) as operator:
        operator.put("/v1/items/late", data={"item": '{"title": "Late"}'}, files=files)
    assert all("late" in shown for shown in everything_shown(two))
    assert time.monotonic() - began < 5


def test_an_attribute_may_be_true_or_false(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        sent = {"title": "On sale", "attributes": {"sale": True, "price": 3}}
        answer = client.put("/v1/items/on-sale", json=sent)
        assert answer.status_code in (200, 201), answer.text
        assert client.get("/v1/items/on-sale").json()["attributes"]["sale"] is True
        asked = {"words": "on sale", "filter": "sale = true"}
        found = client.post("/v1/search", json=asked).json()
        assert [item["id"] for item in found["items"]] == ["on-sale"]
        client.delete("/v1/items/on-sale")


def test_a_price_and_a_stock_change_alone_and_count_at_once(two: Server) -> None:
    with two.client(headers=two.operator) as client:
        body = {"title": "Copper kettle", "attributes": {"category": "kettle", "price": 30.0}}
        assert client.put("/v1/items/kettle", json=body).json()["status"] == "added"
        path = "/v1/items/kettle"
        told = {"attributes": {"price": 24.5, "note": "new"}}
        assert client.patch(path, json=told).json() == {"id": "kettle", "status": "changed"}
        shown = client.get(path).json()
        assert shown["title"] == "Copper kettle"
        assert shown["attributes"] == {"category": "kettle", "price": 24.5, "note": "new"}
        assert client.patch(path, json=told).json()["status"] == "same"
        assert client.patch(path, json={"attributes": {"note": None}}).json()["status"] == "changed"
        assert "note" not in client.get(path).json()["attributes"]
        cheap = {"words": "kettle", "filter": "price < 25"}
        assert [i["id"] for i in client.post("/v1/search", json=cheap).json()["items"]] == [
            "kettle"
        ]
        sold = client.patch(path, json={"attributes": {"stock": 0}, "title": "Kettle"})
        assert sold.json()["status"] == "changed"
        found = client.post("/v1/search", json=cheap).json()
        assert (found["items"], found["unavailable"]) == ([], 1)
        page = client.get("/search?words=kettle", headers={"accept": "text/html"}).text
        nothing = page[page.index('id="nothing"') :]
        assert "What fits is not available now." in nothing
        assert "Try fewer or other words" not in nothing
        hidden = client.patch(path, json={"hidden": True, "attributes": {"price": 1.0}})
        assert hidden.json()["status"] == "hidden"
        assert client.post("/v1/search", json={"words": "kettle"}).json()["unavailable"] == 0
        assert client.patch("/v1/items/nothing", json=told).status_code == 404
        assert client.patch(path, json={"attributes": {"price": {}}}).status_code == 422


def test_many_items_come_at_once_or_none_of_them(two: Server) -> None:
    many = [{"item_id": f"crate-{n}", "title": f"Crate {n}"} for n in range(40)]
    with two.client(headers=two.operator) as client:
        done = client.post("/v1/items", json={"items": many})
        assert done.json() == {"added": 40, "changed": 0, "same": 0, "later": False}
        found = client.post("/v1/search", json={"words": "crate", "k": 100}).json()
        assert found["total"] == 40
        many[3]["title"] = "Chest"
        again = client.post("/v1/items", json={"items": many}).json()
        assert (again["added"], again["changed"], again["same"]) == (0, 1, 39)
        bad = [
            ({"item_id": "crate-41", "title": "New"}, {"item_id": "crate-41", "title": "Twice"}),
            ({"item_id": "crate-42", "title": "New"}, {"item_id": "", "title": "No id"}),
            ({"item_id": "crate-43", "title": "New", "pictures": ["0" * 64]},),
        ]
        for items, field in zip(bad, ("items[1].item_id", "item_id", "pictures"), strict=True):
            refused = client.post("/v1/items", json={"items": items})
            assert refused.status_code == 422
            assert field in refused.json()["field"]
            assert client.get(f"/v1/items/{items[0]['item_id']}").status_code == 404
        assert client.post("/v1/items", json={"items": [many[0]] * 1001}).status_code == 422
    with two.client() as client:
        assert client.post("/v1/items", json={"items": many}).status_code == 401


def test_a_price_as_text_is_read_as_an_import_does_and_what_is_none_is_refused(two: Server) -> None:
    with two.client(headers=two.operator) as operator:

        def put(name: str, **attributes: object) -> httpx.Response:
            body = {"title": name, "attributes": attributes}
            return operator.put(f"/v1/items/{name}", json=body)

        def price(name: str) -> object:
            return operator.get(f"/v1/items/{name}").json()["attributes"].get("price")

        assert put("cup", price=5, sku="123").is_success
        assert put("jug", price="12,50 €", sku="A-1").is_success
        assert price("jug") == 12.5
        dear = operator.patch("/v1/items/cup", json={"attributes": {"price": "1.299,00 €"}})
        assert dear.json()["status"] == "changed"
        assert price("cup") == 1299.0
        for wrong in ("on request", ["5"], True, "1e999"):
            refused = operator.patch("/v1/items/cup", json={"attributes": {"price": wrong}})
            assert (refused.status_code, refused.json()["field"]) == (422, "attributes.price")
        assert put("pot", price="free").json()["field"] == "attributes.price"
        many = {"items": [{"item_id": "pan", "title": "Pan", "attributes": {"price": "free"}}]}
        told = operator.post("/v1/items", json=many).json()
        assert told["field"] == "items[0].attributes.price"
        assert price("cup") == 1299.0
        operator.patch("/v1/items/cup", json={"attributes": {"price": None}})
        assert price("cup") is None


def test_a_style_and_a_script_name_their_charset_once(two: Server) -> None:
    with two.client() as client:
        found = set(re.findall(r'/static/[^"?]+\.(?:css|js)', client.get("/").text))
        for address in [*found, "/docs/style.css", "/beholder.js"]:
            assert client.get(address).headers["content-type"].count("charset=utf-8") == 1, address
    assert len(found) >= 2
