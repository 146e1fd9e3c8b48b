"""Keys that may stand in web pages: how they are made, kept and listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.errors import UsageError
from beholder.service.keys import KeyFile
from beholder.workspace import Workspace
from command_line import beholder

SHOP = "https://shop.example"


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop", "")


def test_the_command_makes_one_and_says_for_whom_it_works(empty: Workspace) -> None:
    origins = ("--origin", SHOP, "--origin", "http://127.0.0.1:8000")
    printed, told = beholder("key", "add", empty.root, "--publishable", *origins, "--name", "web")
    key = KeyFile(empty.secrets).all()[0]
    assert printed == f"{key.public}\n"
    assert key.public.startswith("bhp_")
    assert key.origins == (SHOP, "http://127.0.0.1:8000")
    assert key.scopes == ()
    assert told == f"key {key.id} works for pages of: {SHOP}, http://127.0.0.1:8000\n"
    listed = json.loads(beholder("key", "list", empty.root, "--json")[0])
    assert listed[0]["publishable"] == key.public
    assert listed[0]["origins"] == f"{SHOP}, http://127.0.0.1:8000"


def test_http_beyond_this_machine_is_allowed_and_said(empty: Workspace) -> None:
    words = ("key", "add", empty.root, "--publishable", "--origin", "http://shop.example")
    assert "http://shop.example is not encrypted" in beholder(*words)[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--publishable",), "none is named"),
        (("--publishable", "--origin", SHOP, "--scope", "events"), "has no scopes"),
        (("--scope", "events", "--origin", SHOP), "--origin is for --publishable"),
        ((), "a key needs a scope"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    empty: Workspace, words: tuple[str, ...], told: str
) -> None:
    assert told in beholder("key", "add", empty.root, *words, status=2)[1]
    assert KeyFile(empty.secrets).all() == ()


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.shop.example", "https://shop.example/", "https://shop.example/a", "null", "",
     "shop.example", "https://Shop.example", "https://shop.example:443", "http://shop.example:80",
     "https://ann@shop.example", "https://shop.example?", "https://shop.example#", "https://",
     "https://shöp.example", "https://shop.example\n", "https://a.example, https://b.example"],
)  # fmt: skip
def test_what_no_browser_sends_is_no_origin(empty: Workspace, origin: str) -> None:
    with pytest.raises(UsageError) as refused:
        KeyFile(empty.secrets).publish("web", [origin])
    assert refused.value.remedy
    assert KeyFile(empty.secrets).all() == ()


@pytest.mark.parametrize(
    "origin",
    [SHOP, "https://shop.example:8443", "http://[::1]:8000", "http://localhost", "https://a_b.c"],
)
def test_what_browsers_send_is(empty: Workspace, origin: str) -> None:
    keys = KeyFile(empty.secrets)
    key = keys.publish("web", [origin])
    assert keys.origins == {origin}
    assert keys.published(key.id) == keys.published(key.public) == key
    keys.revoke(key.id)
    assert keys.origins == frozenset()
    assert keys.published(key.public) is None


def test_a_file_of_before_is_read_and_written_as_before(empty: Workspace) -> None:
    keys = KeyFile(empty.secrets)
    old = {"id": "ab", "name": "n", "scopes": ["events"], "sha256": "0" * 64, "created": 1}
    keys.path.parent.mkdir(exist_ok=True)
    keys.path.write_text(json.dumps([old]))
    assert keys.all()[0].origins == ()
    keys.add("more", ["recommend"])
    first, second = json.loads(keys.path.read_text())
    assert first == old
    assert second.keys() == old.keys()


def test_a_server_does_not_start_with_origins_that_match_nobody(workspace: Workspace) -> None:
    (workspace.root / "beholder.toml").write_text('[serve]\ncors_origins = ["*"]\n')
    told = beholder("serve", workspace.root, "--port", "0", status=2)[1]
    assert told.startswith("beholder: serve.cors_origins has '*', and origins are not matched")
    assert told.count("\n") == 1
