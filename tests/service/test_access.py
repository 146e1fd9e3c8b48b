from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from litestar.routes import HTTPRoute

import forked
from beholder.service import tokens
from beholder.service.access import MAY, NEEDS
from beholder.service.app import build
from beholder.service.door import is_loopback
from beholder.service.keys import SCOPES, KeyFile
from beholder.service.tokens import Token
from beholder.service.visitor import secret_of
from beholder.workspace import Workspace
from live_server import COMMAND, Server

SHOP = "https://shop.example"
FOR_TOKENS = {
    ("GET", "/v1/recommendations"),
    ("POST", "/v1/recommendations"),
    ("GET", "/v1/rows/{name}"),
    ("GET", "/v1/items/{item_id}"),
    ("GET", "/v1/items/{item_id}/similar"),
    ("POST", "/v1/interactions"),
    ("POST", "/v1/seen"),
    ("GET", "/v1/me/purposes"),
    ("PUT", "/v1/me/purposes"),
    ("GET", "/v1/me/export"),
    ("DELETE", "/v1/me"),
}
"""All that a visitor of another site's page may do."""


@pytest.fixture
def away(workspace: Workspace) -> Iterator[Server]:
    """A server that listens on every address, so that everybody needs a key."""
    KeyFile(workspace.secrets).add("tests", ["operator"])
    with Server(workspace.root, "--host", "0.0.0.0") as running:
        running.url = running.url.replace("0.0.0.0", "127.0.0.1")
        yield running


def routes(workspace: Workspace) -> list[tuple[str, str, str | None]]:
    """Every method and path of the application, and what it says its callers need."""
    app = build(workspace).app
    return sorted(
        (method, route.path_format, handler.opt.get("need"))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS" and not route.path_format.startswith("/-")
    )


def test_every_route_declares_what_its_callers_need(workspace: Workspace) -> None:
    found = routes(workspace)
    assert len(found) > 25
    undeclared = [route for route in found if route[2] not in NEEDS]
    assert undeclared == []


def test_what_changes_catalogue_people_or_bundles_needs_a_key_even_on_loopback(
    workspace: Workspace,
) -> None:
    keyless = {
        (method, path)
        for method, path, need in routes(workspace)
        if method != "GET" and need in MAY["local"] | MAY["here"]
    }
    assert keyless == {
        ("POST", "/v1/recommendations"),
        ("POST", "/v1/search"),
        ("POST", "/v1/score"),
        ("POST", "/v1/interactions"),
        ("POST", "/v1/seen"),
        ("POST", "/v1/visitors"),
        ("DELETE", "/v1/interactions/{event_id}"),
        ("POST", "/recommend"),
        ("POST", "/search"),
        ("POST", "/react"),
        # Of whoever asks, and of nobody else.
        ("PUT", "/v1/me/purposes"),
        ("POST", "/me/purposes"),
        ("DELETE", "/v1/me"),
        ("POST", "/me/erase"),
    }


def test_every_route_against_every_role(away: Server, workspace: Workspace) -> None:
    """A role that may not gets 401 or 403 from the route; one that may gets anything else."""
    keys = KeyFile(workspace.secrets)
    roles: dict[str, dict[str, str]] = {"nobody": {}}
    for scope in SCOPES:
        roles[scope] = {"authorization": f"Bearer {keys.add(scope, [scope])[1]}"}
    with away.client() as browser:
        browser.get("/")
        roles["visitor"] = {"cookie": f"beholder_visitor={browser.cookies['beholder_visitor']}"}
    key = keys.publish("web", [SHOP])
    roles["site"] = {"authorization": f"Bearer {key.public}", "origin": SHOP}
    token, _ = tokens.make(secret_of(workspace.secrets), Token(key.id, "0" * 32, None))
    roles["token"] = {"authorization": f"Bearer {token}", "origin": SHOP}
    walked = list(itertools.product(routes(workspace), roles.items()))
    assert len(walked) > 200
    with httpx.Client(base_url=away.url, timeout=60) as client:
        for (method, path, need), (role, headers) in walked:
            filled = re.sub(r"\{\w+\}", "none", path)
            client.cookies.clear()
            answer = client.request(method, filled, headers=headers)
            refused = answer.status_code in (401, 403)
            allowed = need in may_of(role) and (role != "token" or (method, path) in FOR_TOKENS)
            assert refused != allowed, (method, path, role, answer.status_code)


def may_of(role: str) -> frozenset[str]:
    """What a role of the walk may; there is a publishable key, so pictures are for all."""
    if role == "operator":
        return MAY["key"] | frozenset(SCOPES) | {"visitors"}
    if role in SCOPES:
        return MAY["key"] | {role}
    return MAY[role] | {"media"}  # type: ignore[index]


def test_away_from_loopback_a_server_without_keys_does_not_start(workspace: Workspace) -> None:
    command = [*COMMAND, "serve", str(workspace.root), "--host", "0.0.0.0", "--port", "0"]
    command.append("--insecure-http")
    ended = forked.run(command)
    assert ended.returncode == 2
    assert ended.stderr.startswith("beholder: away from loopback every caller needs a key")
    assert ended.stderr.count("\n") == 1


