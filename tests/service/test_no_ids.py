"""What programs write where they have no id makes no item and no person by accident."""

from __future__ import annotations

import httpx
import pytest

from live_server import Server

WORDS = ["null", "None", "NaN", "undefined", "NULL", " null "]
ITEM = "picture-00001"


@pytest.fixture
def shop(server: Server) -> httpx.Client:
    with server.client(headers=server.operator) as client:
        yield client


def refused(answer: httpx.Response, field: str) -> None:
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert told["field"].endswith(field)
    assert told["remedy"]


@pytest.mark.parametrize("word", WORDS)
def test_no_item_is_made_of_a_word_for_nothing(shop: httpx.Client, word: str) -> None:
    refused(shop.put(f"/v1/items/{word}", json={"title": "A vase"}), "item_id")
    body = {"items": [{"item_id": word, "title": "A vase"}]}
    refused(shop.post("/v1/items", json=body), "item_id")
    assert shop.get(f"/v1/items/{word}").status_code == 404


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("field", ["user", "session"])
def test_nobody_is_asked_for_by_a_word_for_nothing(
    shop: httpx.Client, word: str, field: str
) -> None:
    who = {field: word}
    refused(shop.get("/v1/recommendations", params=who), field)
    refused(shop.post("/v1/recommendations", json=who), field)
    refused(shop.get("/v1/rows/popular", params=who), field)
    refused(shop.get("/v1/explain", params={"item": ITEM, **who}), field)
    refused(shop.post("/v1/score", json={"items": [ITEM], **who}), field)
    assert shop.post("/v1/recommendations", json={field: None}).status_code == 200


def test_null_is_no_id_of_an_item(shop: httpx.Client) -> None:
    refused(shop.post("/v1/score", json={"items": [None]}), "items[0]")
    refused(shop.post("/v1/recommendations", json={"history": [None]}), "history[0]")
    refused(shop.post("/v1/recommendations", json={"exclude": [None]}), "exclude[0]")
    body = {"items": [{"item_id": None, "title": "A vase"}]}
    refused(shop.post("/v1/items", json=body), "items[0].item_id")


@pytest.mark.parametrize("word", WORDS)
def test_who_was_kept_under_such_a_word_can_be_erased(shop: httpx.Client, word: str) -> None:
    assert shop.delete(f"/v1/users/{word}").status_code in (200, 404)
    assert shop.get(f"/v1/users/{word}/export").status_code == 200


@pytest.mark.parametrize("word", WORDS)
def test_nothing_is_kept_of_what_nobody_allows(shop: httpx.Client, word: str) -> None:
    for kind in ("user", "session"):
        path, asked = f"/v1/users/{word}", {"kind": kind}
        refused(shop.put(f"{path}/purposes", params=asked, json={"train": False}), kind)
        refused(shop.put(f"{path}/profiling", params=asked, json={"profiling": False}), kind)


def test_an_id_is_no_longer_than_an_id_and_has_no_control_character(shop: httpx.Client) -> None:
    for who in ("ä" * 200, "a\0b"):
        refused(shop.get("/v1/recommendations", params={"user": who}), "user")
