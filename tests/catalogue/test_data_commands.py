"""The commands of this room, as a person types them."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from PIL import Image

from beholder import settings
from beholder.store import Store
from beholder.store.database import WAIT
from beholder.workspace import Workspace
from command_line import beholder

NOTHING = {"recommend": False, "train": False, "measure": False}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made by `init` and filled by `import`."""
    root = tmp_path_factory.mktemp("shop")
    (root / "media").mkdir()
    Image.new("RGB", (4, 4), "red").save(root / "media" / "007.png")
    (root / "items.csv").write_text("sku,name,price\n007,Bond,1.5\n8,Ape,2\n")
    (root / "clicks.csv").write_text(
        "customer,sku,time\nsam,007,20230501\nkim,8,20230502\n,8,20230503\n"
    )
    beholder("init", root / "w", "--title", 'A "shop" \U0001f6cd')
    return root


def files(shop: Path) -> list[object]:
    return [
        "--items", shop / "items.csv", "--media", shop / "media",
        "--interactions", shop / "clicks.csv",
    ]  # fmt: skip


def test_init_makes_a_commented_settings_file_whose_values_are_the_defaults(shop: Path) -> None:
    workspace = Workspace.open(shop / "w")
    assert workspace.settings == settings.load(None, {}, {"title": 'A "shop" \U0001f6cd'})
    lines = workspace.toml.read_text().splitlines()
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in lines)
    (shop / "all.toml").write_text(uncommented)
    assert settings.load(shop / "all.toml", {}) == workspace.settings
    _, words = beholder("init", shop / "w", status=1)
    assert "is a workspace already" in words


def test_import_prints_its_report_and_strict_says_by_its_status_that_rows_were_refused(
    shop: Path,
) -> None:
    out, _ = beholder("import", shop / "w", *files(shop), "--dry-run")
    assert "3 of 3 interactions join an item: 100%" in out
    assert "1 of 2 items have a picture" in out
    out, words = beholder("import", shop / "w", *files(shop))
    assert "interactions  clicks.csv     3      2        0     0        1" in out
    assert "row 4 names no one" in words
    out, _ = beholder("import", shop / "w", *files(shop), "--json", "--strict", status=3)
    report = json.loads(out)
    assert [file["same"] for file in report["files"]] == [2, 2]
    assert report["refused"][0]["row"] == 4


def test_import_of_the_wrong_file_is_one_line_that_says_what_to_do(shop: Path) -> None:
    (shop / "other.csv").write_text("user,item,time\nu,x,1\nu,y,2\n")
    out, words = beholder(
        "import", shop / "w", "--interactions", shop / "other.csv", "--dry-run", status=1
    )
    assert "0 of 2 interactions join an item: 0%" in out
    *refused, error = words.splitlines()
    assert [line[:24] for line in refused] == [f"refused: other.csv row {row}" for row in (2, 3)]
    assert error.startswith("beholder: only 0 of the first 2 rows")
    _, words = beholder("import", shop / "w", status=2)
    assert "nothing to import" in words


def test_check_prints_the_card(shop: Path) -> None:
    beholder("import", shop / "w", *files(shop))
    out, _ = beholder("check", shop / "w")
    assert "items without picture" in out
    out, _ = beholder("check", shop / "w", "--json")
    assert json.loads(out)["events"] == 2


def test_a_session_is_exported_switched_off_and_erased_as_one(shop: Path) -> None:
    log = shop / "sessions.csv"
    log.write_text("session_id,sku,time\nvisit-1,007,1700000000\nvisit-1,8,1700000001\n")
    beholder("import", shop / "w", *files(shop)[:2], "--interactions", log)
    _, words = beholder("user", "erase", shop / "w", "visit-1", "--yes")
    assert "nothing was held of this id; it may be known as a session, with --session" in words
    whose = "visit-1", "--session"
    assert beholder("user", "profiling", shop / "w", *whose, "off")[0] == "profiling is off\n"
    out, _ = beholder("user", "export", shop / "w", *whose)
    assert json.loads(out.splitlines()[1]) == {
        "record": "person", "session": "visit-1", "profiling": False, "purposes": NOTHING
    }  # fmt: skip
    out, words = beholder("user", "erase", shop / "w", *whose, "--yes", "--json")
    assert (json.loads(out)["events"], words) == (2, "")
    assert len(beholder("user", "export", shop / "w", *whose)[0].splitlines()) == 1


def test_purposes_are_shown_and_changed_one_by_one(shop: Path) -> None:
    beholder("import", shop / "w", *files(shop))
    asked = "user", "purposes", shop / "w", "sam"
    assert beholder(*asked)[0] == "recommend is on\ntrain is on\nmeasure is on\n"
    out, _ = beholder(*asked, "--train", "off", "--measure", "off")
    assert out == "recommend is on\ntrain is off\nmeasure is off\n"
    whole = beholder("user", "profiling", shop / "w", "sam")[0]
    assert whole == "profiling is partly on: train and measure off\n"
    out, _ = beholder(*asked, "--measure", "on", "--json")
    assert json.loads(out) == {"recommend": True, "train": False, "measure": True}
    out, words = beholder(*asked, "--session")
    assert out == "recommend is on\ntrain is on\nmeasure is on\n"
    assert words == "nothing was known of this id; it may be known as a user, without --session\n"
    assert "is not one of 'on', 'off'" in beholder(*asked, "--train", "perhaps", status=2)[1]


def test_a_person_is_exported_switched_off_and_erased(shop: Path) -> None:
    beholder("import", shop / "w", *files(shop))
    out, _ = beholder("user", "profiling", shop / "w", "sam", "off")
    assert out == "profiling is off\n"
    out, _ = beholder("user", "export", shop / "w", "sam")
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["record"] for record in records] == ["about", "person", "event"]
    told = {"profiling": False, "purposes": NOTHING}
    assert records[1] == {"record": "person", "user": "sam", **told}
    _, words = beholder("user", "erase", shop / "w", "sam", status=2)
    assert "Erase this person" in words
    out, _ = beholder("user", "erase", shop / "w", "sam", "--yes", "--json")
    assert json.loads(out)["events"] == 1
    out, _ = beholder("user", "export", shop / "w", "sam")
    assert len(out.splitlines()) == 1
    _, words = beholder("user", "export", shop / "nowhere", "sam", status=1)
    assert "beholder init" in words


def test_an_import_waits_for_another_writer_longer_than_a_request_does(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", "")
    Store.open(workspace, create=True).close()
    (tmp_path / "items.csv").write_text("item_id,title\na,A\n")
    holder = sqlite3.connect(
        workspace.store / "events.db", isolation_level=None, check_same_thread=False
    )
    holder.execute("BEGIN IMMEDIATE")
    ending = threading.Timer(WAIT + 1, holder.rollback)
    ending.start()
    said, _ = beholder("import", workspace.root, "--items", tmp_path / "items.csv")
    ending.join()
    holder.close()
    assert "items.csv     1      1" in said