def test_a_browser_can_only_be_itself(away: Server) -> None:
    with away.client() as browser, away.client() as other:
        assert browser.get("/v1/recommendations").status_code == 401
        browser.get("/")
        other.get("/")
        event = {"event_id": "mine", "item": "picture-00001", "kind": "like"}
        assert browser.post("/v1/interactions", json=event).status_code == 200
        assert browser.get("/v1/recommendations").json()["level"] == "session"
        assert other.get("/v1/recommendations").json()["level"] == "popular"
        assert other.delete("/v1/interactions/mine").status_code == 404
        own = browser.cookies["beholder_visitor"].split(".")[0]
        for client, named, status in (
            (browser, {"session": own}, 200),
            (other, {"session": own}, 403),
            (other, {"user": "somebody"}, 403),
        ):
            asked = client.get("/v1/recommendations", params=named)
            assert asked.status_code == status, named
            sent = client.post("/v1/interactions", json={**event, "event_id": "x", **named})
            assert sent.status_code == status, named
            told = client.get("/v1/explain", params={"item": "picture-00002", **named})
            assert told.status_code == status, named


def test_a_changed_cookie_is_nobody(away: Server) -> None:
    with away.client() as browser:
        good = browser.get("/").cookies["beholder_visitor"]
        name, moment, mark = good.split(".")
        forged = [f"{'0' * 32}.{moment}.{mark}", f"{name}.{moment}.{'0' * 64}", "", "a.b.c"]
        for cookie in [*forged, f"{name}.{'f' * 8}.{mark}"]:
            browser.cookies.clear()
            headers = {"cookie": f"beholder_visitor={cookie}"}
            assert browser.get("/v1/recommendations", headers=headers).status_code == 401


def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(client: httpx.Client) -> None:
    cookie = client.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert 86_400 <= int(re.findall(r"Max-Age=(\d+)", cookie)[0]) <= 30 * 86_400


@pytest.mark.parametrize("token", ["bhk_wrong", "Basic abc", "\u00ff"])
def test_a_wrong_key_is_refused_everywhere(client: httpx.Client, token: str) -> None:
    headers = {"authorization": f"Bearer {token}".encode("latin-1")}
    answer = client.get("/v1/recommendations", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert token not in answer.text


def test_a_revoked_key_is_refused_at_its_next_use(away: Server, workspace: Workspace) -> None:
    keys = KeyFile(workspace.secrets)
    key, token = keys.add("short", ["recommend"])
    with away.client(headers={"authorization": f"Bearer {token}"}) as client:
        assert client.get("/v1/recommendations").status_code == 200
        keys.revoke(key.id)
        assert client.get("/v1/recommendations").status_code == 401


def test_only_the_hash_of_a_key_is_kept_and_only_for_its_owner(workspace: Workspace) -> None:
    keys = KeyFile(workspace.secrets)
    _, token = keys.add("one", ["recommend"])
    found = keys.path.read_text()
    assert token not in found
    assert token.removeprefix("bhk_") not in found
    assert keys.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:80"},
        {"host": "127.0.0.1.evil.example"},
        {"x-forwarded-for": "203.0.113.7"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-host": "localhost"},
        {"x-forwarded-proto": "https"},
        {"x-real-ip": "127.0.0.1"},
        {"forwarded": "for=203.0.113.7"},
        {"via": "1.1 somebody"},
    ],
)
def test_a_foreign_name_or_a_proxy_is_not_loopback(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    assert client.get("/v1/recommendations", headers=headers).status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_pages_of_other_sites_change_nothing(client: httpx.Client, origin: str) -> None:
    event = {"user": "u", "item": "picture-00001", "kind": "like"}
    answer = client.post("/v1/interactions", json=event, headers={"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_our_own_page_may_post(client: httpx.Client, server: Server) -> None:
    event = {"user": "u", "item": "picture-00001", "kind": "like"}
    own = client.post("/v1/interactions", json=event, headers={"origin": server.url})
    assert own.status_code == 200


def test_named_origins_may_ask_and_read(workspace: Workspace) -> None:
    shop = "https://shop.example"
    settings = {"serve.cors_origins": f'["{shop}"]'}
    with Server(workspace.root, settings=settings) as running, running.client() as client:
        asked = client.options(
            "/v1/interactions",
            headers={"origin": shop, "access-control-request-method": "POST"},
        )
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == shop
        event = {"user": "u", "item": "picture-00001", "kind": "like"}
        sent = client.post("/v1/interactions", json=event, headers={"origin": shop})
        assert sent.headers["access-control-allow-origin"] == shop
        other = client.get("/v1/recommendations", headers={"origin": "https://else.example"})
        assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("192.168.1.5", False), ("127.0.0.1.evil.example", False)],
)  # fmt: skip
def test_loopback_is_recognised(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_keys_are_made_listed_and_revoked_on_the_command_line(workspace: Workspace) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, "key", *words]
        return forked.run(command)

    root = str(workspace.root)
    made = run("add", root, "--scope", "recommend", "--name", "shop")
    assert KeyFile(workspace.secrets).find(made.stdout.strip()) is not None
    listed = run("list", root)
    assert "shop" in listed.stdout
    assert made.stdout.strip() not in listed.stdout
    assert run("revoke", root, KeyFile(workspace.secrets).all()[0].id).returncode == 0
    assert KeyFile(workspace.secrets).all() == ()
    assert run("add", root, "--scope", "everything").returncode == 2
