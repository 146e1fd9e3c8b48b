"""What clients of others send to a running server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from command_line import beholder
from live_server import Server

N = 60
DEEP = "[" * 5_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("asked")
    shop = folder / "shop"
    titles = (f"i{i:02},Thing {i} {('red', 'green', 'blue')[i % 3]}" for i in range(N))
    (folder / "items.csv").write_text("\n".join(("item_id,title", *titles)))
    clicks = (
        f"u{u},i{(3 * step * (u + 1) + u) % N:02},{1_700_000_000 + 1000 * step + u}"
        for u in range(40)
        for step in range(8)
    )
    (folder / "clicks.csv").write_text("\n".join(("user,item,time", *clicks)))
    beholder("init", shop)
    files = ("--items", folder / "items.csv", "--interactions", folder / "clicks.csv")
    beholder("import", shop, *files)
    beholder("train", shop, "--budget", "5s")
    with Server(shop) as server, server.client(headers=server.operator) as open_client:
        yield open_client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/recommendations"), ("POST", "/v1/score"), ("POST", "/recommend"),
        ("PATCH", "/v1/items/i00"), ("PUT", "/v1/users/u1/profiling"),
    ],
)  # fmt: skip
def test_a_body_of_brackets_is_malformed(client: httpx.Client, method: str, path: str) -> None:
    said = client.request(method, path, content=DEEP, headers={"content-type": "application/json"})
    # These read no further than the first bracket, where an object is wanted.
    shape = path == "/recommend" or method in ("PATCH", "PUT")
    expected = (422, "data") if shape else (400, "malformed")
    assert (said.status_code, said.json()["code"]) == expected


@pytest.mark.parametrize(
    "path", ["/", "/health/live", "/docs", "/v1/recommendations?user=u1", "/v1/items/i00"]
)
def test_head_answers_like_get_without_a_body(client: httpx.Client, path: str) -> None:
    head, got = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_a_moment_in_seconds_is_no_moment_of_1970(client: httpx.Client) -> None:
    event = {"user": "late", "item": "i05", "kind": "like", "time": int(time.time())}
    said = client.post("/v1/interactions", json=event)
    assert said.status_code == 422
    assert "milliseconds" in said.text


@pytest.mark.parametrize("kind", ["like", "dislike", "hide", "click"])
def test_each_item_stands_once_though_something_happens_between_pages(
    client: httpx.Client, kind: str
) -> None:
    user = f"reader-{kind}"
    wanted = {"user": user, "k": 4}
    page = client.get("/v1/recommendations", params=wanted).json()
    shown = [place["id"] for place in page["items"]]
    for number in range(2, 30):
        if not page["next"]:
            break
        page = client.get("/v1/recommendations", params=wanted | {"page": page["next"]}).json()
        shown += [place["id"] for place in page["items"]]
        if number == 2:
            event = {"user": user, "item": page["items"][1]["id"], "kind": kind}
            assert client.post("/v1/interactions", json=event).status_code == 200
    assert sorted(shown) == [f"i{i:02}" for i in range(N)]
