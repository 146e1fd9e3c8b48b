from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from flood import flood

from beholder.workspace import Workspace
from live_server import Server


def raw(server: Server, data: bytes) -> socket.socket:
    """Send bytes as they are and leave the connection open."""
    connection = socket.create_connection(server.address, timeout=30)
    connection.sendall(data)
    return connection


def half_a_body(server: Server) -> socket.socket:
    return raw(
        server,
        b"POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b'Content-Length: 1000\r\n\r\n{"user": "half", "item": "picture-00001",',
    )


@pytest.fixture
def narrow(workspace: Workspace) -> Iterator[Server]:
    settings = {"serve.max_in_flight": "3", "serve.read_seconds": "1.0", "serve.max_body": "2000"}
    with Server(workspace.root, settings=settings) as running:
        yield running


def test_too_many_requests_at_once_are_told_to_come_back(workspace: Workspace) -> None:
    with Server(workspace.root, settings={"serve.max_in_flight": "1"}) as server:
        answers = flood(server, "/")
        refused = [answer for answer in answers if answer.status_code != 200]
        assert 0 < len(refused) < len(answers)
        assert {answer.status_code for answer in refused} == {503}
        assert refused[0].json()["code"] == "overloaded"
        assert 1 <= int(refused[0].headers["retry-after"]) <= 10
        with server.client() as client:  # the places are free again
            assert client.get("/v1/recommendations").status_code == 200


