from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from beholder.behaviour.kinds import CODES
from beholder.catalogue import given_vectors, written_values
from beholder.catalogue.dry_run import dry_run
from beholder.catalogue.import_interactions import CONFLICT
from beholder.catalogue.mapping import guess, parse_maps
from beholder.catalogue.moments import BAD, REASONS
from beholder.catalogue.refusals import escaped
from beholder.catalogue.report import FileReport, Report
from beholder.catalogue.request import Request
from beholder.catalogue.rows_of_item import TWICE
from beholder.catalogue.run import import_files
from beholder.errors import BeholderError, DataError, UsageError, VectorsError
from beholder.media.originals import path_of
from beholder.store import Purposes, Store, Who

ITEMS = (
    "sku,name,photo,price,tags,detail_desc\n007,Bond,a.png,1.50,x|y,a spy\n8,Ape,,2,,\n9,Nun,,,,\n"
)
CLICKS = "customer,product,when,action\nsam,007,1600000000,buy\nkim,8,1600000001,click\n"


AT = 1_600_000_000  # seconds: 13 September 2020


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "media" / "deep").mkdir(parents=True)
    (folder / "items.csv").write_text(ITEMS)
    (folder / "clicks.csv").write_text(CLICKS)
    for name, colour in (("a.png", "red"), ("deep/9.PNG", "blue"), ("spare.png", "green")):
        Image.new("RGB", (4, 4), colour).save(folder / "media" / name)
    return folder


def run(store: Store, request: Request) -> Report:
    report, path = import_files(store.workspace, store, request)
    assert json.loads(path.read_text())["files"], "the report is kept"
    for file in report.files:
        assert file.read == file.added + file.changed + file.same + file.more + file.refused
    return report


def row(file: FileReport) -> tuple[int, ...]:
    return file.read, file.added, file.changed, file.same, file.refused


def everything(files: Path) -> Request:
    return Request(
        items=files / "items.csv",
        media=files / "media",
        interactions=files / "clicks.csv",
        maps={"time": "when"},
    )


def test_items_pictures_and_behaviour_come_in(store: Store, files: Path) -> None:
    report = run(store, everything(files))
    assert [row(file) for file in report.files] == [(3, 3, 0, 0, 0), (2, 2, 0, 0, 0)]
    assert report.files[0].mapping == {
        "item_id": "sku", "title": "name", "image": "photo", "description": "detail_desc",
    }  # fmt: skip
    bond = store.item("007")
    assert bond["title"] == "Bond"
    assert bond["attributes"] == {"price": 1.5, "tags": ["x", "y"], "description": "a spy"}
    picture = path_of(store.workspace.media, bond["picture"]).read_bytes()
    assert picture == (files / "media/a.png").read_bytes()
    assert store.item("9")["picture"] is not None, "found by its name, in a folder below"
    assert store.item("8")["picture"] is None
    assert (report.pictures_found, report.items_without_media) == (2, 1)
    assert report.media_without_items_first == ["spare.png"]
    _, times, kinds, _ = store.snapshot("sam").columns()
    assert (times.tolist(), kinds.tolist()) == ([1_600_000_000_000], [CODES["purchase"]])


def test_a_second_import_of_the_same_files_changes_nothing(store: Store, files: Path) -> None:
    run(store, everything(files))
    version = store.catalogue_version()
    report = run(store, everything(files))
    assert [row(file) for file in report.files] == [(3, 0, 0, 3, 0), (2, 0, 0, 2, 0)]
    assert store.catalogue_version() == version


def test_every_broken_row_is_named_and_stops_nothing(store: Store, files: Path) -> None:
    (files / "items.csv").write_text("item_id,title\n1,One\n,none\n1,Again\nbad\n2,Two\n")
    far = 4_000_000_000
    (files / "clicks.csv").write_text(
        "user_id,item_id,timestamp,rating\n"
        f"u,1,{AT},5\nu,1,{far},5\nu,1,never,5\nu,1,{AT},\nu,1,{AT},many\nu,nope,{AT},5\n"
        f",1,{AT},5\nu,2,{AT + 1},1\n"
    )
    request = Request(items=files / "items.csv", interactions=files / "clicks.csv")
    report = run(store, request)
    assert [row(file) for file in report.files] == [(5, 2, 0, 0, 2), (8, 2, 0, 0, 6)]
    assert {(r.file, r.row): r.reason for r in report.refused} == {
        ("items.csv", 3): "has no item id",
        ("items.csv", 5): "has 1 fields, the first line 2",
        ("clicks.csv", 3): "time is in the future",
        ("clicks.csv", 4): REASONS[BAD],
        ("clicks.csv", 5): "is a rating without a number",
        ("clicks.csv", 6): written_values.REASONS[written_values.OTHER],
        ("clicks.csv", 7): "its item is not in the catalogue: nope",
        ("clicks.csv", 8): "names no one: no id, a word such as NULL, or no valid id",
    }
    assert report.rules == {TWICE: 1}
    with (store.workspace.root / report.refused_file).open(newline="") as file:
        listed = list(csv.reader(file))
    assert len(listed) == 9
    assert ["items.csv", "3", "has no item id"] in listed
    assert store.snapshot("u").columns()[2].tolist() == [CODES["rating"]] * 2


