"""A dry run shows what the rows of behaviour are taken for, as the import takes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.catalogue.readers import lines
from beholder.settings_line import write_line
from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder

ITEMS = "item_id,title\n" + "".join(f"i{n},thing {n}\n" for n in range(30))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    (tmp_path / "items.csv").write_text(ITEMS)
    return tmp_path / "shop"


def look(shop: Path, log: str, *more: object) -> tuple[str, dict]:
    """Return what a dry run says in words, and as JSON."""
    file = shop.parent / "log.csv"
    file.write_text(log)
    words = "import", shop, "--items", shop.parent / "items.csv", "--interactions", file
    said = beholder(*words, "--dry-run", *more)[0]
    return said, json.loads(beholder(*words, "--dry-run", "--json", *more)[0])["behaviour"]


def test_kinds_moments_and_ten_joined_rows_are_shown(shop: Path) -> None:
    rows = "".join(f"u{n},i{n},view_item,2025-03-{n + 1:02d} 10:00:00\n" for n in range(20))
    log = "user,item_id,event,time\n" + rows + "u1,i2,frob,2025-04-01\nu1,gone,click,2025-04-02\n"
    said, seen = look(shop, log + ",i3,click,2025-04-03\n")
    assert (seen["looked_at"], seen["joined"]) == (23, 22)
    assert seen["kinds"] == {"view": 20}
    assert seen["unknown_kinds"] == {"frob": 1}
    assert (seen["first"], seen["last"]) == ("2025-03-01 10:00:00", "2025-03-20 10:00:00")
    assert [row["title"] for row in seen["rows"]] == [f"thing {n}" for n in range(10)]
    assert seen["rows"][3] == {
        "row": 5, "kind": "view", "value": None, "time": "2025-03-04 10:00:00",
        "item": "i3", "title": "thing 3",
    }  # fmt: skip
    assert "22 of 23 interactions join an item: 96%\n20 of these would be kept\n" in said
    assert "kinds as the column event says" in said
    assert "1 of no kind: frob; say --map-kind frob=KIND, where KIND is one of view, click" in said
    assert "from 2025-03-01 10:00:00 to 2025-03-20 10:00:00 UTC" in said
    assert "1 row would be refused: its item is not in the catalogue" in said
    assert "1 row would be refused: names no one" in said


def test_what_the_import_would_warn_of_is_said_before(shop: Path) -> None:
    log = "user,item_id,stars\n" + "".join(f"u{i},i{i % 9},{i % 5 + 1}\n" for i in range(200))
    said, seen = look(shop, log + "v,i1,6\n")
    assert seen["scale"].startswith("1 to 5 (1 of 201 lie above it, up to 6)")
    (warning,) = seen["warnings"]
    assert f"warning: {warning}\n" in said
    words = "import", shop, "--items", shop.parent / "items.csv"
    done = "".join(beholder(*words, "--interactions", shop.parent / "log.csv"))
    assert f"warning: {warning}" in done


def test_ratings_of_no_usual_scale_that_hardly_reach_the_threshold_are_warned_of(
    shop: Path,
) -> None:
    log = "user,item_id,stars\n" + "".join(f"u{i},i{i % 9},{-i % 7 - 30}\n" for i in range(200))
    said, seen = look(shop, log)
    (warning,) = seen["warnings"]
    assert warning.startswith("0 of 200 ratings reach behaviour.rating_threshold")
    assert "(no usual one)" in seen["scale"]
    words = "import", shop, "--items", shop.parent / "items.csv"
    done = "".join(beholder(*words, "--interactions", shop.parent / "log.csv"))
    assert f"warning: {warning}" in said
    assert f"warning: {warning}" in done


def test_the_scale_of_ratings_is_shown_and_nothing_is_written(shop: Path) -> None:
    before = (shop / "beholder.toml").read_text()
    said, seen = look(shop, "user,item_id,stars\nu1,i1,4\nu2,i2,9\nu3,i3,10\n")
    assert "taken: rating: by the name of the column stars" in said
    assert "3 rating, on a scale of 1 to 10: likes from 6.5 on" in said
    assert "without moments" in said
    assert seen["rows"][0]["value"] == 4
    assert (shop / "beholder.toml").read_text() == before


def test_the_import_stores_what_the_dry_run_said(shop: Path) -> None:
    log = "user,item_id,kind,value\nu1,i1,watch,30\n,i1,click,\nu2,NULL,click,\nu3,i2,purchase,-1\n"
    _, seen = look(shop, log)
    words = "--items", shop.parent / "items.csv", "--interactions", shop.parent / "log.csv"
    report = json.loads(beholder("import", shop, *words, "--json")[0])
    (file,) = [file for file in report["files"] if file["what"] == "interactions"]
    assert sum(seen["kinds"].values()) == file["added"] == 1
    refused = json.loads(beholder("import", shop, *words, "--dry-run", "--json")[0])["reasons"]
    assert refused == report["reasons"]


def test_what_would_be_refused_is_shown_by_file_and_row_with_the_item(shop: Path) -> None:
    log = "user,item_id,kind,time\nu,gone,click,2025-01-01\n,i1,click,2025-01-01\nu,i2,a b,soon\n"
    file = shop.parent / "log.csv"
    file.write_text(log + "u,i3,click,2025-01-01\nu,i4,click,2025-01-01\nu,i5,click,2025-01-01\n")
    words = "import", shop, "--items", shop.parent / "items.csv", "--interactions", file
    for more in (("--dry-run",), ()):
        said, refused = beholder(*words, *more)
        lines = [line for line in refused.splitlines() if line.startswith("refused: ")]
        assert lines == [
            "refused: log.csv row 2 its item is not in the catalogue: gone",
            "refused: log.csv row 3 names no one: no id, a word such as NULL, or no valid id",
            lines[2],
        ]
        assert lines[2].startswith("refused: log.csv row 4 kind is not one of view")
        assert "say --map-kind 'a b'=KIND" in said


def test_items_that_lost_their_zeros_are_asked_for(shop: Path) -> None:
    (shop.parent / "items.csv").write_text("item_id,title\n007,Bond\n0,Nil\nAb,Ape\nc,Cow\nd,Dog\n")
    log = "user,item_id\nu,7\nu,aB\nu,x\nu,c\nu,d\nv,d\nv,c\n"
    said, seen = look(shop, log)
    near = "of these 2 would be in the catalogue but for zeros in front or case: "
    near += "7 is not in it"
    assert seen["near"].startswith(near)
    assert f"{near}, did you mean 007?" in said
    words = "import", shop, "--items", shop.parent / "items.csv"
    log = shop.parent / "log.csv"
    said, _ = beholder(*words, "--interactions", log)
    assert f"log.csv: its item is not in the catalogue: {near}, did you mean 007?" in said
    log.write_text("user,item_id\nu,7\nu,00\n")
    for more in ((), ("--dry-run",)):
        _, error = beholder(*words, "--interactions", log, *more, status=1)
        assert "did you mean 007?" in error


def log_of(folder: Path, name: str, items: str) -> Path:
    """Write a log of an item a letter."""
    rows = "".join(f"u{n},{item}\n" for n, item in enumerate(items))
    (folder / name).write_text("user,item_id\n" + rows)
    return folder / name


def test_items_that_the_import_would_make_join(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    beholder("init", shop)
    before = (shop / "beholder.toml").read_text()
    first = "import", shop, "--interactions", log_of(tmp_path, "day1.csv", "abc")
    words = "items made of ids alone; a file of items or a folder of pictures brings the rest"
    looked = beholder(*first, "--dry-run")[0]
    assert "3 of 3 interactions join an item" in looked
    assert f"3 {words}\n" in looked
    assert (shop / "beholder.toml").read_text() == before
    assert f"day1.csv: 3 {words}\n" in beholder(*first)[0]
    next_day = "import", shop, "--interactions", log_of(tmp_path, "day2.csv", "xyzwvutsrqpo")
    look = json.loads(beholder(*next_day, "--dry-run", "--json")[0])
    assert (look["behaviour"]["joined"], look["refused"]) == (12, 0)
    report = json.loads(beholder(*next_day, "--json")[0])
    assert report["files"][0]["added"] == 12
    assert f"12 {words}" in report["files"][0]["said"]
    assert words not in beholder(*next_day)[0], "they are there now"


def test_an_empty_catalogue_that_takes_no_items_from_behaviour_joins_none(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    beholder("init", shop)
    write_line(shop / "beholder.toml", "behaviour", "makes_items", False, "as said")
    words = "import", shop, "--interactions", log_of(tmp_path, "log.csv", "abc")
    for more in ((), ("--dry-run",)):
        _, error = beholder(*words, *more, status=1)
        assert "only 0 of the first 3 rows of log.csv name an item" in error


def test_ids_that_no_item_can_have_are_made_by_nobody(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    beholder("init", shop)
    log = log_of(tmp_path, "log.csv", "abc")
    log.write_text(log.read_text() + f"u,{'x' * 257}\n")
    words = "import", shop, "--interactions", log
    look = json.loads(beholder(*words, "--dry-run", "--json")[0])
    report = json.loads(beholder(*words, "--json")[0])
    assert look["reasons"] == report["reasons"] == {"its item is not in the catalogue": 1}


def test_users_that_would_change_or_be_refused_are_counted(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    beholder("init", shop)
    (tmp_path / "users.csv").write_text(
        "user,consent\nu1,no\nu2,yes\nu1,yes\nNULL,no\nu3,perhaps\nu4,\n u1,yes\n"
    )
    words = "import", shop, "--users", tmp_path / "users.csv"
    said = beholder(*words, "--dry-run", status=1)[0]
    look = json.loads(beholder(*words, "--dry-run", "--json", status=1)[0])
    report = json.loads(beholder(*words, "--json", status=1)[0])
    (file,) = report["files"]
    assert (look["users_changed"], look["users_same"]) == (file["changed"], file["same"]) == (2, 3)
    assert look["reasons"] == report["reasons"]
    assert len(look["reasons"]) == 2
    assert look["rules"] == report["rules"]
    assert "2 rows of users would change what they allow, 3 would not" in said
    assert "1 row would be refused: its consent is neither yes nor no: nothing is allowed" in said


def test_what_the_import_alone_looks_at_is_said(shop: Path) -> None:
    said, seen = look(shop, "user,item_id,event_id\nu,i1,e\nu,i2,e\n")
    assert seen["unchecked"] == ["event_id"]
    assert "not looked at here, and the import may refuse rows for it: event_id" in said


def test_what_is_read_otherwise_than_it_stands_is_counted_as_by_the_import(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    beholder("init", shop)
    rows = "".join(f" i{n},{'dear' if n % 3 else n}\n" for n in range(3_000))
    (tmp_path / "items.csv").write_text("item_id,price\n" + rows)
    words = "import", shop, "--items", tmp_path / "items.csv"
    said = beholder(*words, "--dry-run")[0]
    look = json.loads(beholder(*words, "--dry-run", "--json")[0])
    report = json.loads(beholder(*words, "--json")[0])
    assert look["rules"] == report["rules"]
    assert look["rules_first"] == report["rules_first"]
    assert "3000 ids with spaces around them, which were taken off" in said


def test_a_log_is_judged_by_the_rows_that_the_import_judges_it_by(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the first batch joins, and of those behind it none."""
    monkeypatch.setattr("beholder.catalogue.readers.json_array.BATCH", 500)
    rows = [{"user": "u", "item_id": f"i{n % 30}"} for n in range(500)]
    rows += [{"user": "u", "item_id": "gone"} for n in range(600)]
    log = shop.parent / "log.json"
    log.write_text(json.dumps(rows))
    words = "import", shop, "--items", shop.parent / "items.csv", "--interactions", log
    said = beholder(*words, "--dry-run")[0]
    assert "500 of 1100 interactions join" in said
    assert "the import reads the others too" not in said