def test_bodies_that_do_not_come_take_no_place_from_others(narrow: Server) -> None:
    slow = [half_a_body(narrow) for _ in range(40)]
    try:
        with narrow.client() as client:
            for _ in range(5):
                assert client.get("/v1/recommendations").status_code == 200
                assert client.get("/health/ready").status_code == 200
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.parametrize("begun", [b"", b"G", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
def test_connections_that_ask_for_nothing_block_nobody_and_are_closed(
    narrow: Server, begun: bytes
) -> None:
    silent = [raw(narrow, begun) for _ in range(600)]
    try:
        with narrow.client() as client:
            assert client.get("/health/live").status_code == 200
        for connection in silent[::100]:
            while connection.recv(65_536):
                pass  # what ends without an error was closed by the server
    finally:
        for connection in silent:
            connection.close()


def resident(server: Server) -> int:
    """Return the MiB that the processes that answer hold."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in server.workers()]
    return sum(pages) * resource.getpagesize() // 2**20


@pytest.mark.parametrize("path", ["/recommend", "/v1/search"])
@pytest.mark.parametrize("part", [b"[0,0,0],", b"[", b'"",', b"{},"])
def test_huge_bodies_of_many_parts_are_refused_and_leave_no_memory_behind(
    server: Server, path: str, part: bytes
) -> None:
    field = b"image" if path == "/recommend" else b"words"
    body = b'{"%b": [[%b[0,0,0]]]}' % (field, part * (12 * 2**20 // len(part)))
    with server.client(headers={"content-type": "application/json"}) as client:

        def ask(times: int) -> None:
            for _ in range(times):
                assert client.post(path, content=body).status_code in (400, 413, 422)

        ask(3)
        before = resident(server)
        ask(12)
        assert resident(server) < before + 60  # of 144 MiB that were sent


def test_what_people_may_always_ask_for_is_refused_to_nobody(workspace: Workspace) -> None:
    """While every place is taken, somebody opts out and is forgotten."""
    with Server(workspace.root, settings={"serve.max_in_flight": "1"}) as server:
        with (
            ThreadPoolExecutor(1) as pool,
            server.client(headers=server.operator) as operator,
        ):
            flooded = pool.submit(flood, server, "/", 300)
            asked = []
            while not flooded.done():
                asked.append(operator.get("/health/live").status_code)
                path = "/v1/users/somebody"
                asked.append(
                    operator.put(f"{path}/profiling", json={"profiling": False}).status_code
                )
                asked.append(operator.delete(path).status_code)
        assert {answer.status_code for answer in flooded.result()} == {200, 503}
        assert set(asked) <= {200, 404}


def test_a_body_that_does_not_come_is_not_waited_for(narrow: Server) -> None:
    with half_a_body(narrow) as connection:
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"slow-body" in answer


def test_a_body_whose_parts_are_wrong_is_the_callers_fault(narrow: Server) -> None:
    for path in (b"/v1/interactions", b"/v1/score"):
        head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" % path
        with raw(narrow, head + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\n{}\r\n") as connection:
            answer = connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 400"), answer
        assert b"malformed" in answer


@pytest.mark.parametrize("length", [b"9" * 5_000, b"abc", b"-1"])
def test_a_length_that_is_none_is_the_callers_fault(narrow: Server, length: bytes) -> None:
    head = b"POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %b\r\n\r\n{}"
    with raw(narrow, head % length) as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400")  # by the parser: no problem+json
    with narrow.client() as client:
        assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("charset", ["klingon", "utf-16", '"', "\x00"])
@pytest.mark.parametrize("path", ["/v1/interactions", "/v1/score", "/v1/search", "/recommend"])
def test_a_charset_that_is_none_is_no_fault_of_ours(
    server: Server, path: str, charset: str
) -> None:
    body = b'{"user": "u", "item": "picture-00001", "kind": "view"}'
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    head += f"Content-Type: application/json; charset={charset}\r\nConnection: close\r\n\r\n"
    with raw(server, head.encode() + body) as connection:
        status = int(connection.recv(65_536).split()[1])
    assert status == 200 or 400 <= status < 500


def test_half_sent_bodies_store_nothing_and_hold_nothing(narrow: Server) -> None:
    for _ in range(50):
        half_a_body(narrow).close()
    with narrow.client() as client:
        for _ in range(20):
            answer = client.get("/v1/recommendations", params={"user": "half"})
            if answer.status_code == 200:
                break
    assert answer.json()["level"] == "popular"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused(narrow: Server, chunked: bool) -> None:
    body = b'{"words": "' + b"a" * 3000 + b'"}'
    content = iter([body[:500], body[500:]]) if chunked else body
    with narrow.client() as client:
        answer = client.post(
            "/v1/score", content=content, headers={"content-type": "application/json"}
        )
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_picture_over_the_limit_is_refused(workspace: Workspace) -> None:
    narrow = Server(workspace.root, settings={"media.max_bytes": "5000"})
    with narrow as running, running.client() as client:
        small = client.post("/v1/search", files={"picture": b"x" * 5001})
        large = client.post("/v1/search", files={"picture": b"x" * 500_000})
    assert (small.status_code, large.status_code) == (413, 413)


def test_headers_over_the_limit_are_refused(client: httpx.Client) -> None:
    answer = client.get("/v1/recommendations", headers={"x-long": "a" * 20_000})
    assert (answer.status_code, answer.json()["code"]) == (431, "headers-too-large")


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("/v1/score", "text/plain", 415),
        ("/v1/score", "", 415),
        ("/v1/search", "text/html", 415),
        ("/v1/interactions", "multipart/form-data", 415),
        ("/v1/search", "multipart/form-data", 400),
        ("/v1/search", "multipart/form-data; boundary=x", 400),
        ("/v1/score", "application/json", 400),
        ("/v1/interactions", "application/json", 400),
        ("/v1/search", "application/json", 400),
        ("/recommend", "application/json", 400),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(
    client: httpx.Client, path: str, content_type: str, status: int
) -> None:
    answer = client.post(path, content=b"{\xff", headers={"content-type": content_type})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/media/../../secrets/root.key",
        "/media/..%2f..%2fsecrets%2froot.key",
        "/media/%2e%2e/%2e%2e/beholder.toml",
        "/media/%252e%252e%252fbeholder.toml",
        "/media/..\\..\\beholder.toml",
        "/media/" + "a" * 64 + "-240.webp%00.html",
        "/media/" + "A" * 64 + "-240.webp",
        "/media/" + "a" * 64 + "-241.webp",
        "/static/x/..%2f..%2frender.py",
        "/static/../render.py",
        "/static/x/%2e%2e%2frender.py",
        "/item/%00",
        "/v1/items/%00",
        "/v1/items/..%2f..%2fetc%2fpasswd",
        "/v1/items/%ff%fe",
        "/v1/bundles/..%2f..%2fsecrets/promote",
        "//etc/passwd",
        "/" + "a/" * 2000,
    ],
)
def test_hostile_paths_find_nothing(server: Server, path: str) -> None:
    with raw(
        server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    ) as connection:
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    assert answer.split(b" ", 2)[1] in (b"400", b"404", b"405"), answer[:200]
    for secret in (b"root:", b"[encode]", b"import annotations"):
        assert secret not in answer


@pytest.mark.parametrize("name", ["a/b", "...", "a%2Fb", "späte Ölbilder", "a?b#c", "emoji 🎨"])
def test_ids_of_any_kind_are_kept_as_given(client: httpx.Client, server: Server, name: str) -> None:
    from urllib.parse import quote

    address = f"{server.url}/v1/items/{quote(name, safe='').replace('.', '%2E')}"
    put = client.put(address, json={"title": "Odd id"}, headers=server.operator)
    assert put.json()["id"] == name
    assert client.get(address).json()["id"] == name
    assert client.get(f"{address}/similar").status_code == 200


def test_every_answer_carries_the_headers_of_safety(client: httpx.Client) -> None:
    for path in ("/", "/v1/recommendations", "/v1/recommendations?k=0", "/nothing", "/docs"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert headers["content-security-policy"].startswith("default-src 'none';"), path
