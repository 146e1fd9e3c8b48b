from __future__ import annotations

import json

import httpx

from beholder.workspace import Workspace
from live_server import Server


def level(client: httpx.Client, user: str) -> str:
    found: str = client.get("/v1/recommendations", params={"user": user}).json()["level"]
    return found


def like(client: httpx.Client, user: str, item: str = "picture-00005") -> httpx.Response:
    return client.post("/v1/interactions", json={"user": user, "item": item, "kind": "like"})


def test_a_person_is_exported_and_then_erased_with_a_proof(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, "leaving/soon")
        export = client.get("/v1/users/leaving%2Fsoon/export")
        assert export.headers["content-type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in export.text.splitlines()]
        assert [line["record"] for line in lines] == ["about", "person", "event"]
        assert lines[2]["item"] == "picture-00005"
        receipt = client.delete("/v1/users/leaving%2Fsoon").json()
        assert receipt["known"] is True
        assert receipt["events"] == 1
        (about,) = client.get("/v1/users/leaving%2Fsoon/export").text.splitlines()
        assert json.loads(about)["record"] == "about"
        assert level(client, "leaving/soon") == "popular"
        late = like(client, "leaving/soon")
        assert (late.status_code, late.json()["code"]) == (410, "erased")
        assert "leaving" not in late.text
        body = {"user": "leaving/soon", "item": "picture-00005", "kind": "like"}
        many = client.post("/v1/interactions", json={"events": [body]})
        assert many.json()["events"][0]["status"] == "erased", "of many, each has its own"
        assert level(client, "leaving/soon") == "popular"
        client.put("/v1/users/leaving%2Fsoon/profiling", json={"profiling": True})
        assert like(client, "leaving/soon").status_code == 200
        assert level(client, "leaving/soon") == "personal"


def test_an_unknown_person_gets_the_same_answers(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        receipt = client.delete("/v1/users/never-here")
        assert receipt.status_code == 200
        assert receipt.json()["events"] == 0
        assert client.get("/v1/users/never-here/export").status_code == 200


def test_profiling_off_counts_from_the_next_answer_on(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        like(client, "private")
        assert level(client, "private") == "personal"
        off = client.put("/v1/users/private/profiling", json={"profiling": False})
        assert off.json() == {"profiling": False}
        assert level(client, "private") == "popular"
        client.put("/v1/users/private/profiling", json={"profiling": True})
        assert level(client, "private") == "personal"


def test_two_people_without_profiling_get_the_same_items(server: Server) -> None:
    with server.client(headers=server.operator) as client:
        shown = []
        for user, item in (("off-1", "picture-00001"), ("off-2", "picture-00090")):
            like(client, user, item)
            client.put(f"/v1/users/{user}/profiling", json={"profiling": False})
            shown.append(client.get("/v1/recommendations", params={"user": user}).json()["items"])
    assert shown[0] == shown[1]


def test_the_log_holds_nothing_of_people(workspace: Workspace) -> None:
    canary = "canary-4711"
    logged = Server(workspace.root, "--log")
    with logged as server, server.client(headers=server.operator) as client:
        like(client, canary)
        client.get("/v1/recommendations", params={"user": canary})
        client.get("/v1/recommendations", params={"user": canary, "k": "0"})
        client.post("/v1/interactions", json={"user": canary, "item": canary, "kind": "x"})
        client.get(f"/v1/users/{canary}/export")
        client.delete(f"/v1/interactions/{canary}", params={"user": canary})
        key = server.key
    requests = [json.loads(line) for line in server.errors if line.startswith("{")]
    assert {"/v1/users/{user_id}/export", "/v1/recommendations"} <= {r["route"] for r in requests}
    assert canary not in "\n".join(server.errors)
    assert sum(key in line for line in server.errors) == 1  # where it was shown
