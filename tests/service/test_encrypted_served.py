"""A shop whose events are encrypted, on the roads that people take."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from beholder.store import Store
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from live_server import Server
from planted import World, workspace_of


@pytest.fixture(scope="module")
def shop(world: World, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("encrypted") / "shop"
    made = workspace_of(world, root, "\n[privacy]\nencrypt_events = true\n")
    train_workspace(made, budget="2s", models=("itemknn", "words"))
    return made


def asked(client: httpx.Client, user: str) -> tuple[str, list[str]]:
    told = client.get("/v1/recommendations", params={"user": user, "k": 10}).json()
    return told["level"], [item["id"] for item in told["items"]]


def row(client: httpx.Client, name: str, user: str) -> list[str]:
    told = client.get(f"/v1/rows/{name}", params={"user": user}).json()
    return [item["id"] for item in told["items"]]


def test_what_somebody_likes_counts_at_once_survives_and_is_forgotten(shop: Workspace) -> None:
    with Server(shop.root) as server, server.client(headers=server.operator) as client:
        before = asked(client, "newcomer")
        assert before[0] == "popular"
        told = {"user": "newcomer", "kind": "like"}
        events = [{**told, "item": f"item-{n:04d}", "event_id": f"e{n}"} for n in (3, 11, 19)]
        (one,) = client.post("/v1/interactions", json=events[0]).json()["events"]
        assert one["status"] == "stored"
        many = client.post("/v1/interactions", json={"events": events}).json()["events"]
        assert [one["status"] for one in many] == ["same", "stored", "stored"]
        level, liked = asked(client, "newcomer")
        assert level == "personal"
        assert liked != before[1]
        assert row(client, "recently-viewed", "newcomer") == [f"item-{n:04d}" for n in (19, 11, 3)]
        assert client.delete("/v1/interactions/e19", params={"user": "newcomer"}).is_success
        assert len(row(client, "recently-viewed", "newcomer")) == 2
        liked = asked(client, "newcomer")[1]
        operator = server.operator
    with Server(shop.root) as server, server.client(headers=operator) as client:
        assert asked(client, "newcomer") == ("personal", liked)
        with Store.open(shop) as store:
            known = store.training_events().n_users
        train_workspace(shop, budget="2s", models=("itemknn", "words"))
        assert asked(client, "newcomer")[0] == "personal"
        assert client.delete("/v1/users/newcomer").json()["events"] == 2
        assert asked(client, "newcomer")[0] == "popular"
        assert len(client.get("/v1/users/newcomer/export").text.splitlines()) == 1
    with Store.open(shop) as store:
        assert store.training_events().n_users == known - 1
    assert not any(path.suffix == ".parquet" for path in Path(shop.store).rglob("*"))