def test_reports_name_no_person(store: Store, files: Path) -> None:
    (files / "clicks.csv").write_text(
        f"user,item,time,kind,text\ncanary-user,8,x,click,canary-text\nsam,8,{AT},click,\n"
    )
    run(store, Request(items=files / "items.csv", interactions=files / "clicks.csv"))
    kept = b"".join(p.read_bytes() for p in store.workspace.reports.rglob("*") if p.is_file())
    assert b"no moment" in kept
    assert b"canary" not in kept


def test_behaviour_alone_makes_the_items_it_names(store: Store, files: Path) -> None:
    request = Request(interactions=files / "clicks.csv", maps={"time": "when"})
    assert row(run(store, request).files[0]) == (2, 2, 0, 0, 0)
    assert store.items()["title"].to_pylist() == ["007", "8"]
    assert row(run(store, request).files[0]) == (2, 0, 0, 2, 0)


def test_pictures_alone_make_items_and_later_join_them(store: Store, files: Path) -> None:
    request = Request(media=files / "media")
    assert row(run(store, request).files[0]) == (3, 3, 0, 0, 0)
    assert store.items()["item_id"].to_pylist() == ["a", "9", "spare"]
    Image.new("RGB", (4, 4), "white").save(files / "media" / "a.png")
    assert row(run(store, request).files[0]) == (3, 0, 1, 2, 0)


def test_behaviour_of_other_items_is_an_error_and_not_a_list_of_refusals(
    store: Store, files: Path
) -> None:
    run(store, Request(items=files / "items.csv"))
    (files / "clicks.csv").write_text("user,item,time\n" + "u,zzz,1\n" * 9 + "u,8,1\n")
    with pytest.raises(DataError, match="only 1 of the first 10"):
        run(store, Request(interactions=files / "clicks.csv"))
    found = dry_run(store, Request(interactions=files / "clicks.csv"))
    assert (found.behaviour.joined, found.behaviour.looked_at, found.fits) == (1, 10, False)


def test_a_dry_run_shows_mapping_rows_and_shares_and_changes_nothing(
    store: Store, files: Path
) -> None:
    found = dry_run(store, everything(files))
    assert [sight.what for sight in found.sights] == ["items", "interactions"]
    assert found.sights[0].rows[0]["sku"] == "007"
    assert found.sights[1].mapping["time"] == "when"
    assert (found.behaviour.joined, found.behaviour.looked_at, found.fits) == (2, 2, True)
    assert (found.pictures, found.items) == (2, 3)
    assert store.catalogue_version() == 0
    assert not (store.workspace.media / "originals").exists()


def test_links_out_of_the_folder_are_not_followed(
    store: Store, files: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (2, 2)).save(secret)
    (files / "media" / "8.png").symlink_to(secret)
    (files / "media" / "out").symlink_to(tmp_path)
    (files / "items.csv").write_text(
        "item_id,image\n8,8.png\n9,../../secret.png\n10,out/secret.png\n11," + str(secret) + "\n"
    )
    run(store, Request(items=files / "items.csv", media=files / "media"))
    assert [row["picture"] is None for row in store.items().to_pylist()] == [
        True,
        False,
        True,
        True,
    ]


def test_reviews_are_encrypted_and_events_with_ids_are_stored_once(
    store: Store, files: Path
) -> None:
    (files / "clicks.csv").write_text(
        "user,item,time,kind,event_id,review\n"
        f"u,8,{AT},review,e1,a canary text\nu,8,{AT + 1},click,e2,\nu,8,{AT + 2},click,,\n"
        f"u,9,{AT + 1},click,e2,\n"
    )
    request = Request(items=files / "items.csv", interactions=files / "clicks.csv")
    report = run(store, request)
    assert row(report.files[1]) == (4, 3, 0, 0, 1)
    assert report.reasons == {CONFLICT: 1}
    assert [r.get("text") for r in store.export("u")][1] == "a canary text"
    assert row(run(store, request).files[1]) == (4, 0, 0, 3, 1)


