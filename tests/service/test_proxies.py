"""Who is believed about where a request comes from: proxies that are named, and nobody else."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import forked
from beholder.errors import SettingsError
from beholder.service.proxies import MOST, Proxies
from beholder.workspace import Workspace
from live_server import COMMAND, Server

NAMED = ("10.0.0.2", "10.1.0.0/16", "2001:db8::/64")
CLIENT = "203.0.113.5"
HOME = (b"host", b"127.0.0.1:5000")


def scope(peer: str, *headers: tuple[bytes, bytes], version: str = "1.1") -> dict[str, Any]:
    told = [HOME, *headers]
    return {"client": (peer, "1"), "scheme": "http", "http_version": version, "headers": told}


def forwarded(*chains: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", chain.encode()) for chain in chains]


@pytest.mark.parametrize(
    ("peer", "chains", "client"),
    [
        ("10.0.0.2", [CLIENT], CLIENT),
        ("10.0.0.2", [f"127.0.0.1, {CLIENT}"], CLIENT),
        ("10.0.0.2", ["127.0.0.1", CLIENT], CLIENT),
        ("10.0.0.2", [f"6.6.6.6, {CLIENT}, 10.1.2.3"], CLIENT),
        ("10.0.0.2", [f"{CLIENT}, unknown"], "10.0.0.2"),
        ("10.0.0.2", [f"{CLIENT}, unknown, 10.1.2.3"], "10.1.2.3"),
        ("10.0.0.2", ["10.1.0.7"], "10.1.0.7"),
        ("10.0.0.2", [f"{CLIENT}:4711"], CLIENT),
        ("10.0.0.2", ["[2001:db8:1::9]:4711"], "2001:db8:1::9"),
        ("10.0.0.2", ["2001:db8:1::9"], "2001:db8:1::9"),
        ("10.0.0.2", [f"::ffff:{CLIENT}"], CLIENT),
        ("10.0.0.2", [""], "10.0.0.2"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("::ffff:10.0.0.2", [CLIENT], CLIENT),
        ("2001:db8::1", [CLIENT], CLIENT),
        ("10.0.0.2", [CLIENT + ", 10.1.0.1" * (2 * MOST)], "10.1.0.1"),
        ("10.0.0.3", [CLIENT], "10.0.0.3"),
        ("127.0.0.1", ["10.0.0.2"], "127.0.0.1"),
        ("", [CLIENT], ""),
    ],
)
def test_the_client_is_the_last_address_that_a_named_proxy_vouches_for(
    peer: str, chains: list[str], client: str
) -> None:
    assert Proxies(NAMED).came(scope(peer, *forwarded(*chains))).address == client
    assert Proxies().came(scope(peer, *forwarded(*chains))).address == peer


@pytest.mark.parametrize(
    ("chain", "proto", "expected"),
    [
        (CLIENT, "https", "https"),
        (CLIENT, "HTTPS", "https"),
        (CLIENT, "https, http", "http"),
        (f"{CLIENT}, 10.1.0.1", "https, http", "https"),
        (f"{CLIENT}, 10.1.0.1", "http, https, http", "https"),
        (f"{CLIENT}, 10.1.0.1", "https", "https"),
        (CLIENT, "gopher", "http"),
        (CLIENT, "", "http"),
    ],
)
def test_tls_is_as_the_proxy_says_that_the_client_reached(
    chain: str, proto: str, expected: str
) -> None:
    headers = [*forwarded(chain), (b"x-forwarded-proto", proto.encode())]
    assert Proxies(NAMED).came(scope("10.0.0.2", *headers)).scheme == expected
    assert Proxies(NAMED).came(scope("10.0.0.3", *headers)).scheme == "http"


def test_a_name_is_believed_of_a_named_proxy_alone() -> None:
    told = (b"x-forwarded-host", b"shop.example")
    assert Proxies(NAMED).came(scope("10.0.0.2", told)).host == b"shop.example"
    assert Proxies(NAMED).came(scope("10.0.0.3", told)).host is None


def test_what_shows_a_proxy_or_comes_from_a_named_one_is_not_direct() -> None:
    proxies = Proxies(("127.0.0.1",))
    assert Proxies().came(scope("127.0.0.1")).direct
    assert not proxies.came(scope("127.0.0.1")).direct
    assert not Proxies().came(scope("127.0.0.1", (b"via", b"1.1 x"))).direct
    assert not Proxies().came(scope("127.0.0.1", HOME)).direct
    for name in (b"x-forwarded-client-cert", b"cf-ray", b"x-amzn-trace-id", b"cdn-loop"):
        assert not Proxies().came(scope("127.0.0.1", (name, b"1"))).direct
    assert Proxies().came(scope("127.0.0.1", (b"x-requested-with", b"fetch"))).direct
    assert not Proxies().came(scope("127.0.0.1", version="1")).direct


@pytest.mark.parametrize(
    "text", ["nginx", "10.0.0.1/8", "0.0.0.0/0", "::/0", "", "10.0.0.2:80", "::ffff:10.0.0.2"]
)
def test_what_is_no_address_or_everybody_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"serve\.trusted_proxies has"):
        Proxies([text])


@pytest.mark.parametrize(
    "text", ["0.0.0.0/1", "128.0.0.0/1", "8.0.0.0/7", "10.0.0.0/7", "2000::/3"]
)
def test_a_network_of_strangers_is_refused_and_the_remedy_named(text: str) -> None:
    with pytest.raises(SettingsError, match=f"{text}', and so believes strangers") as refused:
        Proxies([text])
    assert f"from /{16 if ':' in text else 8} on" in str(refused.value.remedy)


@pytest.mark.parametrize(
    "text", ["13.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "fc00::/7", "2a00::/16"]
)
def test_networks_of_proxies_may_be_named(text: str) -> None:
    assert str(Proxies([text]).networks[0]) == text


# -- a running server -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As `beholder serve` is by default."""
    yield from copied(trained, tmp_path_factory, {"serve.local_only_open": "false"})


