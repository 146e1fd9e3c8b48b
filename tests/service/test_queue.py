"""A server with more to do than it can: simpler answers first, then refusals, never silence."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from pathlib import Path

import pytest

from beholder.service.queue import (
    ANSWER,
    EVENTS,
    PAGE,
    RETURNS,
    SIMPLER,
    STANDS,
    Bound,
    Queue,
    deadline,
)
from beholder.workspace import Workspace
from live_server import Server

AT_ONCE = 600
SLOW = (sys.executable, str(Path(__file__).with_name("slow_server.py")))
EVENT = {"user": "queued", "kind": "like"}


def test_a_hiccup_is_no_overload_and_a_wait_that_stands_is() -> None:
    bound = Bound(0.2)
    assert not bound.over(0.3, 10.0)
    assert not bound.over(0.3, 10.0 + STANDS / 2)
    assert not bound.over(0.1, 10.0 + STANDS)  # it was a hiccup
    assert not bound.over(0.3, 11.0)
    assert bound.over(0.3, 11.0 + 1.5 * STANDS)
    assert not bound.over(0.2, 11.2)
    assert bound.over(0.3, 11.3)  # the same flood: it is not let in for another while
    assert not bound.over(0.0, 11.4)
    assert not bound.over(0.3, 11.3 + 2 * RETURNS)


def test_two_waits_an_hour_apart_are_no_wait_that_stands() -> None:
    bound = Bound(0.2)
    assert not bound.over(0.3, 0.0)
    assert not bound.over(0.3, 3_600.0)


def test_who_comes_while_others_work_waits_and_who_is_alone_does_not() -> None:
    async def waits() -> list[bool]:
        queue, found = Queue(), []

        async def ask() -> None:
            queue.join()
            found.append(queue.over(SIMPLER))
            time.sleep(0.12)

        await asyncio.gather(*(ask() for _ in range(4)))
        await asyncio.sleep(0)
        for _ in range(4):  # one after the other, as by one person
            await ask()
            await asyncio.sleep(0)
        return found

    assert asyncio.run(waits()) == [False, False, True, True] + 4 * [False]


def test_each_kind_of_request_has_its_deadline() -> None:
    assert deadline("POST", "/v1/interactions") == EVENTS
    assert deadline("GET", "/v1/recommendations") == ANSWER
    assert deadline("GET", "/") == PAGE


def flooded(
    server: Server, path: str, body: dict[str, object] | None = None
) -> list[tuple[int, dict[str, str], dict[str, object]]]:
    """Ask so many times at the same moment; return status, headers and JSON of each answer."""
    data = b"" if body is None else json.dumps(body).encode()
    head = f"Host: localhost\r\nConnection: close\r\nContent-Length: {len(data)}\r\n"
    head += "Content-Type: application/json\r\n\r\n"
    request = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\n{head}".encode() + data
    connections = [socket.create_connection(server.address, timeout=60) for _ in range(AT_ONCE)]
    for connection in connections:
        connection.sendall(request)
    found = []
    for connection in connections:
        text = b""
        while part := connection.recv(1 << 20):
            text += part
        connection.close()
        begin, _, told = text.partition(b"\r\n\r\n")
        first, *lines = begin.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        found.append((int(first.split()[1]), headers, json.loads(told)))
    return found


def test_answers_get_simpler_then_are_refused_and_a_no_stays_a_no(workspace: Workspace) -> None:
    with Server(workspace.root, program=SLOW) as server, server.client() as client:
        usual = client.get("/v1/recommendations", params={"user": "nobody-yet"}).json()
        popular = [item["id"] for item in usual["items"]]
        for item, kind in ((popular[0], "like"), (popular[1], "dislike"), (popular[2], "hide")):
            event = EVENT | {"item": item, "kind": kind}
            assert client.post("/v1/interactions", json=event).status_code == 200
        answers = flooded(server, "/v1/recommendations?user=queued")
        assert {status for status, _, _ in answers} == {200, 503}
        for status, headers, body in answers:
            if status == 503:
                assert body["code"] == "overloaded"
                assert 1 <= int(headers["retry-after"]) <= 3
        told = [body for status, _, body in answers if status == 200]
        simple = [body for body in told if body["degraded"] == "popular"]
        assert 0 < len(simple) < len(told)
        for body in simple:
            assert [item["id"] for item in body["items"]][:17] == popular[3:]
            assert body["level"] == "popular"
            assert body.keys() == usual.keys()
            assert body["items"][0] == usual["items"][3]
        assert client.get("/health/live").status_code == 200
        after = client.get("/v1/recommendations", params={"user": "queued"}).json()
        assert (after["degraded"], after["level"]) == (None, "personal")


def test_what_is_asked_by_post_is_simpler_too_and_follows_the_rules_of_the_moment(
    workspace: Workspace,
) -> None:
    with Server(workspace.root, program=SLOW) as server, server.client() as client:
        first, second, third, *_ = client.get("/v1/recommendations").json()["items"]
        asked: dict[str, object] = {"k": 5, "exclude": [second["id"]]}
        for banned in (None, third["attributes"]["family"]):
            if banned is not None:
                with workspace.toml.open("a") as file:
                    file.write(f"\n[[rules]]\nrule = 'ban'\nwhere = \"family = '{banned}'\"\n")
                time.sleep(1.5)
            answers = flooded(server, "/v1/recommendations", asked)
            assert {status for status, _, _ in answers} == {200, 503}
            simple = [body["items"] for _, _, body in answers if body.get("degraded")]
            assert simple
            for items in simple:
                assert second["id"] not in [item["id"] for item in items]
                if banned is None:
                    assert [item["id"] for item in items[:2]] == [first["id"], third["id"]]
                else:
                    assert banned not in [item["attributes"]["family"] for item in items]


@pytest.mark.parametrize("path", ["/health/live", "/v1/users/queued/export"])
def test_what_may_always_be_asked_for_is_never_refused(server: Server, path: str) -> None:
    with server.client(headers=server.operator) as operator:
        assert operator.get(path).status_code in (200, 404)
        answers = flooded(server, "/health/live")
        assert {status for status, _, _ in answers} == {200}
