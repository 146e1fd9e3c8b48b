"""Lists that were served are stored, under whom they were for, and what became of them is told."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import httpx

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
        assert client.delete("/v1/users/gone").json()["answers"] == 1  # written or waiting
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
