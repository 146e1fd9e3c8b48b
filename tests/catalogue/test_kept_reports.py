"""Reports outlive erasures: what is kept of one names nobody, even where a file's headings do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import beholder

ITEMS = "item_id,title\nA,Alpha\nB,Beta\nC,Gamma\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    (tmp_path / "items.csv").write_text(ITEMS)
    beholder("import", tmp_path / "shop", "--items", tmp_path / "items.csv")
    return tmp_path / "shop"


def imported(shop: Path, log: str, *more: str) -> tuple[str, dict]:
    """Import a log; return what was said, and what is kept of the report of it."""
    file = shop.parent / "log.csv"
    file.write_text(log)
    before = set(shop.glob("reports/import-*.json"))
    said = "".join(beholder("import", shop, "--interactions", file, *more))
    (kept,) = set(shop.glob("reports/import-*.json")) - before
    return said, json.loads(kept.read_text())


def everything_kept(shop: Path) -> str:
    return "".join(path.read_text() for path in shop.glob("reports/*") if path.is_file())


def test_the_first_line_of_a_file_without_headings_is_not_kept(shop: Path) -> None:
    log = "anna@example.org,A,4\nbob@example.org,B,5\nanna@example.org,C,5\n"
    maps = ["--map", "user=anna@example.org", "--map", "item_id=A", "--map", "value=4"]
    said, report = imported(shop, log, *maps)
    assert "user=anna@example.org" in said  # whoever imports is told
    imported(shop, log)  # as told before
    (file,) = report["files"]
    assert file["mapping"] == {
        "user": "(column 1)", "item_id": "(column 2)", "value": "(column 3)",
    }  # fmt: skip
    beholder("user", "erase", shop, "anna@example.org", "--yes")
    assert "anna" not in everything_kept(shop)


@pytest.mark.parametrize(
    "log", ["Peter,A,view\nPeter,B,view\nEva,C,view\n", "Peter,A,1\nEva,B,2\nEva,C,3\n"]
)
def test_a_first_line_that_comes_again_or_has_numbers_is_a_row(shop: Path, log: str) -> None:
    (file,) = imported(shop, log, "--map", "user=Peter", "--map", "item_id=A")[1]["files"]
    assert file["mapping"]["user"] == "(column 1)"
    assert "Peter" not in everything_kept(shop)


def test_headings_are_kept(shop: Path) -> None:
    log = "kunde,ware,wie oft,Preis (€)\nu1,A,1,3\nu2,B,2,4\n"
    (file,) = imported(shop, log, "--map", "item_id=ware", "--map", "value=wie oft")[1]["files"]
    assert file["mapping"] == {"user": "kunde", "item_id": "ware", "value": "wie oft"}
    assert file["ignored"] == ["Preis (€)"]


def test_headings_that_come_again_are_kept_where_they_are_known(shop: Path) -> None:
    log = "user_id,item_id,event\nu1,A,view\nuser_id,item_id,event\nu2,B,view\n"  # two files in one
    (file,) = imported(shop, log)[1]["files"]
    assert file["mapping"] == {"user": "user_id", "item_id": "item_id", "kind": "event"}


def test_words_that_are_no_kinds_are_kept_where_several_people_have_them(shop: Path) -> None:
    rows = [f"u{n},A,scroll_down" for n in range(3)] + [f"u{n},B,u7@example.org" for n in range(9)]
    rows += ["u1,A,Peter Meier", "u2,B,view", "u3,C,anna_schmidt", *["u3,C,anna_schmidt"] * 9]
    said, report = imported(shop, "user_id,item_id,event\n" + "\n".join(rows) + "\n")
    assert "anna_schmidt (10)" in said  # or nobody could map it
    (file,) = report["files"]
    assert file["unknown_kinds"] == {"(other words)": 11, "scroll_down": 3}
    assert "anna_schmidt" not in everything_kept(shop)
    assert "Meier" not in everything_kept(shop)
