"""Answers are smaller for those who can read them so, and the same for everybody."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Iterator

import httpx
import pytest

from beholder.service.compress import prefers_gzip
from beholder.workspace import Workspace
from live_server import Server

ANSWER = "/v1/recommendations?user=visitor-00001&k=20"
Got = tuple[int, dict[str, list[str]], bytes]


@pytest.fixture
def plain(server: Server) -> Iterator[http.client.HTTPConnection]:
    """A client that sends no header of its own and reads bytes as they come."""
    connection = http.client.HTTPConnection(*server.address, timeout=60)
    yield connection
    connection.close()


def got(
    connection: http.client.HTTPConnection, path: str, method: str = "GET", **headers: str
) -> Got:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in named.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    told: dict[str, list[str]] = {}
    for name, value in answer.getheaders():
        told.setdefault(name.lower(), []).append(value)
    return answer.status, told, answer.read()


def page_files(client: httpx.Client) -> list[str]:
    page = client.get("/").text
    return sorted({word for word in page.split('"') if word.startswith("/static/")})


def test_what_is_text_is_smaller_and_says_the_same(
    plain: http.client.HTTPConnection, client: httpx.Client
) -> None:
    files = page_files(client)
    assert {path.rsplit(".")[-1] for path in files} == {"css", "js", "svg"}
    large = [path for path in files if not path.endswith(".svg")]
    for path in ("/v1/rows/popular?k=20", "/openapi.json", "/docs", *large):
        _, before, whole = got(plain, path)
        _, after, packed = got(plain, path, accept_encoding="gzip, deflate, br")
        assert after["content-encoding"] == ["gzip"], path
        assert after["content-length"] == [str(len(packed))]
        assert gzip.decompress(packed) == whole
        assert len(packed) < len(whole) / 2
        assert "content-encoding" not in before
        assert before["content-length"] == [str(len(whole))]
        assert "Accept-Encoding" in before["vary"]
        assert "Accept-Encoding" in after["vary"]


@pytest.mark.parametrize("path", [ANSWER, "/", "/search?words=vase"])
def test_recommendations_and_pages_are_compressed(
    plain: http.client.HTTPConnection, path: str
) -> None:
    status, told, packed = got(plain, path, accept_encoding="gzip")
    assert (status, told["content-encoding"]) == (200, ["gzip"])
    assert len(gzip.decompress(packed)) > 2 * len(packed)


def test_what_is_small_or_a_picture_stays_as_it_is(
    plain: http.client.HTTPConnection, client: httpx.Client
) -> None:
    picture = client.get(ANSWER).json()["items"][0]["picture"]["src"]
    for path in (picture, "/health/live", "/robots.txt", "/v1/items/nowhere"):
        _, told, _ = got(plain, path, accept_encoding="gzip")
        assert "content-encoding" not in told, path
        assert "vary" not in told, path


def test_head_has_the_headers_of_get_and_no_body(plain: http.client.HTTPConnection) -> None:
    path = "/v1/rows/popular?k=20"
    _, whole, packed = got(plain, path, accept_encoding="gzip")
    status, told, body = got(plain, path, "HEAD", accept_encoding="gzip")
    assert (status, body) == (200, b"")
    assert told["content-length"] == whole["content-length"] == [str(len(packed))]
    assert told["content-encoding"] == ["gzip"]


def test_what_a_page_of_another_site_asks_for_keeps_its_length(
    plain: http.client.HTTPConnection,
) -> None:
    for site, encoding in (("cross-site", None), ("same-origin", ["gzip"]), ("none", ["gzip"])):
        _, told, _ = got(plain, "/", accept_encoding="gzip", sec_fetch_site=site)
        assert told.get("content-encoding") == encoding, site


def test_behind_a_proxy_that_compresses_nothing_is(workspace: Workspace) -> None:
    with Server(workspace.root, settings={"serve.compress": "false"}) as server:
        connection = http.client.HTTPConnection(*server.address, timeout=60)
        _, told, _ = got(connection, ANSWER, accept_encoding="gzip")
        connection.close()
    assert "content-encoding" not in told
    assert "vary" not in told


@pytest.mark.parametrize(
    ("accepted", "welcome"),
    [
        (b"gzip", True),
        (b"GZIP", True),
        (b"x-gzip", True),
        (b"br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        (b"*", True),
        (b"identity;q=0.5, gzip;q=0.5", True),
        (b"gzip ; q=0.001", True),
        (b"", False),
        (b"identity", False),
        (b"br, deflate", False),
        (b"gzip;q=0", False),
        (b"gzip;q=0.0, *", False),
        (b"*;q=0", False),
        (b"gzip;q=0.5, identity", False),
        (b"gzip;q=much", False),
        (b"gzipped", False),
        (b"\xff;q=\xff", False),
    ],
)
def test_weights_are_read_as_they_are_meant(accepted: bytes, welcome: bool) -> None:
    assert prefers_gzip(accepted) is welcome
