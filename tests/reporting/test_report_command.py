"""`beholder report`: from evaluating to a file; what is refused, and what is left when it ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from reported_shop import Shop

import beholder
from beholder.errors import DataError
from beholder.reporting import make, results
from beholder.reporting.page import page
from beholder.store import Store, people_reports
from beholder.workspace import Workspace
from command_line import beholder as command
from planted import World, workspace_of


@pytest.fixture
def small(world: World, tmp_path: Path) -> Workspace:
    return workspace_of(world, tmp_path / "small")


def test_it_evaluates_writes_and_says_where(small: Workspace, tmp_path: Path) -> None:
    file, kept, table = (tmp_path / name for name in ("a.html", "a.json", "a.md"))
    said, told = command(
        "report", small.root, "--protocol", "leave-last-out", "--without", "pictures",
        "--budget", "1s", "--out", file, "--json", kept, "--markdown", table,
    )  # fmt: skip
    assert "1 evaluation, 5 trainings of up to 1 s each: up to some 5 seconds" in told
    assert said.strip() in file.read_text(encoding="utf-8").replace("‑", "-")
    assert f"written: {file}" in told
    assert "no erasure reaches it there" in told
    here = command("report", small.root, "--from", kept)[1]
    assert "is destroyed with the next erasure" in here
    nobody = command("report", small.root, "--from", kept, "--no-people")[1]
    assert "single people" not in nobody
    assert table.read_text().count("\n") == 3
    (run,) = results.read([kept])
    assert [one.share for one in run.learning][-1] == 1.0
    again = beholder.report(small.root, results=[kept])
    assert again.file.parent == small.people_reports, "where an erasure finds it"
    assert again.answer == said.strip()
    before = "the evaluations were made before"
    assert before in again.file.read_text()
    assert before not in file.read_text()
    assert "it is made of" not in again.file.read_text(), "there is no bundle"
    beholder.train(small.root, budget="1s", models=("itemknn",))
    served = beholder.report(small.root, results=[kept])
    assert "it is made of</dt><dd>itemknn 0." in served.file.read_text()


def test_who_is_erased_while_it_is_made_is_not_in_it_afterwards(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erasing(*given: Any) -> Any:
        people_reports.drop(shop.workspace)  # as an erasure does
        return page(*given)

    monkeypatch.setattr(make, "page", erasing)
    with pytest.raises(DataError, match="somebody was erased, or may no longer be shown"):
        beholder.report(shop.workspace.root, results=[shop.results])
    assert not list(shop.workspace.reports.rglob("report-*.html"))


def changed(shop: Shop, tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Return a file of the same results, changed by hand."""
    (told,) = msgspec.json.decode(shop.results.read_bytes())
    change(told)
    file = tmp_path / "changed.json"
    file.write_bytes(msgspec.json.encode([told]))
    return file


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told.update(rows=[]), "its first row is not of the blend"),
        (lambda told: told.update(protocol="guess"), "there is no protocol 'guess'"),
        (lambda told: told.update(pool=0), "0 of 120 items were ranked"),
        (lambda told: told["rows"][0]["per_user"].pop("ndcg@10"), "no NDCG@10 for each case"),
        (lambda told: told["rows"][1]["per_user"]["hr@20"].pop(), "are not of 1"),
        (lambda told: told["rows"][0]["lists"].pop(), "are not of 1"),
        (lambda told: told.update(right=[["x", "y"]] * len(told["right"])), "another catalogue"),
    ],
)
def test_what_no_evaluation_of_this_workspace_says_is_refused(
    shop: Shop, tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    file = changed(shop, tmp_path, change)
    with pytest.raises(DataError, match=said):
        beholder.report(shop.workspace.root, results=[file], out=tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()


def test_one_evaluation_told_twice_is_not_two_seeds(shop: Shop) -> None:
    with pytest.raises(DataError, match="leave-last-out with seed 7 is there 2 times"):
        beholder.report(shop.workspace.root, results=[shop.results, shop.results])


@pytest.mark.parametrize("name", ["secrets/root.key", "store/new.html", "beholder.toml"])
def test_a_file_of_the_workspace_itself_is_never_replaced(shop: Shop, name: str) -> None:
    file = shop.workspace.root / name
    before = file.read_bytes() if file.exists() else None
    words = ("report", shop.workspace.root, "--from", shop.results, "--out", file, "--force")
    _, told = command(*words, status=2)
    assert "would lie among what" in told
    assert (file.read_bytes() if file.exists() else None) == before


def test_two_results_are_never_one_file(shop: Shop, tmp_path: Path) -> None:
    same = tmp_path / "a.html"
    words = ("report", shop.workspace.root, "--from", shop.results, "--out", same)
    _, told = command(*words, "--markdown", same, status=2)
    assert "two results would be one file" in told
    assert not same.exists()


def test_what_is_there_stays(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "mine.html"
    file.write_text("mine")
    words = ("report", shop.workspace.root, "--from", shop.results, "--out", file)
    _, told = command(*words, status=2)
    assert f"{file} is there already" in told
    assert file.read_text() == "mine"
    command(*words, "--force")
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    "option", ["--protocol=time", "--without=words", "--budget=1s", "--seeds=2"]
)
def test_what_would_evaluate_is_refused_beside_results(shop: Shop, option: str) -> None:
    _, told = command("report", shop.workspace.root, "--from", shop.results, option, status=2)
    assert f"{option.split('=')[0]} is for evaluating" in told


def test_results_of_several_files_are_put_into_one(shop: Shop, tmp_path: Path) -> None:
    both = tmp_path / "both.json"
    other = changed(shop, tmp_path, lambda told: told.update(seed=8))
    words = ("--from", shop.results, "--from", other, "--json", both)
    command("report", shop.workspace.root, *words, "--out", tmp_path / "a.html")
    once = msgspec.json.decode(shop.results.read_bytes())
    assert len(msgspec.json.decode(both.read_bytes())) == 2
    for one in results.read([both]):
        assert one.rows[0].ndcg10 == once[0]["rows"][0]["ndcg10"]
        assert [one.ids[i] for i in one.right[0]] == once[0]["right"][0]


def test_a_protocol_that_cannot_be_asked_is_left_out_and_named(
    small: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "a.html"
    _, told = command(
        "report", small.root, "--protocol", "time", "--protocol", "leave-last-out",
        "--without", "pictures", "--budget", "1s", "--out", file,
    )  # fmt: skip
    assert "warning: time could not be asked" in told
    assert "time could not be asked" in file.read_text(encoding="utf-8")


def test_where_none_can_be_asked_nothing_is_written(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "empty", "")
    Store.open(workspace, create=True).close()
    command("report", workspace.root, "--protocol", "leave-last-out", status=1)
    assert list(workspace.reports.glob("*.html")) == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "[1]", '[{"rows": 3}]', '[{"rows": []}]', "\x00\xff"]
)
def test_what_holds_no_results_is_refused(shop: Shop, tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match="holds no evaluation") as refused:
        results.read([file])
    assert "beholder evaluate --json" in refused.value.remedy


def test_results_are_read_as_they_were_written(shop: Shop, tmp_path: Path) -> None:
    (one,) = msgspec.json.decode(shop.results.read_bytes())
    (row, popular, *_) = one["rows"]
    popular["against"] = [None, 2.0, None]  # a ratio to nothing
    row["per_user"]["ndcg@10"][0] = None
    file = tmp_path / "again.json"
    file.write_bytes(msgspec.json.encode([one]))
    (found,) = results.read([file])
    assert found.rows[1].against == (math.inf, 2.0, math.inf)
    assert np.isnan(found.rows[0].per_user["ndcg@10"][0])
    named = [found.ids[place] for place in found.rows[0].lists[0] if place >= 0]
    assert named == row["lists"][0]
    assert [found.ids[place] for place in found.right[0]] == one["right"][0]


ASKED = {"protocols": "leave-last-out", "without": (), "budget": "1s"}


@pytest.mark.parametrize("fault", [ValueError("a late fault"), KeyboardInterrupt()])
def test_what_ends_it_late_loses_no_evaluation(
    small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as late:
        late.setattr(make, "cost", failing)
        with pytest.raises(type(fault)) as caught:
            beholder.report(small.root, **ASKED)
    (kept,) = small.people_reports.glob("report-*/results.json")
    (note,) = caught.value.__notes__
    assert f"1 evaluation is done, and kept in {kept}" in note
    assert f"--from {kept}" in note
    made = beholder.report(small.root, results=[kept], out=tmp_path / "a.html")
    assert made.file.exists()


def test_no_results_are_left_beside_a_report_that_was_made(small: Workspace) -> None:
    made = beholder.report(small.root, **ASKED)
    assert list(small.people_reports.iterdir()) == [made.file]


@pytest.mark.parametrize(
    ("another", "late"),
    [(True, False), (False, True)],
    ids=["beside another report", "after they were kept"],
)
def test_results_are_not_kept_where_an_erasure_took_their_folder_away(
    small: Workspace, monkeypatch: pytest.MonkeyPatch, another: bool, late: bool
) -> None:
    told = make.evaluations

    def erase() -> None:
        people_reports.drop(small)
        if another:
            people_reports.make(small)

    def erasing(*given: Any, **asked: Any) -> Any:
        for one in told(*given, **asked):
            if not late:
                erase()
            yield one
            if late:
                assert list(small.people_reports.glob("report-*/results.json"))
                erase()

    monkeypatch.setattr(make, "evaluations", erasing)
    with pytest.raises(DataError, match="somebody was erased") as caught:
        beholder.report(small.root, **ASKED)
    assert caught.value.__notes__ == ["1 evaluation is done, and neither kept nor shown"]
    assert list(small.people_reports.glob("*")) == []


def test_reports_of_one_second_are_two_and_each_says_when_it_was_begun(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    moments = iter([begun, begun])

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return next(moments)

    monkeypatch.setattr(make, "datetime", Clock)
    made = [beholder.report(shop.workspace.root, results=[shop.results]).file for _ in range(2)]
    assert made[0] != made[1]
    for file in made:
        assert file.name.startswith("report-20260131T235959")
        assert "31 January 2026, 23:59 UTC" in file.read_text(encoding="utf-8")
        file.unlink()


def test_rows_that_one_seed_lacks_are_named(shop: Shop, tmp_path: Path) -> None:
    def other(told: dict[str, Any]) -> None:
        told.update(seed=8)
        told["rows"] = [row for row in told["rows"] if row["model"] != "popularity"]

    file = changed(shop, tmp_path, other)
    made = beholder.report(
        shop.workspace.root, results=[shop.results, file], out=tmp_path / "a.html"
    )
    said = made.file.read_text(encoding="utf-8").replace("‑", "-")
    assert "not there by every seed, and left out: popularity" in said
