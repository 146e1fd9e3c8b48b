"""What some rows of a log say of others: hours, dates, ids and numbers beyond the first batch."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder

NEW_YEARS_EVE = 1735653600000  # 2024-12-31 14:00 UTC
HOUR = 3_600_000
BEYOND = 60_000  # rows of `FILLER`, which are more than one batch
FILLER = "x" * 150


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def imported(shop: Path, log: str, *words: object, name: str = "log.csv") -> dict[str, object]:
    """Return what is told of a log that is imported, as the dry run before it told it, too."""
    path = shop.parent / name
    path.write_text(log)
    told = "import", shop, "--interactions", path, *words, "--json"
    looked = json.loads(beholder(*told, "--dry-run")[0])["behaviour"]
    done: dict[str, object] = json.loads(beholder(*told)[0])["files"][-1]
    warned = [f"warning: {each}" for each in looked["warnings"]]
    shown = done["said"]
    assert isinstance(shown, list)
    if not looked["more"]:
        assert {*looked["said"], *warned} <= set(shown)
    return done


def times_of(shop: Path) -> list[int]:
    with Store.open(Workspace.open(shop)) as store:
        return sorted(store.training_events("train").times.tolist())


def test_a_day_with_an_hour_of_its_own_keeps_it(shop: Path) -> None:
    log = (
        "user,item,timestamp,klok\nu,a,2024-12-31T14:00:00Z,14:00\nv,a,2024-12-31,13:00\n"
        "w,a,2024-12-31T15:00:00Z,no\n"
    )
    done = imported(shop, log, "--map", "time_of_day=klok")
    told = "2 rows have an hour in timestamp itself: klok is not added to these"
    assert f"warning: {told}" in done["said"]
    assert times_of(shop) == [NEW_YEARS_EVE + hour * HOUR for hour in (-1, 0, 1)]


def test_days_that_have_hours_after_the_first_rows_keep_them(shop: Path) -> None:
    rows = [f"u{n},a,2024-12-31,14:00,{FILLER}\n" for n in range(BEYOND)]
    rows.append("v,a,2024-12-31 15:00:00,15:00,\n")
    done = imported(shop, "user,item,date,time,note\n" + "".join(rows))
    assert "warning: 1 row has an hour in date itself: time is not added to it" in done["said"]
    assert set(times_of(shop)) == {NEW_YEARS_EVE, NEW_YEARS_EVE + HOUR}


def dated(*dates: str) -> str:
    """Return a log whose last dates stand beyond the first batch."""
    rows = [f"u{n},a,{dates[0]},{FILLER}\n" for n in range(BEYOND)]
    rows += [f"v{n},a,{date},\n" for n, date in enumerate(dates[1:])]
    return "user,item,date,note\n" + "".join(rows)


@pytest.mark.parametrize("first", ["01/12/2024", "2024-12-01"])
def test_dates_are_read_as_the_whole_file_tells(shop: Path, first: str) -> None:
    done = imported(shop, dated(first, "05/12/2024", "31/12/2024"))
    assert "dates such as 31/12/2024 are read as day/month/year" in done["said"]
    assert done["refused"] == 0
    days = [NEW_YEARS_EVE - 14 * HOUR - back * 24 * HOUR for back in (30, 26, 0)]
    assert sorted(set(times_of(shop))) == days


@pytest.mark.parametrize("value", ["", ",quantity"])
def test_dates_of_both_orders_anywhere_in_a_file_are_refused(shop: Path, value: str) -> None:
    log = dated("13/01/2025", "02/01/2025", "2025-01-02", "01/13/2025")
    if value:
        log = log.replace("\n", ",1\n").replace("note,1", "note,quantity")
    done = imported(shop, log)
    told = (
        "warning: dates with slashes are refused, since some begin with the day (13/01/2025) and "
        "some with the month (01/13/2025): write 2025-12-31 for 31 December in all rows"
    )
    assert told in done["said"]
    assert (done["added"], done["refused"]) == (1, BEYOND + 2)


@pytest.mark.parametrize(("ours", "theirs"), [("1", "1.0"), ("1.0", "1")])
def test_points_in_ids_are_told_once_for_a_file(shop: Path, ours: str, theirs: str) -> None:
    (shop.parent / "items.csv").write_text(f"item_id,title\n{ours},A\n{ours.replace('1', '2')},B\n")
    beholder("import", shop, "--items", shop.parent / "items.csv")
    rows = [f"u{n},{theirs},{FILLER}\n" for n in range(BEYOND)]
    rows += ["u,x77.0,\n", "u,y.z,\n", "v,3.0,\n", f"w,{theirs.replace('1', '2')},\n"]
    done = imported(shop, "user,item,note\n" + "".join(rows))
    assert (done["added"], done["refused"]) == (BEYOND + 1, 3)
    assert str(done["said"]).count("joined as whole numbers") == 1


NOTHING = ("NULL", "\\N", "nan", "-", "", " ", "None")


@pytest.mark.parametrize("column", ["quantity", "rating"])
def test_words_for_nothing_are_no_value(shop: Path, column: str) -> None:
    kind = "purchase" if column == "quantity" else "view"
    rows = [f"u{n},a,{kind},{cell}\n" for n, cell in enumerate(NOTHING)]
    done = imported(shop, f"user,item,event,{column}\nv,a,rating,4\n" + "".join(rows))
    assert (done["added"], done["refused"]) == (1 + len(NOTHING), 0)
    rows = [f"u{n},a,rating,{cell}\n" for n, cell in enumerate(NOTHING)]
    done = imported(shop, "user,item,event,rating\nw,a,rating,4\n" + "".join(rows))
    assert (done["added"], done["refused"]) == (1, len(NOTHING))
    report = max(
        (shop / "reports").glob("import-*-refused.csv"), key=lambda path: path.stat().st_mtime
    )
    assert report.read_text().count("is a rating without a number") == len(NOTHING)


def test_what_is_no_number_in_parquet_is_no_value(shop: Path) -> None:
    table = pa.table(
        {
            "user_id": ["a", "b", "c"],
            "item_id": ["A", "B", "A"],
            "event": ["view", "rating", "rating"],
            "rating": pa.array([float("nan"), 4.0, float("nan")]),
        }
    )
    pq.write_table(table, shop.parent / "log.parquet")
    told = "import", shop, "--interactions", shop.parent / "log.parquet", "--json"
    done = json.loads(beholder(*told)[0])
    assert done["files"][0]["added"] == 2
    assert done["reasons"] == {"is a rating without a number": 1}
