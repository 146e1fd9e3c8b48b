"""A dry run joins behaviour to the items that an import would leave, by the ids it would keep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import beholder
from items_held import items_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def written(shop: Path, name: str, text: str) -> Path:
    path = shop.parent / name
    path.write_text(text)
    return path


def joined(shop: Path, *words: object, status: int = 0) -> int:
    """Return how many rows of behaviour join, as the dry run and the import say, alike."""
    words = ("import", shop, *words, "--json")
    looked = json.loads(beholder(*words, "--dry-run", status=status)[0])["behaviour"]
    done = json.loads(beholder(*words, status=status)[0])
    if status:
        assert not looked["fits"]
        return int(looked["joined"])
    (log,) = [file for file in done["files"] if file["what"] == "interactions"]
    assert looked["joined"] == round(done["joined"] * log["read"])
    return int(looked["joined"])


@pytest.mark.parametrize("nothing", ["NULL", "None", "nan"])
def test_an_id_behind_a_word_for_nothing_is_kept(shop: Path, nothing: str) -> None:
    items = f"sku,title,EAN\nA,Shirt,{nothing}\nA,Shirt,4001\nB,Hat,4002\nB,Hat,NULL\n"
    log = written(shop, "log.csv", "user_id,item_id\nu1,4001\nu2,4002\nu3,B\n")
    assert joined(shop, "--items", written(shop, "i.csv", items), "--interactions", log) == 3
    assert items_of(shop)["A"][1]["EAN"] == "4001"
    assert items_of(shop)["B"][1]["EAN"] == "4002"


def test_items_that_would_leave_join_nothing(shop: Path) -> None:
    titles = {"A": "Alpha", "B": "Beta", "C": "Gamma", "D": "Delta", "E": "Epsilon"}
    rows = [f"{item},{title},400{item}" for item, title in titles.items()]
    before = written(shop, "before.csv", "\n".join(["item_id,title,EAN", *rows]))
    beholder("import", shop, "--items", before)
    left = written(shop, "left.csv", "\n".join(["item_id,title,EAN", *rows[:-1]]))
    bad = written(shop, "bad.csv", "user_id,item_id\nu1,E\nu2,E\nu3,400E\nu4,A\n")
    words = ("--items", left, "--interactions", bad, "--full")
    assert joined(shop, *words, status=1) == 1


def test_items_that_stay_join(shop: Path) -> None:
    beholder("import", shop, "--items", written(shop, "i.csv", "sku,title\nA,a\nB,b\nC,c\n"))
    two = written(shop, "two.csv", "sku,title\nA,a\n")
    log = written(shop, "log.csv", "user_id,item_id\nu1,B\nu2,C\nu3,A\n")
    words = ("import", shop, "--items", two, "--interactions", log, "--full", "--json")
    looked = json.loads(beholder(*words, "--dry-run", status=1)[0])  # nobody is there to be asked
    assert looked["behaviour"]["joined"] == 3


SAID_BEFORE = "sku,title,EAN\nA,Shirt,4001\nB,Hat,4002\n"
LOG = "user_id,item_id\nu1,4001\nu2,A\nu3,A\n"


@pytest.mark.parametrize(
    ("name", "text", "n"),
    [
        ("silent.jsonl", '{"sku":"A","title":"x"}\n{"sku":"B","title":"Hat","EAN":"4009"}\n', 3),
        ("empty.csv", "sku,title,EAN\nA,Shirt,\nB,Hat,\n", 2),
        ("without.csv", "sku,title\nA,Shirt\nB,Hat\n", 3),
        ("other.csv", "sku,title,EAN\nA,Shirt,4003\nB,Hat,\n", 2),
    ],
)
def test_other_ids_hold_where_a_row_does_not_speak_of_them(
    shop: Path, name: str, text: str, n: int
) -> None:
    beholder("import", shop, "--items", written(shop, "before.csv", SAID_BEFORE))
    log = written(shop, "log.csv", LOG)
    assert joined(shop, "--items", written(shop, name, text), "--interactions", log) == n


REFUSED = {
    "some": "user_id,item_id,date\nu1,A,2025-01-02\nu2,A,hello\n",
    "all": "user_id,item_id,date\nu1,A,hello\nu2,A,hello\n",
    "none": "user_id,item_id,date\nu1,A,2025-01-02\nu2,A,2025-01-03\n",
}


@pytest.mark.parametrize(
    ("log", "strict", "status"),
    [("some", True, 3), ("some", False, 0), ("all", True, 1), ("all", False, 1), ("none", True, 0)],
)
def test_the_status_is_that_of_the_import(shop: Path, log: str, strict: bool, status: int) -> None:
    beholder("import", shop, "--items", written(shop, "i.csv", "sku,title\nA,a\n"))
    file = written(shop, "log.csv", REFUSED[log])
    words = ("import", shop, "--interactions", file, *["--strict"] * strict)
    told = [beholder(*words, *more, status=status)[1] for more in (["--dry-run"], [])]
    said = "no row of log.csv could be read"
    assert [said in each for each in told] == [log == "all"] * 2


@pytest.mark.parametrize("option", ["items", "users"])
def test_the_status_of_a_file_without_a_row_that_is_read(shop: Path, option: str) -> None:
    text = {"items": "sku,title\n,x\n,y\n", "users": "user,profiling\nu1,perhaps\n"}[option]
    file = written(shop, "file.csv", text)
    for more in (["--dry-run"], []):
        words = beholder("import", shop, f"--{option}", file, *more, status=1)[1]
        assert "no row of file.csv could be read" in words
