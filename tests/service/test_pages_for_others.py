"""What pages tell search engines and sites that draw previews of links."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from live_server import Server


def head(page: str) -> dict[str, str]:
    """What the head says, by name or property; links by their `rel`."""
    text = page.split("</head>")[0]
    found = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', text))
    return found | dict(re.findall(r'<link rel="([^"]+)" href="([^"]*)">', text))


@pytest.fixture(scope="module")
def shop(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("others") / "copy"
    shutil.copytree(trained, root)
    with Server(root, settings={"serve.root_path": "/rec", "pages.currency": "EUR"}) as server:
        yield server


@pytest.fixture
def asking(shop: Server) -> Iterator[httpx.Client]:
    with shop.client() as client:
        yield client


def test_an_item_tells_title_price_description_and_picture_with_whole_addresses(asking, shop):
    put = {"title": 'A "blue" <vase>', "attributes": {"price": 12.5, "description": "For " * 80}}
    asking.put("/v1/items/picture-00003", json=put, headers=shop.operator)
    told = head(asking.get("/item/picture-00003?picture=1&utm_source=x").text)
    address = f"{shop.url}/item/picture-00003"
    assert told["canonical"] == told["og:url"] == address
    assert told["og:title"] == "A &#34;blue&#34; &lt;vase&gt;"
    assert told["og:description"].startswith("12.50 EUR · For For")
    assert told["description"] == told["og:description"]
    assert len(told["description"]) <= 200
    assert re.fullmatch(re.escape(shop.url) + r"/media/[0-9a-f]{64}-480\.webp", told["og:image"])
    assert told["twitter:card"] == "summary_large_image"
    assert "robots" not in told


def test_what_is_personal_is_not_for_search_engines(asking):
    for path, indexed in (
        ("/", True),
        ("/?repeat=allow", True),
        ("/search?words=vase", False),
        ("/saved", False),
        ("/nowhere", False),
    ):
        told = head(asking.get(path, headers={"accept": "text/html"}).text)
        assert ("robots" not in told) is indexed, path
        assert ("canonical" in told) is indexed, path
    assert told["robots"] == "noindex"
    first = head(asking.get("/?repeat=allow").text)
    assert first["canonical"].endswith("/rec/")


@pytest.mark.parametrize("host", ["shop.example", "shop.example:8443", "[::1]:5000"])
def test_the_host_is_that_of_the_request(asking, host):
    told = head(asking.get("/item/picture-00004", headers={"host": host}).text)
    assert told["canonical"] == f"http://{host}/rec/item/picture-00004"


@pytest.mark.parametrize("host", ['a"><script>', "a b", "a/b", "a@b", "é", ""])
def test_a_host_that_is_none_is_not_told(asking, host):
    answer = asking.get("/item/picture-00004", headers={"host": host.encode("latin-1")})
    if answer.status_code == 200:
        told = head(answer.text)
        assert "canonical" not in told
        assert "og:image" not in told
        assert "<script>" not in answer.text.split("</head>")[0]
    else:
        assert answer.status_code == 400


def test_what_a_stranger_says_of_a_proxy_is_not_believed(asking, shop):
    said = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    told = head(asking.get("/item/picture-00004", headers=said).text)
    assert told["canonical"] == f"{shop.url}/item/picture-00004"


def test_the_page_of_an_item_that_was_deleted_says_so(asking, shop):
    put = {"title": "Soon gone", "attributes": {}}
    asking.put("/v1/items/soon-gone", json=put, headers=shop.operator)
    assert asking.get("/item/soon-gone").status_code == 200
    asking.delete("/v1/items/soon-gone", headers=shop.operator)
    gone = asking.get("/item/soon-gone")
    assert gone.status_code == 410
    assert "This is no longer here" in gone.text
    assert asking.get("/item/never-was").status_code == 404
    assert asking.get("/v1/items/soon-gone").status_code == 404


def test_an_address_of_the_settings_is_told_whatever_the_request_says(trained, tmp_path):
    shutil.copytree(trained, tmp_path / "copy")
    settings = {"pages.address": "https://shop.example"}
    with Server(tmp_path / "copy", settings=settings) as server, server.client() as client:
        told = head(client.get("/item/picture-00004").text)
    assert told["canonical"] == "https://shop.example/item/picture-00004"
    assert told["og:image"].startswith("https://shop.example/media/")
