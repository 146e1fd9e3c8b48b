"""What an item may be is one thing, whichever road it comes by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import beholder
from items_held import items_of
from live_server import Server

TRAINED = "item_id,title,price\n" + "".join(f"i{n},Cup {n},{n}\n" for n in range(1, 7))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kept") / "shop"
    file = root.parent / "items.csv"
    file.write_text(TRAINED)
    beholder("init", root)
    beholder("import", root, "--items", file)
    beholder("train", root, "--budget", "1s")
    return root


@pytest.fixture(scope="module")
def server(shop: Path) -> Any:
    with Server(shop) as running, running.client(headers=running.operator) as client:
        yield client


REFUSED: list[tuple[str, Any, str]] = [
    ("price", 1e308, "is no number between -1e300 and 1e300"),
    ("price", "1e308", "is no number between -1e300 and 1e300"),
    ("price", -1e300, "is no number between -1e300 and 1e300"),
    ("", "x", "the name of an attribute of"),
    ("n" * 257, "x", "is longer than 256 characters"),
    ("note", "x" * 100_001, "is too long"),
    ("tags", ["x" * 100_001], "is too long"),
    ("note", "a\x00b", "has a NUL"),
]


@pytest.mark.parametrize(("name", "value", "why"), REFUSED, ids=lambda each: str(each)[:20])
def test_http_refuses_what_an_import_leaves_out(
    server: Any, tmp_path: Path, name: str, value: Any, why: str
) -> None:
    own = {name: value}
    new = {"title": "N", "attributes": own}
    for answer in (
        server.patch("/v1/items/i1", json={"attributes": own}),
        server.put("/v1/items/i1", json=new),
        server.put("/v1/items/new", json=new),
        server.post("/v1/items", json={"items": [{"item_id": "new", **new}]}),
    ):
        assert answer.status_code == 422
        assert why in answer.json()["detail"]
    assert server.get("/v1/items/new").status_code == 404
    assert server.get("/v1/items/i1").json()["attributes"] == {"price": 1}


def test_an_import_leaves_out_what_http_refuses(tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    rows = [{"item_id": f"r{n}", "title": "R", name: value} for n, (name, value, _) in
            enumerate(REFUSED)]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)))
    beholder("init", tmp_path / "shop")
    beholder("import", tmp_path / "shop", "--items", file)
    assert items_of(tmp_path / "shop") == {f"r{n}": ("R", {}) for n in range(len(REFUSED))}


def test_words_are_no_price_where_all_others_are_numbers_now(server: Any, shop: Path) -> None:
    words = {"attributes": {"price": "abc"}}
    assert server.patch("/v1/items/i2", json=words).status_code == 422
    for mend in ("again", "delete"):
        file = shop.parent / "words.csv"
        file.write_text("item_id,title,price\ni9,Cup 9,on request\n")
        beholder("import", shop, "--items", file)
        assert server.get("/v1/items/i9").json()["attributes"] == {"price": "on request"}
        assert server.patch("/v1/items/i2", json=words).json()["status"] == "changed"
        server.patch("/v1/items/i2", json={"attributes": {"price": 2}})
        if mend == "again":
            server.patch("/v1/items/i9", json={"attributes": {"price": 9}})
        else:
            server.delete("/v1/items/i9")
        answer = server.patch("/v1/items/i2", json=words)
        assert (answer.status_code, mend) == (422, mend)
        assert "price is a number" in answer.json()["detail"]


@pytest.mark.parametrize("name", [".", "..", " sp", "sp ", "\u3000sp"])
def test_an_id_that_no_browser_reaches_is_no_item(server: Any, tmp_path: Path, name: str) -> None:
    many = {"items": [{"item_id": name, "title": "X"}, {"item_id": "fine", "title": "Y"}]}
    answer = server.post("/v1/items", json=many)
    assert (answer.status_code, answer.json()["field"]) == (422, "item_id")
    assert server.get("/v1/items/fine").status_code == 404, "none of them"
    if name.strip() == name:
        file = tmp_path / "items.csv"
        file.write_text(f"item_id,title\n{name},X\nfine,Y\n")
        beholder("init", tmp_path / "shop")
        _, told = beholder("import", tmp_path / "shop", "--items", file)
        assert "item id is a path that no browser asks for" in told
        clicks = tmp_path / "clicks.csv"
        clicks.write_text(f"user,item_id\nu,{name}\nu,fine\nv,fine\n")
        beholder("import", tmp_path / "shop", "--interactions", clicks)
        beholder("init", tmp_path / "empty")
        beholder("import", tmp_path / "empty", "--interactions", clicks)
        assert set(items_of(tmp_path / "empty")) == {"fine"}
    else:
        put = server.put(f"/v1/items/{name}", json={"title": "X"})
        assert put.status_code == 422
        assert "has spaces around it" in put.json()["detail"]
