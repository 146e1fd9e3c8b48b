"""Lists that were served are stored, under whom they were for, and what became of them is told."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import httpx

from beholder.engine.cursor import LONGEST
from beholder.workspace import Workspace
from live_server import Server

FORM = (
    r'name="item" value="([^"]+)"(?:.|\n)*?'
    r'name="answer" value="([0-9a-f]+)"><input type="hidden" name="place" value="(\d+)"'
)
PATIENCE = 20.0  # seconds; the writer takes answers once a second


def answers_of(client: httpx.Client, who: str, least: int, **query: str) -> list[dict[str, Any]]:
    """Return the stored answers of somebody, once there are so many."""
    deadline = time.monotonic() + PATIENCE
    while True:
        told = client.get(f"/v1/users/{who}/export", params=query).text.splitlines()
        found = [r for r in map(json.loads, told) if r["record"] == "answer"]
        if len(found) >= least or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def like(client: httpx.Client, item: str = "picture-00005", **more: Any) -> httpx.Response:
    return client.post("/v1/interactions", json={"item": item, "kind": "like", **more})


def test_lists_are_stored_with_the_export_of_their_person(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, user="reader")
        first = client.get("/v1/recommendations", params={"user": "reader", "k": 4}).json()
        query = {"user": "reader", "k": 3, "page": first["next"]}
        second = client.get("/v1/recommendations", params=query).json()
        assert (first["place"], second["place"]) == (0, 4)
        other = client.post("/v1/recommendations", json={"user": "reader", "k": 2}).json()
        found = {one["answer"]: one for one in answers_of(client, "reader", 2)}
        assert found.keys() == {first["answer"], other["answer"]}
        shown = [item["id"] for page in (first, second) for item in page["items"]]
        assert found[first["answer"]]["items"] == shown
        assert found[first["answer"]]["bundle"] == first["bundle"]


def test_health_tells_what_became_of_answers(workspace: Workspace) -> None:
    with Server(workspace.root) as server, server.client() as client:
        for _ in range(3):
            client.get("/v1/recommendations")
        client.get("/v1/items/picture-00005/similar")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            told = client.get("/health/ready").json()["answers"]
            if told["stored"] == 4:
                break
            time.sleep(0.1)
        assert told == {"waiting": 0, "stored": 4, "dropped": 0, "unknown": 0}


def test_a_share_of_zero_stores_none(workspace: Workspace) -> None:
    none = Server(workspace.root, settings={"serve.log_answers": "0"})
    with none as server, server.client(headers=server.operator) as client:
        like(client, user="unread")
        client.get("/v1/recommendations", params={"user": "unread"})
        told = client.get("/health/ready").json()["answers"]
        assert told == {"waiting": 0, "stored": 0, "dropped": 0, "unknown": 0}


def test_an_erased_person_leaves_no_answer(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, user="gone")
        client.get("/v1/recommendations", params={"user": "gone"})
        assert len(answers_of(client, "gone", 1)) == 1  # else it may be on its way
        assert client.delete("/v1/users/gone").json()["answers"] == 1
        assert answers_of(client, "gone", 0) == []


def test_an_event_names_the_place_of_the_list_that_showed_its_item(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        told = {"answer": "0123456789abcdef", "place": 7}
        assert like(client, user="placed", **told).json()["events"][0]["status"] == "stored"
        lines = map(json.loads, client.get("/v1/users/placed/export").text.splitlines())
        (event,) = [line for line in lines if line["record"] == "event"]
        assert {key: event[key] for key in told} == told
        for wrong in ({"answer": "x"}, {"answer": "0a", "place": -1}, {"place": 1}):
            refused = like(client, user="placed", **wrong)
            assert refused.status_code == 422
            assert refused.json()["field"] in wrong


def test_a_button_without_scripts_says_which_list_it_stood_in(server: Server) -> None:
    with server.client() as browser, server.client(headers=server.operator) as client:
        page = browser.get("/").text
        item, answer, place = re.findall(FORM, page)[3]
        assert place == "3"
        data = {"item": item, "kind": "like", "back": "/", "answer": answer, "place": place}
        assert browser.post("/react", data=data).status_code == 303
        session = browser.cookies["beholder_visitor"].partition(".")[0]
        export = client.get(f"/v1/users/{session}/export", params={"kind": "session"}).text
        (event,) = [e for e in map(json.loads, export.splitlines()) if e["record"] == "event"]
        assert (event["item"], event["answer"], event["place"]) == (item, answer, 3)


def marked(client: httpx.Client, who: str, answer: str, **query: str) -> list[int]:
    """Return the places of a stored answer that were in sight, once there are some."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = {one["answer"]: one["seen"] for one in answers_of(client, who, 1, **query)}
        if found.get(answer) or time.monotonic() > deadline:
            return found.get(answer, [])
        time.sleep(0.1)