@pytest.fixture(scope="module")
def behind(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Behind a proxy on this machine that is named."""
    settings = {"serve.local_only_open": "false", "serve.trusted_proxies": '["127.0.0.1"]'}
    yield from copied(trained, tmp_path_factory, settings)


def copied(
    trained: Path, folders: pytest.TempPathFactory, settings: dict[str, str]
) -> Iterator[Server]:
    root = folders.mktemp("reached") / "copy"
    shutil.copytree(trained, root)
    with Server(root, settings=settings) as server:
        yield server


def test_on_this_machine_everybody_is_themselves_unless_it_was_asked_for(closed: Server) -> None:
    event = {"item": "picture-00001", "kind": "like", "event_id": "1"}
    with closed.client() as client:
        assert client.get("/v1/recommendations").json()["level"] == "popular"
        assert client.get("/docs").status_code == 200
        assert client.get("/metrics").status_code == 401
        for named in ({"user": "ann"}, {"session": "s"}):
            refused = client.get("/v1/recommendations", params=named)
            assert refused.status_code == 403
            assert "--local-only-open" in refused.json()["remedy"]
            assert client.post("/v1/interactions", json={**event, **named}).status_code == 403
            assert client.get("/v1/explain", params={"item": "x", **named}).status_code == 403
            assert client.delete("/v1/interactions/1", params=named).status_code == 403
        made = client.post("/v1/visitors", json={"key": "any", "user": "ann"})
        assert made.status_code == 401
        assert client.get("/").status_code == 200
        assert client.post("/v1/interactions", json=event).status_code == 200
        assert client.get("/v1/recommendations").json()["level"] == "session"
        assert client.get("/v1/recommendations?user=ann", headers=closed.operator).is_success


def test_by_plain_proxy_pass_of_http_1_0_nobody_is_on_this_machine(closed: Server) -> None:
    with socket.create_connection(closed.address) as connection:
        connection.sendall(b"GET /docs HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert connection.recv(1000).split(b"\r\n")[0].endswith(b"401 Unauthorized")


def test_an_absolute_target_is_answered_like_its_path(closed: Server) -> None:
    host = "127.0.0.1"
    for path, status in (("/health/ready", 200), ("/v1/items/a%2Fb", 404), ("", 200)):
        target = f"GET http://{host}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        with socket.create_connection(closed.address) as connection:
            connection.sendall(target.encode())
            said = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert said.startswith(f"HTTP/1.1 {status} ".encode())
        assert (b'"unknown-item"' in said) is (status == 404)  # the id was found in the address


@pytest.mark.parametrize("proto", ["https", "http"])
def test_the_cookie_is_for_tls_where_a_named_proxy_says_so(
    closed: Server, behind: Server, proto: str
) -> None:
    told = {"x-forwarded-for": CLIENT, "x-forwarded-proto": proto}
    with behind.client() as client:
        secure = "; Secure" in client.get("/", headers=told).headers["set-cookie"]
        assert secure is (proto == "https")
    with closed.client() as client:
        assert "; Secure" not in client.get("/", headers=told).headers["set-cookie"]


def test_beside_a_named_proxy_nobody_is_on_this_machine(behind: Server) -> None:
    with behind.client() as client:
        for told in ({}, {"x-forwarded-for": "127.0.0.1"}, {"x-forwarded-host": "localhost"}):
            assert client.get("/docs", headers=told).status_code == 401
            assert client.get("/v1/recommendations", headers=told).status_code == 401
        assert client.get("/").status_code == 200
        assert client.get("/v1/recommendations").status_code == 200
        assert client.get("/metrics", headers=behind.operator).status_code == 200


def test_a_form_is_compared_with_the_name_that_the_named_proxy_tells(behind: Server) -> None:
    form = {"item": "picture-00001", "kind": "like"}
    told = {"x-forwarded-host": "shop.example", "x-forwarded-proto": "https"}
    with behind.client() as client:
        client.get("/")
        for origin, status in (("https://shop.example", 303), ("https://evil.example", 403)):
            sent = client.post("/react", data=form, headers={**told, "origin": origin})
            assert sent.status_code == status


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--host", "0.0.0.0"], "0.0.0.0 is reached from other machines by plain HTTP"),
        (["--host", "::"], ":: is reached from other machines by plain HTTP"),
        (["--host", "0.0.0.0", "--insecure-http", "--local-only-open"],
         "serve.local_only_open is for a server on loopback"),
        (["--local-only-open", "--trusted-proxy", "127.0.0.1"],
         "serve.local_only_open, and a trusted proxy on this machine"),
        (["--trusted-proxy", "nginx"], "serve.trusted_proxies has 'nginx'"),
        (["--trusted-proxy", "0.0.0.0/0"], "serve.trusted_proxies has '0.0.0.0/0'"),
        (["--trusted-proxy", "0.0.0.0/1", "--trusted-proxy", "128.0.0.0/1"],
         "serve.trusted_proxies has '0.0.0.0/1', and so believes strangers"),
    ],
)  # fmt: skip
def test_what_would_be_open_unsaid_is_refused_in_one_line(
    workspace: Workspace, words: list[str], told: str
) -> None:
    command = [*COMMAND, "serve", str(workspace.root), "--port", "0", *words]
    ended = forked.run(command)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"beholder: {told}")
    assert ended.stderr.count("\n") == 1
