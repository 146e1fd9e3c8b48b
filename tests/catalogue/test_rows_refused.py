"""Items, people, settings and what is told of columns come of rows that are kept alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beholder.catalogue.events_of_file import RATES_NOTHING
from beholder.catalogue.import_interactions import CONFLICT
from beholder.catalogue.readers import lines
from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder
from items_held import items_of

BAD = (
    ("time", "soon"),
    ("kind", "frob"),
    ("user", "NULL"),
    ("user", "x" * 257),
    ("event_id", "e" * 257),
    ("answer_id", "no answer"),
    ("value", "-1"),
)
GOOD = {"user": "", "item": "", "kind": "rating", "time": "2024-01-01", "value": "4",
        "event_id": "", "answer_id": ""}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def log_of(shop: Path, *rows: dict[str, str]) -> Path:
    """Write a log whose rows are good but for what is said."""
    lines = [",".join(GOOD), *(",".join((GOOD | row).values()) for row in rows)]
    (shop.parent / "log.csv").write_text("\n".join(lines) + "\n")
    return shop.parent / "log.csv"


def people(shop: Path) -> int:
    """Return how many people were ever made."""
    with Store.open(Workspace.open(shop)) as store:
        return store.highest_person()


def both(shop: Path, log: Path, *more: str, status: int = 0) -> tuple[dict[str, Any], ...]:
    """Return what the dry run says, and the import."""
    words = "import", shop, "--interactions", log, "--json", *more
    look = json.loads(beholder(*words, "--dry-run")[0])
    return look, json.loads(beholder(*words, status=status)[0])


@pytest.mark.parametrize(("column", "cell"), BAD)
def test_a_row_that_is_refused_makes_no_item_and_nobody(shop: Path, column: str, cell: str) -> None:
    rows = [{"user": f"u{n}", "item": item} for n, item in enumerate("ab")]
    bad = {"user": "u9", "item": "ghost", column: cell}
    _, report = both(shop, log_of(shop, rows[0], bad, rows[1]))
    (file,) = report["files"]
    assert (file["added"], file["refused"]) == (2, 1)
    assert "2 items made of ids alone" in " ".join(file["said"])
    assert sorted(items_of(shop)) == ["a", "b"]
    assert people(shop) == 2
    assert "nothing is held of this id" in beholder("user", "export", shop, "u9")[1]


@pytest.mark.parametrize(("column", "cell"), [*BAD[:6], ("item", "NULL")])
def test_a_log_of_which_no_row_is_kept_leaves_the_workspace_as_it_was(
    shop: Path, column: str, cell: str
) -> None:
    settings = (shop / "beholder.toml").read_text()
    rows = [{"user": f"u{n}", "item": f"i{n}", "value": "9", column: cell} for n in range(4)]
    log = log_of(shop, *rows)
    beholder("import", shop, "--interactions", log, "--map", "value=value", status=1)
    assert items_of(shop) == {}
    assert people(shop) == 0
    assert (shop / "beholder.toml").read_text() == settings
    assert not (shop / "reports" / "columns.json").exists()


def test_an_id_of_another_event_makes_no_item(shop: Path) -> None:
    first = {"user": "u1", "item": "a", "event_id": "e1"}
    words = "import", shop, "--interactions"
    twice = log_of(
        shop, first, first | {"item": "ghost", "value": "1"}, {"user": "u2", "item": "b"}
    )
    (file,) = json.loads(beholder(*words, twice, "--json")[0])["files"]
    assert (file["added"], file["refused"]) == (2, 1)
    assert sorted(items_of(shop)) == ["a", "b"]
    later = log_of(shop, first, first | {"item": "late"}, first | {"user": "u3", "item": "c"})
    report = json.loads(beholder(*words, later, "--json")[0])
    (file,) = report["files"]
    assert (file["added"], file["same"], report["reasons"]) == (1, 1, {CONFLICT: 1})
    assert sorted(items_of(shop)) == ["a", "b", "c"]


def test_a_wrong_map_leaves_nothing_for_the_right_one(shop: Path) -> None:
    log = shop.parent / "log.csv"
    log.write_text("user,shown,slot,time\nu1,a,slot1,1/2/2024\nu2,b,slot2,3/4/2024\n")
    words = "import", shop, "--interactions", log
    beholder(*words, "--map", "item_id=slot", status=1)
    log.write_text("user,shown,slot,time\nu1,a,slot1,2024-02-01\nu2,b,slot2,2024-04-03\n")
    assert "as told before" not in beholder(*words, "--map", "item_id=shown")[1]
    assert sorted(items_of(shop)) == ["a", "b"]


def test_the_dry_run_makes_the_items_that_the_import_makes(shop: Path) -> None:
    rows = [{"user": f"u{n}", "item": f"i{n}", "time": "03/09/2025"} for n in range(4)]
    words = "import", shop, "--interactions", log_of(shop, *rows), "--dry-run"
    looked = beholder(*words, status=1)[0]
    assert "of ids alone" not in looked
    assert "4 of 4 interactions join an item: 100%\n0 of these would be kept\n" in looked
    rows[1]["time"] = rows[2]["time"] = "2025-03-09"
    look, report = both(shop, log_of(shop, *rows, {"user": "u\x01", "item": "i9"}))
    made = "2 items made of ids alone; a file of items or a folder of pictures brings the rest"
    assert made in look["behaviour"]["said"]
    assert made in report["files"][0]["said"]
    assert look["reasons"] == report["reasons"]
    assert look["behaviour"]["joined"] / look["behaviour"]["looked_at"] == report["joined"] == 1


def test_ratings_of_rows_that_are_refused_say_nothing_of_the_scale(shop: Path) -> None:
    good = [{"user": f"u{n}", "item": f"i{n}", "value": f"{n % 5 + 1}"} for n in range(10)]
    bad = [{"user": f"v{n}", "item": f"i{n}", "value": "80", "time": "soon"} for n in range(10)]
    look, report = both(shop, log_of(shop, *bad, *good))
    assert look["behaviour"]["scale"] == "1 to 5"
    assert "ratings of 1 to 5" in " ".join(report["files"][0]["said"])
    assert "rating_threshold = 3.5 " in (shop / "beholder.toml").read_text()


def test_ratings_of_items_that_there_are_not_say_nothing_of_the_scale(shop: Path) -> None:
    (shop.parent / "items.csv").write_text("item_id,title\na,Vase\nb,Bowl\n")
    good = [{"user": f"u{n}", "item": "a", "value": f"{n % 5 + 1}"} for n in range(10)]
    bad = [{"user": f"v{n}", "item": "gone", "value": "80"} for n in range(8)]
    both(shop, log_of(shop, *good, *bad), "--items", str(shop.parent / "items.csv"))
    assert "rating_threshold = 3.5 " in (shop / "beholder.toml").read_text()
    assert people(shop) == 10


def test_ratings_of_whom_was_erased_today_say_nothing_of_the_threshold(shop: Path) -> None:
    first = log_of(shop, {"user": "u", "item": "a", "kind": "view", "value": ""})
    beholder("import", shop, "--interactions", first)
    beholder("user", "erase", shop, "u", "--yes")
    bad = [{"user": "u", "item": f"i{n}", "value": "9"} for n in range(20)]
    good = [{"user": f"v{n}", "item": "a", "value": f"{n % 5 + 1}"} for n in range(10)]
    beholder("import", shop, "--interactions", log_of(shop, *bad, *good))
    assert "rating_threshold = 3.5 " in (shop / "beholder.toml").read_text()


def test_minus_one_means_the_same_wherever_it_stands(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first parts of the file alone look like votes."""
    monkeypatch.setattr(lines, "BLOCK", 2_000)  # bytes of a batch
    votes = [{"user": f"u{n}", "item": f"i{n}", "value": ("-1", "1")[n % 2]} for n in range(300)]
    stars = [{"user": f"v{n}", "item": f"i{n}", "value": f"{n % 5 + 1}"} for n in range(100)]
    none = [{"user": f"w{n}", "item": f"i{n}", "value": "-1"} for n in range(100)]
    look, report = both(shop, log_of(shop, *votes, *stars, *none))
    why = RATES_NOTHING.format(scale="1 to 5")
    assert report["reasons"] == {why: 250}
    assert set(look["reasons"]) == {why}
    with Store.open(Workspace.open(shop)) as store:
        assert store.training_events("train").values.min() == 1


def test_who_was_erased_today_makes_no_item_and_decides_no_scale(shop: Path) -> None:
    first = log_of(shop, {"user": "u", "item": "a", "kind": "view", "value": ""})
    beholder("import", shop, "--interactions", first)
    beholder("user", "erase", shop, "u", "--yes")
    settings = (shop / "beholder.toml").read_text()
    late = log_of(shop, {"user": "u", "item": "ghost", "value": "9"})
    beholder("import", shop, "--interactions", late, status=1)
    assert sorted(items_of(shop)) == ["a"]
    assert (shop / "beholder.toml").read_text() == settings


def test_a_session_beside_a_user_is_nobody_of_its_own(shop: Path) -> None:
    log = shop.parent / "log.csv"
    log.write_text("user_id,session_id,item_id\nu1,s1,a\nu1,s2,b\n,s3,a\n")
    beholder("import", shop, "--interactions", log)
    assert people(shop) == 2
