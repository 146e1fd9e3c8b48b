"""Bodies nested so deeply that no reader can follow them."""

from __future__ import annotations

import httpx
import pytest

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