def test_events_of_a_file_name_the_answers_that_showed_their_items(
    store: Store, files: Path
) -> None:
    (files / "clicks.csv").write_text(
        "user,item,time,kind,answer_id,answer_place\n"
        f"u,8,{AT},click,0a0b,3\nu,9,{AT + 1},click,,\nu,8,{AT + 2},click,nosuch,3\n"
        f"u,8,{AT + 3},click,0a0b,first\n"
    )
    request = Request(items=files / "items.csv", interactions=files / "clicks.csv")
    report = run(store, request)
    assert row(report.files[1]) == (4, 2, 0, 0, 2)
    assert sorted(report.reasons) == [
        "answer is no id of an answer",
        "place -1 is no place of an answer",
    ]
    told = {r["time"]: (r.get("answer"), r.get("place")) for r in list(store.export("u"))[1:]}
    assert told == {AT * 1000: ("0a0b", 3), AT * 1000 + 1000: (None, None)}


def test_sessions_are_people_without_a_name(store: Store, files: Path) -> None:
    (files / "clicks.csv").write_text(f"session_id,item,time\ns1,8,{AT}\n")
    run(store, Request(items=files / "items.csv", interactions=files / "clicks.csv"))
    assert len(store.snapshot(session="s1").seqs) == 1
    assert not store.snapshot("s1").known


def test_people_with_too_much_in_a_day_are_named_and_kept(store: Store, files: Path) -> None:
    lines = "".join(f"bot,8,{AT + i}\n" for i in range(1_001)) + f"sam,8,{AT}\n"
    (files / "clicks.csv").write_text("user,item,time\n" + lines)
    report = run(store, Request(items=files / "items.csv", interactions=files / "clicks.csv"))
    assert report.files[1].added == 1_002
    assert [n for rule, n in report.rules.items() if "above 1000 events" in rule] == [1]


def test_events_without_a_moment_are_named(store: Store, files: Path) -> None:
    (files / "clicks.csv").write_text("user,item\nu,8\nu,9\n")
    report = run(store, Request(items=files / "items.csv", interactions=files / "clicks.csv"))
    assert [n for rule, n in report.rules.items() if "without a moment" in rule] == [2]
    assert store.snapshot("u").columns()[1].tolist() == [0, 0]


def test_a_users_file_sets_who_allows_profiling_and_says_what_it_leaves(
    store: Store, files: Path
) -> None:
    users = files / "users.csv"
    users.write_text("user_id,consent,age\nsam,no,33\nkim,yes,44\n,yes,1\nann,perhaps,2\n")
    report = run(store, Request(users=users))
    assert row(report.files[0]) == (4, 0, 1, 1, 2)
    assert not store.snapshot("sam").profiling
    assert store.snapshot("kim").profiling
    assert report.files[0].ignored == ["age"]


def test_a_users_file_sets_each_purpose_and_names_what_it_cannot_read(
    store: Store, files: Path
) -> None:
    users = files / "users.csv"
    users.write_text(
        "user_id,consent,consent_train,consent_measure\n"
        "sam,no,yes,\nkim,,no,NO\nann,yes,perhaps,\nbob,yes,yes,yes\n"
    )
    report = run(store, Request(users=users))
    assert row(report.files[0]) == (4, 0, 2, 1, 1)
    unread = (
        "its consent_train is neither yes nor no: nothing is allowed for this person until it is"
    )
    assert report.reasons == {unread: 1}
    assert store.purposes("ann") == Purposes(False, False, False)
    assert store.purposes("sam") == Purposes(False, True, False)
    assert store.purposes("kim") == Purposes(True, False, False)
    again = run(store, Request(users=users)).files[0]
    assert (again.same, again.changed) == (3, 0)
    mapped = run(store, Request(users=users, maps={"train": "consent_measure"}))
    assert mapped.files[0].mapping["train"] == "consent_measure"


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_other_formats_mean_the_same(store: Store, files: Path, suffix: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = [
        {"item_id": 7, "title": "Seven", "price": 1.5, "tags": ["a"], "new": True},
        {"item_id": 8, "title": None, "price": None, "tags": [], "new": False},
    ]
    path = files / f"items{suffix}"
    if suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    run(store, Request(items=path))
    assert store.item("7")["attributes"] == {"price": 1.5, "tags": ["a"], "new": "true"}
    assert store.item("8")["title"] == "8"


@pytest.mark.parametrize("name", ["words", "Words", "a b", ""])
def test_vectors_may_not_be_called_what_something_else_is(
    store: Store, files: Path, name: str
) -> None:
    """`words` is what texts are compared by: two modalities of one name would be one."""
    np.save(files / "v.npy", np.eye(2, 4, dtype=np.float32))
    (files / "ids.txt").write_text("7\n8\n")
    with pytest.raises(VectorsError, match=re.escape(repr(name))):
        run(store, Request(vectors=files / "v.npy", ids=files / "ids.txt", vectors_name=name))
    assert given_vectors.names(store.workspace.vectors) == []


def test_vectors_by_item_replace_encoded_ones(store: Store, files: Path) -> None:
    matrix = np.array([[1, 2], [3, 4], [np.nan, 0]], np.float32)
    np.save(files / "v.npy", matrix)
    (files / "ids.txt").write_text("007\n8\n9\n")
    report = run(store, Request(vectors=files / "v.npy", ids=files / "ids.txt"))
    assert row(report.files[0]) == (3, 2, 0, 0, 1)
    given = given_vectors.GivenVectors(store.workspace.vectors, "given")
    found, present = given.load(["8", "9", "007"])
    assert present.tolist() == [True, False, True]
    assert found.tolist() == [[3, 4], [0, 0], [1, 2]]
    (files / "ids.txt").write_text("007\n8\n")
    with pytest.raises(VectorsError, match="3 vectors, but 2 ids"):
        run(store, Request(vectors=files / "v.npy", ids=files / "ids.txt"))
    with pytest.raises(VectorsError, match="ids"):
        run(store, Request(vectors=files / "v.npy"))


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (Request(), UsageError),
        (Request(interactions=Path("x.csv"), kind="dance"), UsageError),
        (Request(ids=Path("x.txt"), media=Path()), UsageError),
        (Request(items=Path("x.csv"), maps={"itm": "sku"}), UsageError),
        (Request(items=Path("none.csv")), DataError),
        (Request(media=Path("/none")), DataError),
    ],
)
def test_a_request_that_cannot_be_meant_says_what_to_do(
    store: Store, request_: Request, error: type[BeholderError]
) -> None:
    with pytest.raises(error) as caught:
        import_files(store.workspace, store, request_)
    assert caught.value.remedy