def test_places_in_sight_are_marked_and_are_no_events(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, user="watcher")
        answer = client.get("/v1/recommendations", params={"user": "watcher", "k": 5}).json()
        told = {"answer": answer["answer"], "places": [3, 0, 3]}
        for _ in range(2):
            reply = client.post("/v1/seen", json=told)
            assert (reply.status_code, reply.json()) == (202, {"places": 2})
        assert marked(client, "watcher", answer["answer"]) == [0, 3]
        again = client.get("/v1/recommendations", params={"user": "watcher", "k": 5}).json()
        assert [item["id"] for item in again["items"]] == [item["id"] for item in answer["items"]]
        lines = client.get("/v1/users/watcher/export").text.splitlines()
        assert [r["record"] for r in map(json.loads, lines)].count("event") == 1


def test_a_browser_speaks_of_its_own_answers_alone(server: Server) -> None:
    away = {"host": "shop.example"}  # no longer asked for by a name of this machine
    with server.client(headers=server.operator) as client, server.client() as browser:
        like(client, user="victim")
        answer = client.get("/v1/recommendations", params={"user": "victim", "k": 5}).json()
        assert answers_of(client, "victim", 1)
        before = client.get("/health/ready").json()["answers"]["unknown"]
        browser.get("/")
        told = {"answer": answer["answer"], "places": [1]}
        assert browser.post("/v1/seen", json=told, headers=away).status_code == 202
        deadline = time.monotonic() + PATIENCE
        while client.get("/health/ready").json()["answers"]["unknown"] == before:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert [one["seen"] for one in answers_of(client, "victim", 1)] == [[]]


def test_what_is_no_place_is_refused(client: httpx.Client) -> None:
    for wrong in (
        {"answer": "x", "places": [1]},
        {"answer": "0a", "places": [-1]},
        {"answer": "0a", "places": [10_000]},
        {"answer": "0a"},
        {"answer": "0a", "places": [0] * 1_001},
    ):
        assert client.post("/v1/seen", json=wrong).status_code == 422
    assert client.post("/v1/seen", json={"answer": "0a", "places": []}).json() == {"places": 0}


def test_a_request_says_what_may_come_again(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, user="again")
        query = {"user": "again", "k": 120}

        def shown(**more: str) -> set[str]:
            got = client.get("/v1/recommendations", params=query | more).json()
            posted = client.post("/v1/recommendations", json=query | more).json()
            assert [i["id"] for i in got["items"]] == [i["id"] for i in posted["items"]]
            return {item["id"] for item in got["items"]}

        assert "picture-00005" not in shown() | shown(repeat="never")
        assert "picture-00005" in shown(repeat="allow")
        wrong = client.get("/v1/recommendations", params={"repeat": "often"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "repeat")


def test_an_explanation_tells_how_an_item_stood_in_an_answer(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, user="asker")
        first = client.get("/v1/recommendations", params={"user": "asker", "k": 4}).json()
        answers_of(client, "asker", 1)  # written
        asked = {"user": "asker", "item": first["items"][2]["id"], "answer": first["answer"]}
        told = client.get("/v1/explain", params=asked).json()
        assert told["placed"]["place"] == 2
        assert told["placed"]["score"] == first["items"][2]["score"]
        assert told["rules"] == []
        refused = client.get("/v1/explain", params=asked | {"user": "somebody else"})
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown-answer")


def test_a_page_that_is_longer_than_any_does_not_exist(server: Server) -> None:
    with server.client() as client:
        answer = client.post("/v1/recommendations", json={"page": "A" * (LONGEST + 1)})
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (422, "usage", "page")
    assert "does not exist" in told["detail"]
    assert "without `page`" in told["remedy"]


def test_a_page_of_somebody_elses_answer_is_refused(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, user="asker")
        first = client.get("/v1/recommendations", params={"user": "asker", "k": 4}).json()
        for user, status in (("asker", 200), ("somebody else", 422)):
            asked = {"user": user, "k": 4, "page": first["next"]}
            by_post = client.post("/v1/recommendations", json=asked)
            by_get = client.get("/v1/recommendations", params=asked)
            assert (by_get.status_code, by_post.status_code) == (status, status)
            if status == 200:
                assert by_get.json() == by_post.json()


def test_what_is_similar_and_what_is_found_is_filtered(client: httpx.Client) -> None:
    everything = client.get("/v1/items/picture-00005/similar", params={"k": 200}).json()["items"]
    family = everything[0]["attributes"]["family"]
    held = [one["id"] for one in everything if one["attributes"].get("family") == family]
    text = f"family = '{family}'"
    asked = {"k": 200, "filter": text}
    found = client.get("/v1/items/picture-00005/similar", params=asked).json()["items"]
    assert [one["id"] for one in found] == held
    assert len(held) < len(everything)
    body = {"words": family, "k": 100, "filter": f"not ({text})"}
    for one in client.post("/v1/search", json=body).json()["items"]:
        assert one["attributes"]["family"] != family
    refused = client.get("/v1/items/picture-00005/similar", params={"filter": "famly = 'x'"})
    assert refused.status_code == 422
