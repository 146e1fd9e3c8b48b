"""`beholder rows`: the lists beside the recommendations, for a person or for nobody."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from beholder.cli.main import beholder
from beholder.engine.opening import open_engine
from beholder.workspace import Workspace


def rows(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(beholder, ["rows", str(folder), *words])


def test_all_rows_are_printed_and_an_empty_one_says_why(trained: Path) -> None:
    shown = rows(trained, "-k", "3").stdout
    assert "recently-viewed\nnothing: nobody is named whose views these would be" in shown
    assert " events from " in shown.split("\ntrending: ")[1].splitlines()[0]
    assert "\nnew\n" in shown
    assert "\npopular\n" in shown


def test_json_has_the_rows_that_an_engine_gives(workspace: Workspace) -> None:
    with open_engine(workspace.root) as engine:
        engine.record({"item": "item-0007", "kind": "view", "user": "ann"})
    words = ("--user", "ann", "--row", "recently-viewed", "--row", "new", "-k", "2", "--json")
    told = json.loads(rows(workspace.root, *words).stdout)
    assert [row["row"] for row in told] == ["recently-viewed", "new"]
    assert [item["id"] for item in told[0]["items"]] == ["item-0007"]
    with open_engine(workspace.root) as engine:
        assert told[1] == engine.row("new", "ann", k=2).to_dict()


def test_a_filter_holds_and_a_wrong_name_is_refused(trained: Path) -> None:
    told = json.loads(rows(trained, "--row", "new", "--filter", "price < 50", "--json").stdout)
    assert told[0]["items"]
    assert all(item["attributes"]["price"] < 50 for item in told[0]["items"])
    refused = rows(trained, "--row", "best")
    assert "there is no row 'best'" in str(refused.exception)