def test_a_map_to_a_column_that_no_file_has_names_the_nearest(store: Store, files: Path) -> None:
    request = Request(items=files / "items.csv", maps={"item_id": "sku_"})
    with pytest.raises(UsageError, match="did you mean sku"):
        import_files(store.workspace, store, request)


def test_columns_are_guessed_however_they_are_spelled() -> None:
    columns = ["movieId", "User ID", "Event-Type", "TIMESTAMP", "Stars"]
    assert guess("interactions", columns, {}, "f") == {
        "item_id": "movieId",
        "user": "User ID",
        "kind": "Event-Type",
        "time": "TIMESTAMP",
        "value": "Stars",
    }
    assert guess("items", ["id", "sku"], {"item_id": "id"}, "f") == {"item_id": "id"}
    with pytest.raises(DataError, match="--map user=COLUMN"):
        guess("interactions", ["item"], {}, "f")
    with pytest.raises(UsageError):
        parse_maps(["item_id"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_of_an_export_is_run_as_a_formula(text: str) -> None:
    assert escaped(text) == "'" + text
    assert escaped("plain") == "plain"


def test_who_was_erased_today_is_refused_by_an_import(store: Store, files: Path) -> None:
    run(store, everything(files))
    store.erase(Who("user", "sam"))
    report = run(store, everything(files))
    assert row(report.files[1]) == (2, 0, 0, 1, 1)
    assert report.reasons == {"its person was erased today": 1}


def words_of(store: Store, names: str) -> dict[str, tuple[str, object]]:
    items = {name: store.item(name) for name in names}
    return {name: (item["title"], item["attributes"]) for name, item in items.items()}


def test_a_file_of_fewer_columns_leaves_what_it_does_not_speak_of(
    store: Store, files: Path
) -> None:
    """A list of new pictures is no list of what items have lost."""
    items = files / "items.csv"
    items.write_text("item_id,title,price,category\na,Vase,5,red\nb,Bowl,7,\n")
    run(store, Request(items=items))
    items.write_text("item_id,price\na,6\nb,\nc,1\n")
    report = run(store, Request(items=items))
    assert words_of(store, "abc") == {
        "a": ("Vase", {"price": 6, "category": "red"}),
        "b": ("Bowl", {}),  # its price is empty now, and it had no category
        "c": ("c", {"price": 1}),
    }
    assert report.rules["items with attributes that the file does not speak of, and that stay"] == 1
    assert report.rules["items with a title that the file does not speak of, and that stays"] == 2
    assert row(run(store, Request(items=items)).files[0]) == (3, 0, 0, 3, 0)


def test_an_object_without_a_key_leaves_what_it_does_not_speak_of(
    store: Store, files: Path
) -> None:
    """Whatever keys other objects of the file have."""
    items = files / "items.csv"
    items.write_text("item_id,title,price,category\na,Vase,5,red\nb,Bowl,7,blue\n")
    run(store, Request(items=items))
    changes = files / "changes.jsonl"
    changes.write_text('{"item_id": "a", "price": 6}\n{"item_id": "b", "category": "grey"}\n')
    run(store, Request(items=changes))
    assert words_of(store, "ab") == {
        "a": ("Vase", {"price": 6, "category": "red"}),
        "b": ("Bowl", {"price": 7, "category": "grey"}),
    }