def test_that_a_log_has_more_rows_than_were_looked_at_is_said(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beholder.catalogue.readers.json_array.BATCH", 5)
    log = shop.parent / "log.json"
    log.write_text(json.dumps([{"user": "u", "item_id": f"i{n % 30}"} for n in range(21)]))
    words = "import", shop, "--items", shop.parent / "items.csv", "--interactions", log
    said = beholder(*words, "--dry-run")[0]
    assert "20 of 20 interactions join an item" in said
    assert "the first 20 rows say this; the import reads the others too" in said


def test_items_of_which_none_is_read_stop_the_dry_run_as_the_import(shop: Path) -> None:
    (shop.parent / "items.csv").write_text("item_id,title\nNULL,a\n")
    (shop.parent / "log.csv").write_text("user,item_id\nu,a\n")
    words = "import", shop, "--items", shop.parent / "items.csv"
    more = "--interactions", shop.parent / "log.csv", "--dry-run"
    _, error = beholder(*words, *more, status=1)
    assert "no row of items.csv could be read; log.csv would not be read" in error


def test_ratings_beside_other_kinds_are_said_to_be_no_opinion(shop: Path) -> None:
    said, _ = look(shop, "user,item_id,event,rating\nu1,i1,purchase,1\nu1,i2,rating,1\n")
    assert "event says; rating is a rating in rows of that kind, and no opinion in others" in said
    said, _ = look(shop, "user,item_id,event,quantity\nu1,i1,purchase,1\n")
    assert "no opinion" not in said


@pytest.mark.parametrize(
    ("mark", "value", "first", "second", "told", "words"),
    [
        (
            ";",
            "rating",
            "4,500",
            "3,000",
            4.5,
            "rating: a comma is a decimal comma, 4,500 is 4.5 (",
        ),
        (";", "quantity", "2,000", "1,5", 2, "2,000 is 2 (as 1,5 in this column shows)"),
        (";", "quantity", "1.000", "1,5", 1000, "1.000 is 1000 (as 1,5 in this column shows)"),
        (";", "quantity", "1,000", "2,000.00", 1000, ""),
        ("\t", "watch_time", "2,345", "0,500", 2.345, "2,345 is 2.345 (as 0,500 in this column"),
        ("\t", "quantity", "2,000", "7", 2000, "warning: quantity: 2,000 is read as thousands and"),
        (",", "Menge", "1.000", "2", 1, "warning: Menge: 1.000 is read with a decimal point and"),
        ("\t", "watch_time", "1.234", "2.345", 1.234, "watch_time: 1.234 is read with a decimal"),
    ],
)
def test_the_decimal_mark_of_values_is_told_by_their_column(
    shop: Path, mark: str, value: str, first: str, second: str, told: float, words: str
) -> None:
    rows = [["user", "item_id", "time", value], ["u", "i1", "1700000000", first]]
    rows.append(["u", "i2", "1700000001", second])
    said, seen = look(shop, "".join(f"{mark.join(row)}\n" for row in rows))
    files = "--items", shop.parent / "items.csv", "--interactions", shop.parent / "log.csv"
    done = "".join(beholder("import", shop, *files))
    for each in (said, done):
        assert words in each
        assert ("decimal comma" in each or "thousands" in each) == bool(words)
    with Store.open(Workspace.open(shop)) as store:
        stored = store.training_events("train").values.tolist()
    assert stored == [pytest.approx(row["value"]) for row in seen["rows"]]
    assert stored[0] == pytest.approx(told)


WAYS = [
    ("watch_time", ["01:02:03", "0:10:00", "90"], [3723, 600, 90], "01:02:03 is read as hours"),
    ("watch_time", ["1:00:00,5", "0:00:01.25", "90"], [3600.5, 1.25, 90], "3600.5 seconds"),
    (
        "rating",
        ["80%", "100 %", "7,5%"],
        [80, 100, 7.5],
        "80% is read as 80 on a scale of 0 to 100",
    ),
    ("rating", ["1/5", "0.5 / 5", "1/5"], [1, 0.5, 1], "1/5 is read as 1 on a scale of 1 to 5"),
    ("rating", ["4/10", "5/10", "3/10"], [4, 5, 3], "4/10 is read as 4 on a scale of 1 to 10"),
    ("rating", ["80/100", "9/100", "30%"], [80, 9, 30], "ratings of 0 to 100"),
]


@pytest.mark.parametrize(("column", "cells", "values", "words"), WAYS)
def test_values_that_are_more_than_a_number_are_read_where_they_are_beyond_doubt(
    shop: Path, column: str, cells: list[str], values: list[float], words: str
) -> None:
    rows = [f'u,i{n},170000000{n},"{cell}"' for n, cell in enumerate(cells, 1)]
    said, seen = look(shop, "\n".join([f"user,item_id,time,{column}", *rows, ""]))
    files = "--items", shop.parent / "items.csv", "--interactions", shop.parent / "log.csv"
    assert words in "".join(beholder("import", shop, *files))
    assert words in said or words.startswith("ratings")
    with Store.open(Workspace.open(shop)) as store:
        assert store.training_events("train").values.tolist() == pytest.approx(values)
    assert [row["value"] for row in seen["rows"]] == pytest.approx(values)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("watch_time", "02:35", "may begin with minutes or hours: write seconds, or 0:02:35"),
        ("watch_time", "1h 5m", "write seconds, such as 3900 for 1h 5m"),
        ("watch_time", "65 Min.", "write seconds"),
        ("watch_time", "80%", "what happened is no rating: write a number"),
        ("watch_time", "1:60:00", "value is no finite number: write one such as 4"),
        ("rating", "4 stars", "write the number alone, such as 4 for 4 stars"),
        ("rating", "★★★★☆", "write the number alone, such as 4 for 4 stars"),
        ("rating", "1:02:03", "what happened is no watch: write a number"),
        ("rating", "7/5", "write a number, such as 4 for 4/5"),
        ("rating", "3/4", "write a number, such as 4 for 4/5"),
        ("rating", "120%", "write a number, such as 4 for 4/5"),
        ("rating", "80%", "in another way than most ratings of the file"),
        ("rating", "gut", "value is no finite number: write one such as 4"),
        ("rating", "1e400", "value is no finite number"),
    ],
)
def test_what_may_be_meant_otherwise_is_refused_with_what_to_write(
    shop: Path, column: str, cell: str, reason: str
) -> None:
    rows = [f"u,i{n},170000000{n},{value}" for n, value in enumerate(["2", cell, "3"], 1)]
    said, seen = look(shop, "\n".join([f"user,item_id,time,{column}", *rows, ""]))
    assert "1 row would be refused: " in said
    assert reason in said
    assert [row["value"] for row in seen["rows"]] == [2, 3]


