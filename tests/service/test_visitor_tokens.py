"""What pages of other sites may do: for their own visitors, with a publishable key and tokens."""

from __future__ import annotations

import base64
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from beholder.service import tokens, visitor
from beholder.service.keys import Key, KeyFile
from beholder.service.tokens import Token
from beholder.store import Store, Who
from beholder.workspace import Workspace
from live_server import Server

SHOP = "https://shop.example"
OTHER = "https://other.example"
LIKE = {"item": "picture-00001", "kind": "like"}


class Site:
    """A server away from loopback, and the keys of two sites."""

    def __init__(self, server: Server, workspace: Workspace) -> None:
        self.server, self.workspace = server, workspace
        self.keys = KeyFile(workspace.secrets)
        self.key = self.keys.publish("shop", [SHOP])
        self.other = self.keys.publish("other", [OTHER])
        self.secret = self.keys.add("server", ["recommend", "events"])[1]
        self.signing = visitor.secret_of(workspace.secrets)
        self.client = server.client()

    def ask(
        self, method: str, path: str, bearer: str = "", origin: str | None = SHOP, **body: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        if origin is not None:
            headers["origin"] = origin
        return self.client.request(method, path, headers=headers, **body)

    def token(self, key: Key | None = None, **asked: str) -> str:
        key = key or self.key
        made = self.ask("POST", "/v1/visitors", key.public, key.origins[0], json=asked)
        assert made.status_code == 200, made.text
        return str(made.json()["token"])

    def login(self, user: str, token: str | None = None) -> str:
        asked = {"key": self.key.public, "user": user, **({"visitor": token} if token else {})}
        made = self.ask("POST", "/v1/visitors", self.secret, None, json=asked)
        assert made.status_code == 200, made.text
        return str(made.json()["token"])

    def events_of(self, who: Who) -> list[tuple[str, str]]:
        with Store.open(self.workspace) as store:
            return [(each.item, each.kind) for each in store.newest(who, ("like", "click"))]

    def read(self, token: str) -> Token:
        read = tokens.read(self.signing, token)
        assert read is not None
        return read


@pytest.fixture(scope="module")
def site(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("site") / "copy"
    shutil.copytree(trained, root)
    workspace = Workspace.open(root)
    KeyFile(workspace.secrets).add("tests", ["operator"])
    with Server(root, "--host", "0.0.0.0", "--log") as server:
        server.url = server.url.replace("0.0.0.0", "127.0.0.1")
        opened = Site(server, workspace)
        yield opened
        opened.client.close()


def test_a_visitor_of_a_page_is_recommended_to_by_what_it_did(site: Site) -> None:
    token, another = site.token(), site.token()
    assert site.ask("GET", "/v1/recommendations", token).json()["level"] == "popular"
    assert site.ask("POST", "/v1/interactions", token, json=LIKE).status_code == 200
    answer = site.ask("GET", "/v1/recommendations?k=4", token)
    assert answer.json()["level"] == "session"
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "access-control-allow-credentials" not in answer.headers
    assert site.ask("GET", "/v1/recommendations", another).json()["level"] == "popular"
    assert site.events_of(Who("session", site.read(token).session)) == [("picture-00001", "like")]


def test_a_token_ends_with_the_life_of_a_cookie(site: Site) -> None:
    made = site.ask("POST", "/v1/visitors", site.key.public, json={}).json()
    assert abs(made["expires"] / 1000 - time.time() - visitor.LIFE) < 60


@pytest.mark.parametrize("origin", [OTHER, "https://shop.example.evil", "http://shop.example",
                                    "null", "", None])  # fmt: skip
@pytest.mark.parametrize("what", ["key", "token", "user"])
def test_from_elsewhere_neither_key_nor_token_works(
    site: Site, origin: str | None, what: str
) -> None:
    bearer = {"key": site.key.public, "token": site.token(), "user": site.login("elsa")}[what]
    for method, path, body in (
        ("POST", "/v1/visitors", {"json": {}}),
        ("GET", "/v1/recommendations", {}),
        ("POST", "/v1/interactions", {"json": LIKE}),
        ("GET", "/v1/rows/popular", {}),
    ):
        refused = site.ask(method, path, bearer, origin, **body)
        assert refused.status_code == 403, (method, path)
        assert refused.json()["remedy"]
        if origin != OTHER:  # which has a key of its own, and may read why
            assert "access-control-allow-origin" not in refused.headers


def test_a_token_of_another_key_does_not_work_here(site: Site) -> None:
    foreign = site.token(site.other)
    assert site.ask("GET", "/v1/recommendations", foreign).status_code == 403
    assert site.ask("GET", "/v1/recommendations", foreign, OTHER).status_code == 200


def forged(site: Site) -> dict[str, str]:
    good, ann = site.token(), site.login("ann")
    text, _, mark = good.rpartition(".")
    prefix, key, session, moment, user = re.split(r"[_.]", text)
    zoe = base64.urlsafe_b64encode(b"zoe").decode().rstrip("=")
    old = f"bhv_{key}.{session}.{int(time.time()) - visitor.LIFE - 60:x}."
    cookie = visitor.set_cookie(site.signing, session, https=False).split("=")[1].split(";")[0]
    return {
        "another mark": f"{text}.{'0' * 64}",
        "another key": f"{prefix}_{site.other.id}.{session}.{moment}.{user}.{mark}",
        "another visitor": f"{prefix}_{key}.{'0' * 32}.{moment}.{user}.{mark}",
        "another moment": f"{prefix}_{key}.{session}.{'f' * 8}.{user}.{mark}",
        "a user of its own": f"{text}{zoe}.{mark}",
        "another user": ann.replace(base64.urlsafe_b64encode(b"ann").decode(), zoe),
        "expired": f"{old}.{tokens._mark(site.signing, old)}",
        "the mark of a cookie": f"bhv_{key}.{'..'.join(cookie.rsplit('.', 1))}",
        "cut": good[:-1],
        "nothing": "bhv_",
        "not ASCII": "bhv_ÿ",
    }


def test_a_changed_or_expired_token_is_nobodys(site: Site) -> None:
    for what, token in forged(site).items():
        headers = {"authorization": f"Bearer {token}".encode("latin-1"), "origin": SHOP.encode()}
        refused = site.client.get("/v1/recommendations", headers=headers)
        assert refused.status_code == 401, what
        assert "POST /v1/visitors" in refused.json()["remedy"]
        assert token not in refused.text
        assert refused.headers["access-control-allow-origin"] == SHOP, "the page may read why"
        if token.isascii():
            sent = beacon(site, "/v1/seen", {"token": token, "answer": "00", "places": []})
            assert sent.status_code == 401, what


@pytest.mark.parametrize("named", ["user", "session"])
def test_a_token_names_nobody(site: Site, named: str) -> None:
    token = site.login("berta")
    for somebody in ("somebody", "berta", site.read(token).session):
        asked = site.ask("GET", "/v1/recommendations", token, params={named: somebody})
        rows = site.ask("GET", "/v1/rows/popular", token, params={named: somebody})
        posted = site.ask("POST", "/v1/recommendations", token, json={named: somebody})
        sent = site.ask("POST", "/v1/interactions", token, json={**LIKE, named: somebody})
        statuses = [each.status_code for each in (asked, rows, posted, sent)]
        assert statuses == [403] * 4
        assert sent.json()["field"] == named


def test_a_publishable_key_is_no_secret_key(site: Site) -> None:
    for origin in (SHOP, None):
        for method, path in (
            ("GET", "/v1/recommendations"),
            ("PUT", "/v1/items/x"),
            ("GET", "/v1/users/ann/export"),
            ("GET", "/docs"),
        ):
            refused = site.ask(method, path, site.key.public, origin)
            assert refused.status_code == 403, path
    for asked in ({"user": "ann"}, {"key": site.other.public}, {"visitor": site.login("ann")}):
        assert site.ask("POST", "/v1/visitors", site.key.public, json=asked).status_code == 403


def test_what_was_done_before_the_login_counts_at_once(site: Site) -> None:
    before = site.token()
    site.ask("POST", "/v1/interactions", before, json=LIKE)
    new = site.login("carla")
    assert site.ask("GET", "/v1/recommendations", new).json()["level"] == "popular"
    merged = site.login("carla", before)
    answer = site.ask("GET", "/v1/recommendations?k=4", merged).json()
    assert answer["level"] != "popular"
    known = site.ask("GET", "/v1/recommendations?k=4", before).json()
    assert [each["id"] for each in answer["items"]] == [each["id"] for each in known["items"]]
    site.ask("POST", "/v1/interactions", merged, json={**LIKE, "item": "picture-00002"})
    assert site.events_of(Who("user", "carla")) == [("picture-00002", "like")]
    later = site.ask("GET", "/v1/recommendations", site.login("carla"))
    assert later.json()["level"] != "popular", "on another device, what she did since"


def test_who_logs_in_after_somebody_else_begins_anew(site: Site) -> None:
    first = site.login("doris")
    assert site.read(site.login("doris", first)).session == site.read(first).session
    assert site.read(site.login("emil", first)).session != site.read(first).session
    for token in (site.token(site.other), *forged(site).values()):
        known = token.split(".")[1] if "." in token else ""
        assert site.read(site.login("fritz", token)).session != known


def test_a_page_renews_the_token_of_its_visitor(site: Site) -> None:
    token = site.token()
    assert site.read(site.token(visitor=token)).session == site.read(token).session
    assert site.read(site.token(visitor="bhv_old")).session != site.read(token).session


@pytest.mark.parametrize("scopes", [["recommend"], ["events"], ["catalogue"]])
def test_a_key_that_makes_tokens_of_users_needs_both_scopes(site: Site, scopes: list[str]) -> None:
    _, secret = site.keys.add("half", scopes)
    asked = {"key": site.key.id, "user": "ann"}
    refused = site.ask("POST", "/v1/visitors", secret, None, json=asked)
    assert refused.status_code == 403
    assert "recommend and events" in refused.json()["detail"]


@pytest.mark.parametrize("key", [None, "unknown", "secret"])
def test_a_server_says_for_which_publishable_key(site: Site, key: str | None) -> None:
    asked = {"user": "ann"} if key is None else {"user": "ann", "key": key}
    if key == "secret":
        asked["key"] = site.secret
    refused = site.ask("POST", "/v1/visitors", site.secret, None, json=asked)
    assert (refused.status_code, refused.json()["field"]) == (422, "key")


def test_revoking_a_key_ends_its_tokens(site: Site) -> None:
    key = site.keys.publish("short", ["https://short.example"])
    token = site.token(key)
    assert site.ask("GET", "/v1/rows/new", token, key.origins[0]).status_code == 200
    site.keys.revoke(key.id)
    for bearer in (token, key.public):
        assert site.ask("GET", "/v1/rows/new", bearer, key.origins[0]).status_code == 401


# -- beacons --------------------------------------------------------------------------------


def beacon(site: Site, path: str, body: Any, origin: str | None = SHOP) -> httpx.Response:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "text/plain;charset=UTF-8"}
    if origin is not None:
        headers["origin"] = origin
    return site.client.post(path, content=text, headers=headers)


def test_a_beacon_carries_its_token_inside(site: Site) -> None:
    token = site.token()
    answer = site.ask("GET", "/v1/recommendations?k=2", token).json()["answer"]
    click = {"item": "picture-00003", "kind": "click", "answer": answer, "place": 1}
    sent = beacon(site, "/v1/interactions", {"token": token, **click})
    assert sent.status_code == 200, sent.text
    assert sent.headers["access-control-allow-origin"] == SHOP
    assert site.events_of(Who("session", site.read(token).session)) == [("picture-00003", "click")]
    many = beacon(site, "/v1/interactions", {"events": [LIKE], "token": token})
    assert many.json() == {"events": [{**many.json()["events"][0], "status": "stored"}]}
    seen = beacon(site, "/v1/seen", {"token": token, "answer": answer, "places": [0, 1]})
    assert (seen.status_code, seen.json()) == (202, {"places": 2})


def test_a_beacon_without_a_good_token_is_refused(site: Site) -> None:
    for token in (None, "", site.secret, site.key.public, site.server.key or "bhk_x"):
        body = LIKE if token is None else {**LIKE, "token": token}
        refused = beacon(site, "/v1/interactions", body)
        assert (refused.status_code, refused.json()["code"]) == (401, "key-needed"), token
    foreign = {**LIKE, "token": site.token(site.other)}
    assert beacon(site, "/v1/interactions", foreign).status_code == 403
    for broken in (b"", b"no", b"[1]", b'{"token": 3}', b"[" * 9000, b"\xff"):
        assert beacon(site, "/v1/interactions", broken).status_code in (400, 422), broken[:9]


def test_plain_text_is_read_nowhere_else(site: Site) -> None:
    body = {"token": site.token()}
    assert beacon(site, "/v1/recommendations", body).status_code in (401, 403)
    assert beacon(site, "/v1/visitors", body).status_code in (401, 403)
    assert beacon(site, "/v1/interactions", {**LIKE, **body}, None).status_code == 401
    elsewhere = beacon(site, "/v1/interactions", {**LIKE, **body}, "https://evil.example")
    assert elsewhere.status_code in (401, 403)


# -- pages of other origins -----------------------------------------------------------------


def preflight(site: Site, path: str, origin: str = SHOP) -> httpx.Response:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    return site.client.options(path, headers=headers)


def test_pages_of_a_key_may_ask_on_its_routes_and_no_other(site: Site) -> None:
    for path in ("/v1/visitors", "/v1/recommendations", "/v1/rows/new", "/v1/items/a%2Fb",
                 "/v1/items/a/similar", "/v1/interactions", "/v1/seen"):  # fmt: skip
        asked = preflight(site, path)
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == SHOP, path
        assert "access-control-allow-credentials" not in asked.headers
        assert (
            "access-control-allow-origin" not in preflight(site, path, "https://x.example").headers
        )
    for path in ("/", "/v1/users/ann/export", "/v1/score", "/v1/bundles", "/v1/interactions/x"):
        assert "access-control-allow-origin" not in preflight(site, path).headers, path


def test_without_a_token_they_read_nothing(site: Site) -> None:
    site.client.get("/")
    with_cookie = site.ask("GET", "/v1/recommendations")
    assert with_cookie.status_code == 200, "the cookie of our own pages"
    assert "access-control-allow-origin" not in with_cookie.headers
    site.client.cookies.clear()
    assert site.ask("GET", "/v1/recommendations").status_code == 401


@pytest.fixture(scope="module")
def here(
    trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, KeyFile]]:
    """A server on loopback, whose first key was a publishable one."""
    root = tmp_path_factory.mktemp("here") / "copy"
    shutil.copytree(trained, root)
    keys = KeyFile(Workspace.open(root).secrets)
    keys.publish("shop", [SHOP])
    with Server(root) as server:
        yield server, keys


