"""What the first screen says about who can do what is so."""

from __future__ import annotations

import pytest

from beholder.service.first_screen import lines
from beholder.service.keys import Key, KeyFile
from beholder.service.proxies import Proxies
from beholder.service.reach import Reach
from beholder.workspace import Workspace
from live_server import Server

SECRET = Key("1", "a", ("operator",), "", 0)
SHOP = Key("2", "b", (), "", 0, ("https://shop.example",), "bhp_x")
HERE = "browsers on this machine as themselves, programs as nobody (--local-only-open: as anybody)"
OPEN = "whoever is on this machine reads and writes for anybody (--local-only-open)"
BESIDE = "the pages, for visitors told by a cookie, on this machine as from the proxy"
AWAY = "anybody who reaches this address sees the pages, as a visitor told by a cookie"
NONE = "none is trusted; who comes through one is a visitor told by a cookie"
FRONT = "put none in front: one here that says nothing of itself cannot be told from you"
SAYS = "may say from where, and whether by TLS, a visitor comes"


@pytest.mark.parametrize(
    ("reach", "keyless", "proxy", "plain"),
    [
        (Reach(), HERE, NONE, False),
        (Reach("::1"), HERE, NONE, False),
        (Reach(local_open=True), OPEN, FRONT, False),
        (Reach(proxies=Proxies(["127.0.0.1"])), BESIDE, f"127.0.0.1 {SAYS}", False),
        (Reach(proxies=Proxies(["127.0.0.0/8"])), BESIDE, f"127.0.0.0/8 {SAYS}", False),
        (Reach("::1", Proxies(["::1"])), BESIDE, f"::1 {SAYS}", False),
        (Reach(proxies=Proxies(["10.0.0.2"])), HERE, f"10.0.0.2 {SAYS}", False),
        (Reach("0.0.0.0", Proxies(["10.0.0.0/8"])), AWAY, f"10.0.0.0/8 {SAYS}", False),
        (Reach("0.0.0.0", insecure=True), AWAY, NONE, True),
    ],
)
def test_each_kind_of_caller_has_its_line(
    reach: Reach, keyless: str, proxy: str, plain: bool
) -> None:
    reach.check()
    said = lines(reach, [SECRET])
    assert said[0] == f"without a key: {keyless}"
    assert said[1] == (
        "with a secret key (1): what its scopes say, for anybody "
        "(`beholder key add DIR --scope recommend --scope events` makes one)"
    )
    assert said[2] == f"through a proxy: {proxy}"
    assert len(said) == 3 + plain
    assert not plain or said[3].startswith("by plain HTTP: keys and cookies can be read")


def test_publishable_keys_and_tools_have_lines_where_there_are_any() -> None:
    said = lines(Reach(), [SECRET, SHOP], ["https://a", "https://b", "https://c", "https://d"])
    assert said[2:5] == [
        "with a publishable key: visitors of pages of https://shop.example, as themselves",
        "pictures: everybody, since there is a publishable key",
        "pages of https://a, https://b, https://c and 1 more may read all answers that their "
        "callers may have",
    ]


def test_the_server_says_it_when_it_is_ready_and_to_its_operator(workspace: Workspace) -> None:
    with Server(workspace.root, settings={"serve.local_only_open": "false"}) as server:
        assert server.process.stdout is not None
        screen = [server.process.stdout.readline().strip() for _ in range(3)]
        assert screen == lines(Reach(), [SECRET])
        _, weak = KeyFile(workspace.secrets).add("weak", ["recommend"])
        event = {"item": "picture-00001", "kind": "like"}
        with server.client() as client:
            nobody = client.post("/v1/interactions", json=event)
            assert (nobody.status_code, nobody.json()["code"]) == (401, "key-needed")
            assert "--scope events" in nobody.json()["remedy"]
            assert "--local-only-open" in nobody.json()["remedy"]
            named = client.get("/v1/recommendations", params={"user": "17"})
            assert named.status_code == 403
            assert "--scope recommend --scope events" in named.json()["remedy"]
            for key, status in (("bhk_nonsense", 401), (weak, 403)):
                headers = {"authorization": f"Bearer {key}"}
                refused = client.post("/v1/interactions", json=event, headers=headers)
                assert refused.status_code == status
                assert "`beholder key add DIR --scope " in refused.json()["remedy"]
            assert client.get("/").status_code == 200
            assert client.post("/v1/interactions", json=event).status_code == 200
        with server.client() as client:
            assert client.get("/health/ready").json()["who"] is None
            told = client.get("/health/ready", headers=server.operator).json()
            assert told["who"] == lines(Reach(), [SECRET, SECRET])
            assert told["erasures"] == 0
