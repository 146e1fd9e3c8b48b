"""Bodies nested so deeply that no reader can follow them."""

from __future__ import annotations

import httpx
import pytest

from live_server import Server

DEEP = [b"[" * 100_000, b'{"history":' + b"[" * 990 + b"]" * 990 + b"}", b'{"x":' * 3_000]


@pytest.mark.parametrize("body", DEEP, ids=["brackets", "history", "objects"])
@pytest.mark.parametrize(
    "path", ["/v1/recommendations", "/v1/score", "/v1/seen", "/v1/interactions", "/recommend"]
)
def test_a_deep_body_is_refused_as_malformed(client: httpx.Client, path: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] != "internal"
    assert client.get("/health/live").status_code == 200


def test_an_empty_body_is_no_json_on_every_route_that_wants_some(server: Server) -> None:
    paths = ("/v1/recommendations", "/v1/seen", "/v1/score", "/v1/interactions", "/v1/search")
    with server.client(headers=server.operator | {"content-type": "application/json"}) as client:
        for path in (*paths, "/v1/items", "/v1/visitors"):
            refused = client.post(path)
            assert (refused.status_code, refused.json()["code"]) == (400, "malformed"), path
            assert refused.json()["detail"] == "the body is no valid JSON"