def test_on_this_machine_pages_of_a_key_act_for_nobody_without_a_token(
    here: tuple[Server, KeyFile],
) -> None:
    server = here[0]
    with server.client(headers={"origin": SHOP}) as client:
        assert server.key, "the first start makes an operator key all the same"
        sent = client.post("/v1/interactions", json={**LIKE, "user": "ann"})
        assert sent.status_code == 403
        made = client.post("/v1/visitors", json={"user": "ann"})
        assert made.status_code == 403
        # What browsers send without asking first.
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
            read = client.get("/v1/recommendations?user=ann", headers={"content-type": kind})
            assert "access-control-allow-origin" not in read.headers


def test_pictures_are_for_everybody_where_there_is_a_publishable_key(
    site: Site, client: httpx.Client
) -> None:
    shown = site.ask("GET", "/v1/items/picture-00001", site.token()).json()["picture"]["src"]
    picture = site.client.get(shown)
    assert picture.status_code == 200
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "cross-origin-resource-policy" not in client.get(shown).headers
    assert client.get(shown, headers={"x-forwarded-for": "203.0.113.7"}).status_code == 401


def test_a_damaged_file_of_keys_ends_keys_and_not_pages(here: tuple[Server, KeyFile]) -> None:
    server, keys = here
    path, key = keys.path, keys.all()[0]
    whole = path.read_bytes()
    with server.client() as client:
        path.write_text("[")
        assert client.get("/health/live").status_code == 200
        assert client.get("/").status_code == 200
        headers = {"authorization": f"Bearer {key.public}", "origin": SHOP}
        assert client.post("/v1/visitors", json={}, headers=headers).status_code == 503
        path.write_bytes(whole)
        assert client.post("/v1/visitors", json={}, headers=headers).status_code == 200


def test_no_token_is_in_the_log(site: Site) -> None:
    token = site.token()
    beacon(site, "/v1/interactions", {"token": token, **LIKE})
    beacon(site, "/v1/interactions", {"token": token, "kind": 1})
    site.ask("GET", "/v1/recommendations", token)
    site.ask("GET", "/v1/explain?item=picture-00001", token)
    lines = [line for line in site.server.errors if line.startswith("{")]
    assert any("/v1/visitors" in line for line in lines)
    assert not [line for line in lines if "bhv_" in line or "bhp_" in line]


def test_the_script_is_for_everybody_and_kept_until_it_changes(site: Site) -> None:
    first = site.client.get("/beholder.js")
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    known = {"if-none-match": first.headers["etag"]}
    again = site.client.get("/beholder.js", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["content-encoding"] == "gzip"
    assert int(first.headers["content-length"]) <= 5_000
    plain = {"if-none-match": '"0"', "accept-encoding": "identity"}
    other = site.client.get("/beholder.js", headers=plain)
    assert "content-encoding" not in other.headers
    assert other.content == first.content
