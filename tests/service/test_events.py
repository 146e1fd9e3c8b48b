from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from live_server import Server


@pytest.fixture(scope="module")
def two(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("two") / "copy"
    shutil.copytree(trained, root)
    with Server(root, workers=2) as running:
        yield running


def event(**fields: object) -> dict[str, object]:
    return {"user": "u-1", "item": "picture-00001", "kind": "like", **fields}


def fresh_id() -> str:
    return uuid.uuid4().hex


def test_an_event_in_one_process_changes_the_next_answer_of_the_other(two: Server) -> None:
    for round_ in range(10):
        user = f"person-{round_}"
        liked = f"picture-{round_:05d}"
        with two.client() as sender:
            assert sender.post("/v1/interactions", json=event(user=user, item=liked)).is_success
        for _ in range(6):  # each connection goes to either process
            with two.client() as asker:
                answer = asker.get("/v1/recommendations", params={"user": user}).json()
            assert answer["level"] == "personal"
            assert liked not in [item["id"] for item in answer["items"]]


def test_the_same_event_counts_once(client: httpx.Client) -> None:
    sent = event(event_id=fresh_id())
    statuses = [
        client.post("/v1/interactions", json=sent).json()["events"][0]["status"] for _ in range(3)
    ]
    assert statuses == ["stored", "same", "same"]


def test_the_same_id_with_another_body_is_a_conflict(client: httpx.Client) -> None:
    name = fresh_id()
    assert client.post("/v1/interactions", json=event(event_id=name)).status_code == 200
    other = client.post("/v1/interactions", json=event(event_id=name, kind="dislike"))
    assert other.status_code == 409
    assert other.json()["code"] == "conflict"


def test_of_many_events_each_has_its_own_status(client: httpx.Client) -> None:
    name = fresh_id()
    client.post("/v1/interactions", json=event(event_id=name))
    many = [event(event_id=name), event(event_id=name, kind="save"), event(item="none"), event()]
    answer = client.post("/v1/interactions", json={"events": many})
    assert answer.status_code == 200
    statuses = [each["status"] for each in answer.json()["events"]]
    assert statuses == ["same", "conflict", "unknown-item", "stored"]


def test_an_unknown_item_is_not_found(client: httpx.Client) -> None:
    answer = client.post("/v1/interactions", json=event(item="none"))
    assert (answer.status_code, answer.json()["field"]) == (404, "item")


def test_an_event_taken_back_no_longer_counts(client: httpx.Client) -> None:
    user, name = f"fickle-{fresh_id()}", fresh_id()
    client.post("/v1/interactions", json=event(user=user, event_id=name))
    level = client.get("/v1/recommendations", params={"user": user}).json()["level"]
    undone = client.delete(f"/v1/interactions/{name}", params={"user": user})
    after = client.get("/v1/recommendations", params={"user": user}).json()["level"]
    again = client.delete(f"/v1/interactions/{name}", params={"user": user})
    assert (level, undone.status_code, after, again.status_code) == (
        "personal",
        200,
        "popular",
        404,
    )


def test_nobody_takes_back_the_event_of_another(client: httpx.Client) -> None:
    name = fresh_id()
    client.post("/v1/interactions", json=event(user="owner", event_id=name))
    assert client.delete(f"/v1/interactions/{name}", params={"user": "other"}).status_code == 404
    assert client.delete(f"/v1/interactions/{name}", params={"user": "owner"}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "adore"}, "kind"),
        ({"user": ""}, "user"),
        ({"user": None}, "user"),
        ({"session": "s-1"}, "user"),
        ({"time": -5}, "time"),
        ({"time": 32_503_680_000_000}, "time"),
        ({"time": 1_795_866_574}, "time"),  # seconds
        ({"user": "line\nbreak"}, "user"),
        ({"user": "null"}, "user"),
        ({"user": "None"}, "user"),
        ({"user": None, "session": "undefined"}, "session"),
        ({"item": None}, "item"),
        ({"colour": "red"}, "colour"),
        ({"value": "much"}, "value"),
        ({"time": 5}, "time"),
        ({"kind": "rating"}, "value"),
        ({"kind": "satisfaction"}, "value"),
        ({"kind": "purchase", "value": -1}, "value"),
        ({"kind": "cart", "value": -0.5}, "value"),
        ({"kind": "watch", "value": -3}, "value"),
    ],
)
def test_malformed_events_are_refused_whole(
    client: httpx.Client, wrong: dict[str, object], field: str
) -> None:
    answer = client.post("/v1/interactions", json={"events": [event(), event(**wrong)]})
    assert answer.status_code == 422
    name = f"events[1].{field}"
    assert answer.json()["field"] == name
    alone = client.post("/v1/interactions", json=event(**wrong))
    assert alone.json()["field"] == field


def test_more_events_than_the_limit_are_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/interactions", json={"events": [event()] * 1001})
    assert answer.status_code == 413
