"""What `--map` said of a file is known for the next one with the same headings."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.catalogue.dry_run import dry_run
from beholder.catalogue.readers.texts import Form
from beholder.catalogue.report import FileReport
from beholder.catalogue.run import Request, import_files
from beholder.catalogue.told_columns import NAME
from beholder.errors import DataError, UsageError
from beholder.store import Store

HEAD, ROWS = "what,cost,naming\n", "a,3,Vase\nb,4,Jug\n"
TOLD = {"item_id": "what", "title": "naming"}


def written(folder: Path, text: str, name: str = "items.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def imported(store: Store, path: Path, **asked: object) -> FileReport:
    return import_files(store.workspace, store, Request(items=path, **asked))[0].files[0]


def test_the_next_file_with_the_same_headings_is_read_as_told_before(
    store: Store, tmp_path: Path
) -> None:
    path = written(tmp_path, HEAD + ROWS)
    with pytest.raises(DataError, match="no column that looks like item_id"):
        imported(store, path)
    first = imported(store, path, maps=TOLD)
    assert not any("as told before" in said for said in first.said)

    moved = written(tmp_path, "naming,what,cost\nBowl,c,5\n", "next.csv")
    (sight,) = dry_run(store, Request(items=moved)).sights
    found = imported(store, moved)
    assert found.added == 1
    assert store.item("c")["title"] == "Bowl"
    for said, mapping in ((sight.said, sight.mapping), (found.said, found.mapping)):
        assert TOLD.items() <= mapping.items()
        assert any("as told before" in line and "item_id=what" in line for line in said)


def test_what_is_told_now_goes_first_and_is_kept(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + ROWS)
    imported(store, path, maps=TOLD)
    again = imported(store, path, maps={"price": "naming"})  # no title any more: its column is told
    assert again.mapping["price"] == "naming"
    assert "title" not in again.mapping
    assert imported(store, path).mapping == again.mapping


def test_other_headings_files_without_any_and_files_of_another_kind_are_asked_about(
    store: Store, tmp_path: Path
) -> None:
    imported(store, written(tmp_path, HEAD + ROWS), maps=TOLD)
    with pytest.raises(DataError, match="item_id"):
        imported(store, written(tmp_path, "what,cost,naming,more\na,3,Vase,x\n"))
    with pytest.raises(DataError, match="item_id"):
        import_files(store.workspace, store, Request(interactions=written(tmp_path, HEAD + ROWS)))
    bare, form = written(tmp_path, ROWS), Form(header=False)
    imported(store, bare, maps={"item_id": "1"}, form=form)
    with pytest.raises(DataError, match="item_id"):
        imported(store, bare, form=form)


def test_what_changed_nothing_is_not_kept(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + ROWS)
    dry_run(store, Request(items=path, maps=TOLD))
    with pytest.raises(UsageError):
        imported(store, path, maps=TOLD | {"price": "nothing"})
    assert not (store.workspace.reports / NAME).exists()
    with pytest.raises(DataError, match="item_id"):
        imported(store, path)


def test_no_heading_is_kept_in_clear_but_those_that_were_told(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, "what,ann@example.org\na,kim@example.org\n")
    imported(store, path, maps={"item_id": "what"})
    assert "example.org" not in (store.workspace.reports / NAME).read_text()


def test_what_is_kept_and_cannot_be_read_is_said_with_a_remedy(
    store: Store, tmp_path: Path
) -> None:
    (store.workspace.reports / NAME).write_text("[1")
    with pytest.raises(DataError, match="cannot be read") as caught:
        imported(store, written(tmp_path, HEAD + ROWS), maps=TOLD)
    assert "delete it" in caught.value.remedy