def test_a_decimal_mark_that_the_first_rows_do_not_show_holds_for_them(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK", 5_000)  # bytes of a batch: the dry run shows four
    rows = "".join(f"u{n}\ti{n % 30}\t2,000\n" for n in range(3_000))
    few, many = (f"user\titem_id\tquantity\n{rows}" + f"v\ti1\t{n},5\n" * n for n in (1, 20))
    said, seen = look(shop, few)
    assert "quantity: 2,000 is read as thousands and may have a decimal comma" in said
    assert seen["rows"][0]["value"] == 2000
    said, seen = look(shop, many)
    assert "quantity: a comma is a decimal comma, 2,000 is 2 (as 20,5 in this column" in said
    assert seen["rows"][0]["value"] == 2
    files = "--items", shop.parent / "items.csv", "--interactions", shop.parent / "log.csv"
    assert "2,000 is 2 (as 20,5" in "".join(beholder("import", shop, *files))
    with Store.open(Workspace.open(shop)) as store:
        assert set(store.training_events("train").values.tolist()) == {2.0, 20.5}


def test_rows_that_are_left_out_or_not_for_sale_are_counted_as_by_the_import(
    tmp_path: Path,
) -> None:
    shop, items = tmp_path / "shop", tmp_path / "items.csv"
    beholder("init", shop)
    items.write_text(
        "Handle,Title,Published,Status\n"
        "a,Jug,true,active\na,Mug,true,active\nb,Vase,FALSE,active\nc,Cup,true,draft\n"
    )
    words = "import", shop, "--items", items
    said = beholder(*words, "--dry-run")[0]
    look = json.loads(beholder(*words, "--dry-run", "--json")[0])
    report = json.loads(beholder(*words, "--json")[0])
    assert look["rules"] == report["rules"]
    assert sorted(look["rules"].values()) == [1, 1, 1]
    assert "1 row whose item an earlier row has: the earlier row counts" in said
    assert "1 row whose Published is false: " in said
    assert "1 row whose Status is draft: " in said
