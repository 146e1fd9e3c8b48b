"""`beholder encode` on a workspace with a store."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.cli.main import beholder
from beholder.media import originals
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    """Three items: one with a sound picture, one with a broken one, one without."""
    file = io.BytesIO()
    Image.new("RGB", (50, 40), (200, 20, 20)).save(file, "PNG")
    sound = originals.keep(workspace.media, file.getvalue())
    broken = originals.keep(workspace.media, file.getvalue()[:60])
    with Store.open(workspace, create=True) as store:
        store.put_items(
            [
                ItemRecord("red", "A red thing", {}, [sound]),
                ItemRecord("cut", "A cut picture", {}, [broken]),
                ItemRecord("bare", "No picture", {}, []),
            ]
        )
    return workspace


def encode(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(beholder, ["encode", str(folder), *options], catch_exceptions=False)


def test_it_prints_what_it_did_and_tells_the_store(shop: Workspace) -> None:
    result = encode(shop.root, "--json")
    told = msgspec.json.decode(result.stdout)
    assert (told["pictures"], told["encoded"], told["same"]) == (2, 1, 0)
    assert told["items_without_picture"] == 1
    assert [(each["item"], each["code"]) for each in told["refused"]] == [("cut", "media")]
    with Store.open(shop) as store:
        (row, *_) = store.items().to_pylist()
    assert (row["width"], row["height"], row["colour"]) == (50, 40, "#c81414")


def test_a_second_time_nothing_is_encoded(shop: Workspace) -> None:
    encode(shop.root)
    with Store.open(shop) as store:
        version = store.catalogue_version()
    again = encode(shop.root)
    assert again.stdout.splitlines()[-2].split()[:5] == ["2", "0", "1", "1", "1"]
    assert "item cut, picture " in again.stderr, "it came from no file that has a name"
    assert ": the picture is broken or cut" in again.stderr
    with Store.open(shop) as store:
        assert store.catalogue_version() == version


def test_each_broken_picture_of_an_item_is_named_by_its_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "media").mkdir()
    for name in ("one", "two", "three"):
        file = io.BytesIO()
        Image.new("RGB", (50, 40), (len(name), 20, 20)).save(file, "PNG")
        cut = file.getvalue()[:60] + name.encode()
        (tmp_path / "media" / f"{name}.png").write_bytes(cut)
    (tmp_path / "items.csv").write_text("sku,images\n1,one.png|two.png|three.png\n")
    with Store.open(workspace, create=True) as store:
        import_files(
            workspace, store, Request(items=tmp_path / "items.csv", media=tmp_path / "media")
        )
    result = encode(workspace.root)
    said = sorted(line.split(":")[0] for line in result.stderr.splitlines() if "item 1" in line)
    assert said == ["item 1, one.png", "item 1, three.png", "item 1, two.png"]
    told = msgspec.json.decode(encode(workspace.root, "--json").stdout)
    assert sorted(each["file"] for each in told["refused"]) == ["one.png", "three.png", "two.png"]


def test_facts_reach_a_store_that_missed_them(shop: Workspace) -> None:
    """As after a kill between the last shard and the store."""
    from beholder.encoders.run import encode_pictures

    with Store.open(shop) as store:
        encode_pictures(shop, [k for k in store.items()["picture"].to_pylist() if k])
        assert store.items()["colour"].to_pylist() == [None, None, None]
    encode(shop.root)
    with Store.open(shop) as store:
        assert store.items()["colour"].to_pylist() == ["#c81414", None, None]


def test_every_picture_of_an_item_is_encoded_and_has_its_facts(workspace: Workspace) -> None:
    hashes = []
    for colour in ((200, 20, 20), (20, 200, 20), (20, 20, 200)):
        file = io.BytesIO()
        Image.new("RGB", (50, 40), colour).save(file, "PNG")
        hashes.append(originals.keep(workspace.media, file.getvalue()))
    red, green, blue = hashes
    with Store.open(workspace, create=True) as store:
        store.put_items(
            [
                ItemRecord("front", "T", {}, [red, green, blue]),
                ItemRecord("back", "T", {}, [green]),
                ItemRecord("bare", "T", {}, []),
                ItemRecord("sides", "T", {}, [red, blue]),
            ]
        )
    told = msgspec.json.decode(encode(workspace.root, "--json").stdout)
    assert (told["pictures"], told["encoded"]) == (3, 3)
    assert (told["items_with_several_pictures"], told["items_without_picture"]) == (2, 1)
    with Store.open(workspace) as store:
        front, back, bare, _ = store.items()["media"].to_pylist()
    assert [(m["kind"], m["colour"]) for m in front] == [
        ("picture", "#c81414"),
        ("picture", "#14c814"),
        ("picture", "#1414c8"),
    ]
    assert back == front[1:2]
    assert bare == []
    assert (workspace.media / "renditions" / blue[:2] / f"{blue}-240.webp").exists()
