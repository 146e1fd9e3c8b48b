"""Exports of one person's own behaviour name nobody: `--user` says whose it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from command_line import beholder

GOODREADS = (
    "Book Id,Title,ISBN,My Rating,Average Rating,Date Read,Date Added,Exclusive Shelf\n"
    '2767052,The Hunger Games,"=""0439023483""",5,4.34,2024/01/15,2023/12/01,read\n'
    '41865,Twilight,"=""0316015849""",2,3.66,,2023/11/01,read\n'
    '5907,The Hobbit,"=""""",0,4.29,,2024/02/01,to-read\n'
)
LETTERBOXD = "Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,Heat,1995,https://boxd.it/2aXa,4.5\n"
IMDB = "Const,Your Rating,Date Rated,Title,IMDb Rating,Year\ntt0113277,9,2024-01-01,Heat,8.3,1995\n"
NETFLIX = 'Title,Date\n"Dark: Season 1",1/2/24\n"The Crown: Season 2",12/25/23\n'
BY_TITLE = ("--map", "item_id=Title")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def both(shop: Path, *words: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the dry run says, and the import."""
    look = json.loads(beholder("import", shop, *words, "--json", "--dry-run")[0])
    return look, json.loads(beholder("import", shop, *words, "--json")[0])


@pytest.mark.parametrize(
    ("text", "more", "first", "added"),
    [
        (GOODREADS, (), "2023-11-01", 2),
        (LETTERBOXD, (), "2024-01-01", 1),
        (IMDB, (), "2024-01-01", 1),
        (NETFLIX, BY_TITLE, "2023-12-25", 2),
    ],
    ids=["goodreads", "letterboxd", "imdb", "netflix"],
)
def test_an_export_of_ones_own_is_read_with_the_remedy_of_its_first_error(
    shop: Path, tmp_path: Path, text: str, more: tuple[str, ...], first: str, added: int
) -> None:
    log = tmp_path / "own.csv"
    log.write_text(text)
    for dry in ((), ("--dry-run",)):
        _, told = beholder("import", shop, "--interactions", log, *dry, status=1)
        assert "--user NAME in place of a user where the whole file is of one person" in told
        assert ("item_id=COLUMN" in told) == bool(more)
    look, done = both(shop, "--interactions", log, "--user", "me", *more)
    assert "all rows are of one person, as --user says" in look["behaviour"]["said"]
    assert "all rows are of one person, as --user says" in done["files"][0]["said"]
    assert look["behaviour"]["first"].startswith(first)
    assert done["files"][0]["added"] == added == sum(look["behaviour"]["kinds"].values())
    exported = [json.loads(line) for line in beholder("user", "export", shop, "me")[0].splitlines()]
    assert sum(row["record"] == "event" for row in exported) == added


def test_where_a_book_was_not_finished_its_moment_is_when_it_was_added(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text(GOODREADS)
    look, done = both(shop, "--interactions", tmp_path / "own.csv", "--user", "me")
    said = "where Date Read is empty the moment is that of Date Added (2 rows)"
    assert said in look["behaviour"]["said"]
    assert said in done["files"][0]["said"]


def test_a_column_that_names_people_is_told_beside_the_one_person(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "log.csv").write_text("user_id,session_id,sku,date\nu,s,a,2026-01-01\n")
    words = ("--interactions", tmp_path / "log.csv", "--user", "me")
    look, done = both(shop, *words)
    told = "warning: user_id is not used, and is called as columns of people are"
    assert told in " ".join(look["sights"][0]["said"])
    assert told in " ".join(done["files"][0]["said"])
    assert "me" not in done["files"][0]["mapping"].values()
    kept = next((shop / "reports").glob("import-*.json")).read_text()
    assert '"me"' not in kept


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--user", "me"), "--user is of a file of behaviour (add --interactions FILE)"),
        (("--user", "null", "--interactions"), "--user is 'null', which programs write where"),
        (("--user", "me", "--map", "user=sku", "--interactions"), "--user says that the file is"),
    ],
)
def test_a_person_that_cannot_be_meant_is_refused(
    shop: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "log.csv").write_text("sku,date\na,2026-01-01\n")
    file = ("--items",) if "--interactions" not in words else ()
    _, error = beholder("import", shop, *words, *file, tmp_path / "log.csv", status=2)
    assert told in error


def test_a_film_was_seen_when_it_was_watched_not_when_that_was_written_down(
    shop: Path, tmp_path: Path
) -> None:
    text = "Date,Name,Letterboxd URI,Rating,Watched Date\n2024-03-01,Heat,h,4.5,2024-01-02\n"
    (tmp_path / "diary.csv").write_text(text)
    look, _ = both(shop, "--interactions", tmp_path / "diary.csv", "--user", "me")
    assert look["behaviour"]["first"].startswith("2024-01-02")


def test_what_stands_in_for_moments_needs_moments(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,sku,seen\nu,a,2026-01-01\n")
    words = ("--interactions", tmp_path / "log.csv", "--map", "time_else=seen")
    told = "seen stands in for moments, and no column looks like these"
    assert told in beholder("import", shop, *words, status=1)[1]


def test_spaces_around_the_person_are_none_as_in_a_file(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("sku,date\na,2026-01-01\n")
    words = ("import", shop, "--interactions", tmp_path / "log.csv", "--user")
    assert "--user is empty" in beholder(*words, "  ", status=2)[1]
    beholder(*words, " me ")
    assert '"record":"event"' in beholder("user", "export", shop, "me")[0]


def test_a_moment_that_is_empty_is_none_in_each_kind_of_file(shop: Path, tmp_path: Path) -> None:
    rows = [{"user": "u", "sku": "a", "time": datetime(2026, 1, 1, tzinfo=UTC)},
            {"user": "u", "sku": "b", "time": None}]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "log.parquet")
    (tmp_path / "log.csv").write_text("user,sku,time\nu,c,2026-01-01\nu,d,\nu,e,-\nu,f,NULL\n")
    (tmp_path / "log.jsonl").write_text('{"user": "u", "sku": "g", "time": null}\n')
    for name, n in (("log.parquet", 1), ("log.csv", 3), ("log.jsonl", 1)):
        for told in both(shop, "--interactions", tmp_path / name):
            assert not told["reasons"]
            assert told["rules"]["events without a moment: their order is not known"] == n
