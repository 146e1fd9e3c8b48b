"""What programs read where a command fails: one JSON document, with `--json`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from beholder.cli.main import TO_FILES
from beholder.cli.main import beholder as group
from command_line import beholder
from items_held import items_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_file_that_is_refused_as_a_whole_is_told_to_programs(
    shop: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    (tmp_path / "log.csv").write_text("foo,bar\n1,2\n")
    words = "import", shop, "--interactions", tmp_path / "log.csv", "--json", *more
    printed, told = beholder(*words, status=1)
    assert json.loads(printed) == {
        "error": {
            "code": "data",
            "detail": "log.csv has no column that looks like item_id or user; it has foo, bar",
            "file": "log.csv",
            "field": "item_id",
            "remedy": "say which: --map item_id=COLUMN --map user=COLUMN, or --user NAME "
            "in place of a user where the whole file is of one person",
            "status": 1,
        }
    }
    assert told.startswith("beholder: log.csv has no column")
    assert beholder(*(word for word in words if word != "--json"), status=1)[0] == ""


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_log_of_other_items_is_one_document(
    shop: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    (tmp_path / "items.csv").write_text("item_id\na\n")
    beholder("import", shop, "--items", tmp_path / "items.csv")
    (tmp_path / "log.csv").write_text("user,item,time\nu,x,2024-01-01\n")
    words = "import", shop, "--interactions", tmp_path / "log.csv", "--json", *more
    printed, told = beholder(*words, status=1)
    found = json.loads(printed)
    assert found["behaviour"]["fits"] is False if more else found["error"]["file"] == "log.csv"
    assert "only 0 of the first 1 rows" in told


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        ("train DIR", "workspace", 1),
        ("encode nowhere", "workspace", 1),
        ("check nowhere", "workspace", 1),
        ("check", "usage", 2),
        ("item show DIR none", "unknown-item", 1),
        ("user erase DIR none", "usage", 2),
        ("recommend DIR", "bundle", 1),
        ("import DIR", "usage", 2),
        ("import DIR --no-such-option", "usage", 2),
    ],
)
def test_an_error_is_one_document(shop: Path, words: str, code: str, status: int) -> None:
    given = [str(shop) if word == "DIR" else word for word in words.split()]
    error = json.loads(beholder(*given, "--json", status=status)[0])["error"]
    assert (error["code"], error["status"]) == (code, status)
    assert error["detail"]


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_a_file_whose_name_is_no_unicode_is_refused_before_it_is_read(
    shop: Path, tmp_path: Path
) -> None:
    file = tmp_path / os.fsdecode(b"m\xfcbel.csv")
    file.write_text("item_id\na\n")
    printed, _ = beholder("import", shop, "--items", file, "--json", status=1)
    assert json.loads(printed)["error"]["file"] == "m?bel.csv"
    assert items_of(shop) == {}


def test_the_output_of_a_command_that_writes_its_json_is_for_people(
    shop: Path, tmp_path: Path
) -> None:
    words = "evaluate", shop, "--json", tmp_path / "results.json"
    assert beholder(*words, status=1)[0] == ""
    assert {path[0] for path in _writing(group, ())} == set(TO_FILES)


def _writing(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the commands whose `--json` names a file."""
    context = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _writing(below, (*path, name))
    for option in command.params:
        if "--json" in option.opts and isinstance(option, click.Option) and not option.is_flag:
            yield path
