"""Rows over HTTP: each visitor has their own views, and everybody the same of the others."""

from __future__ import annotations

import httpx


def test_every_row_is_a_list_with_the_key_of_its_title(client: httpx.Client) -> None:
    for user in ("rows", "another"):
        view = {"user": user, "item": "picture-00003", "kind": "view"}
        assert client.post("/v1/interactions", json=view).status_code == 200
    for name in ("recently-viewed", "trending", "new", "popular"):
        row = client.get(f"/v1/rows/{name}", params={"user": "rows", "k": 3}).json()
        assert row["title"] == "row_" + name.replace("-", "_")
        assert 0 < len(row["items"]) <= 3
        assert {"id", "title", "picture", "score"} <= row["items"][0].keys()
    mine = client.get("/v1/rows/recently-viewed", params={"user": "rows"}).json()
    assert [item["id"] for item in mine["items"]] == ["picture-00003"]
    assert client.get("/v1/rows/recently-viewed").json()["items"] == []


def test_a_filter_and_what_is_wrong(client: httpx.Client) -> None:
    first = client.get("/v1/rows/popular", params={"k": 1}).json()["items"][0]
    family = first["attributes"]["family"]
    wanted = {"filter": f"family = '{family}'", "k": 50}
    found = client.get("/v1/rows/popular", params=wanted).json()["items"]
    assert {item["attributes"]["family"] for item in found} == {family}
    best = client.get("/v1/rows/best")
    assert (best.status_code, best.json()["code"]) == (404, "unknown-row")
    assert "recently-viewed" in best.json()["remedy"]
    assert client.get("/v1/rows/popular", params={"filter": "family ="}).status_code == 422
    assert client.get("/v1/rows/popular", params={"page": "x"}).json()["field"] == "page"
