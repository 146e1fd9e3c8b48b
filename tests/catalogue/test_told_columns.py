"""What `--map` said of a file is known for the next one with the same columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.catalogue.dry_run import dry_run
from beholder.catalogue.mapping import parse_maps
from beholder.catalogue.readers.texts import Form
from beholder.catalogue.report import FileReport
from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.catalogue.told_columns import NAME
from beholder.errors import DataError, UsageError
from beholder.store import Store
from beholder.store.locks import output_lock

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
        imported(store, written(tmp_path, "what,cost,more\na,3,x\n"))
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


def test_no_heading_is_kept_in_clear_and_nobody_else_reads_them(
    store: Store, tmp_path: Path
) -> None:
    path = written(tmp_path, "a-1,ann@example.org\na-2,kim@example.org\n")
    imported(store, path, maps={"item_id": "a-1", "title": "ann@example.org"})
    kept = store.workspace.reports / NAME
    assert "example.org" not in kept.read_text()
    assert "a-1" not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert imported(store, path).mapping["title"] == "ann@example.org"


def test_a_key_that_comes_and_goes_changes_nothing(store: Store, tmp_path: Path) -> None:
    first = written(tmp_path, '{"what": "a", "naming": "Vase"}\n', "items.jsonl")
    imported(store, first, maps=TOLD)
    next_one = written(tmp_path, '{"what": "b", "naming": "Jug", "colour": "red"}\n', "next.jsonl")
    assert imported(store, next_one).mapping.items() >= TOLD.items()
    bare = written(tmp_path, '{"what": "c"}\n', "bare.jsonl")
    with pytest.raises(DataError, match="item_id"):
        imported(store, bare)
    imported(store, bare, maps={"item_id": "what"})  # and the wider file is known as before
    assert imported(store, bare).mapping["item_id"] == "what"
    wide = written(tmp_path, '{"what": "d", "naming": "Bowl"}\n', "wide.jsonl")
    imported(store, wide, maps={"title": "naming"})
    assert imported(store, wide).mapping.items() >= TOLD.items()
    assert imported(store, bare).mapping["item_id"] == "what"


def test_what_was_told_is_forgotten_when_that_is_told(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, "item,cost,naming\na,3,Vase\n")
    imported(store, path, maps={"title": "naming", "price": "cost"})
    assert "title" not in imported(store, path, maps=parse_maps(["title="])).mapping
    found = imported(store, path).mapping
    assert ("title" in found, found["price"]) == (False, "cost")
    imported(store, path, maps={"price": ""})
    assert "price" not in imported(store, path).mapping
    with pytest.raises(UsageError, match="nothing was told of it"):
        imported(store, path, maps={"price": ""})


def test_words_for_kinds_are_known_as_their_column_is(store: Store, tmp_path: Path) -> None:
    imported(store, written(tmp_path, HEAD + ROWS), maps=TOLD)
    path = written(tmp_path, "user,item,how\nann,a,zap\nann,b,zip\n", "events.csv")
    told = Request(interactions=path, maps={"kind": "how"}, words={"zap": "view"})
    report, _ = import_files(store.workspace, store, told)
    assert report.files[0].unknown_kinds == {"zip": 1}
    report, _ = import_files(store.workspace, store, Request(interactions=path))
    (file,) = report.files
    assert (file.same, file.unknown_kinds) == (1, {"zip": 1})
    assert any("words as told before: zap=view" in said for said in file.said)
    more = Request(interactions=path, words={"zip": "like"})
    report, _ = import_files(store.workspace, store, more)
    assert (report.files[0].added, report.files[0].same) == (1, 1)
    again = written(tmp_path, "user,item,how\nbob,a,zap\nbob,b,zip\n", "more.csv")
    assert dry_run(store, Request(interactions=again)).behaviour.kinds == {"view": 1, "like": 1}


def test_two_imports_that_keep_at_once_lose_nothing(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + ROWS)
    with output_lock(store.workspace.reports / NAME):
        found = imported(store, path, maps=TOLD)
    assert found.added == 2
    assert any("is not kept" in said for said in found.said)
    assert not any("is not kept" in said for said in imported(store, path, maps=TOLD).said)


def test_what_is_kept_and_cannot_be_read_is_said_with_a_remedy(
    store: Store, tmp_path: Path
) -> None:
    (store.workspace.reports / NAME).write_text("[1")
    with pytest.raises(DataError, match="cannot be read") as caught:
        imported(store, written(tmp_path, HEAD + ROWS), maps=TOLD)
    assert "delete it" in caught.value.remedy


def test_a_kind_for_the_whole_file_is_not_said_to_be_used_beside_a_column(
    store: Store, tmp_path: Path
) -> None:
    imported(store, written(tmp_path, HEAD + ROWS), maps=TOLD)
    path = written(tmp_path, "u,i,how\nann,a,view\nann,b,click\n", "events.csv")
    maps = {"user": "u", "item_id": "i", "kind": "how"}
    import_files(store.workspace, store, Request(interactions=path, maps=maps))
    request = Request(interactions=path, kind="purchase")
    report, _ = import_files(store.workspace, store, request)
    said = " ".join(report.files[0].said)
    assert "kind=how" in said
    assert "kinds as the column how says, and not --kind purchase" in said
    assert "as asked for" not in said
    assert report.files[0].same == 2
