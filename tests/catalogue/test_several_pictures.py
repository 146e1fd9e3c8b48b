"""Several pictures an item, as shops write them; and none is lost by importing again."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from beholder.catalogue import import_items, pictures
from beholder.catalogue.dry_run import dry_run
from beholder.catalogue.report import Report
from beholder.catalogue.request import Request
from beholder.catalogue.rows_of_item import OTHERS, TWICE
from beholder.catalogue.run import import_files
from beholder.catalogue.shown_pictures import LOST, REPLACED, STAY, Merged, merged
from beholder.errors import UsageError
from beholder.media.originals import keep
from beholder.store import ItemRecord, Store
from command_line import beholder


def png(name: str) -> bytes:
    """A picture of its own for each name."""
    file = io.BytesIO()
    colour = tuple(hashlib.sha256(name.encode()).digest()[:3])
    Image.new("RGB", (3, 3), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder `media` with a.png to e.png."""
    (tmp_path / "media").mkdir()
    for name in "abcde":
        (tmp_path / "media" / f"{name}.png").write_bytes(png(name))
    return tmp_path


def run(store: Store, files: Path, text: str | None = None, name: str = "items.csv") -> Report:
    if text is not None:
        (files / name).write_text(text)
    items = files / name if (files / name).exists() else None
    report, _ = import_files(store.workspace, store, Request(items=items, media=files / "media"))
    for file in report.files:
        assert file.read == file.added + file.changed + file.same + file.refused + file.more
    return report


def shown(store: Store, item_id: str) -> str:
    """The names of an item's pictures, in order."""
    known = {hashlib.sha256(png(name)).hexdigest(): name for name in "abcdefghxyz"}
    return "".join(known[digest] for digest in store.item(item_id)["pictures"])


@pytest.mark.parametrize(
    "text",
    [
        "sku,images\n1,a.png|b.png|c.png\n2,d.png\n",
        'sku,images\n1,"a.png, b.png, c.png"\n2,d.png\n',
        'sku,images\n1,"[""a.png"", ""b.png"", ""c.png""]"\n2,d.png\n',
        "sku;images\n1;a.png,b.png,c.png\n2;d.png\n",
        "sku,image_1,image_2,image_3\n1,a.png,b.png,c.png\n2,d.png,,\n",
        "sku,image,additional_images\n1,a.png,b.png|c.png\n2,d.png,\n",
        "sku,image,title\n1,a.png,One\n1,b.png,\n1,c.png,\n2,d.png,Two\n",
        "sku,image\n1,a.png\n2,d.png\n1,b.png\n1,c.png\n",
    ],
)
def test_all_pictures_come_in_order_and_a_second_import_changes_nothing(
    store: Store, files: Path, text: str
) -> None:
    report = run(store, files, text)
    assert (shown(store, "1"), shown(store, "2")) == ("abc", "d")
    assert (report.pictures_found, report.items_with_several) == (4, 1)
    assert report.media_without_items_first == ["e.png"]
    version = store.catalogue_version()
    again = run(store, files)
    assert store.catalogue_version() == version
    assert (again.pictures_found, again.items_with_several) == (4, 1)
    assert again.pictures_left == {}


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_lists_in_other_formats_mean_the_same(store: Store, files: Path, suffix: str) -> None:
    rows: list[dict[str, Any]] = [
        {"item_id": 1, "images": ["a.png", "b.png"]},
        {"item_id": 2, "images": ["c.png"]},
        {"item_id": 3, "images": None},
    ]
    if suffix == ".jsonl":
        (files / "items.jsonl").write_text("\n".join(map(json.dumps, rows)))
    else:
        pq.write_table(pa.Table.from_pylist(rows), files / "items.parquet")
    run(store, files, name=f"items{suffix}")
    assert (shown(store, "1"), shown(store, "2"), shown(store, "3")) == ("ab", "c", "")


def test_a_folder_called_like_an_item_holds_its_pictures(store: Store, files: Path) -> None:
    for path in ("sku-1/a.png", "sku-1/b.png", "sku-2/c.png"):
        (files / "media" / path).parent.mkdir(exist_ok=True)
        (files / "media" / path[-5:]).rename(files / "media" / path)
    report = run(store, files, "item_id,title\nsku-1,One\nsku-2,Two\nsku-3,Three\n")
    assert [shown(store, f"sku-{n}") for n in (1, 2, 3)] == ["ab", "c", ""]
    assert (report.pictures_found, report.media_without_items) == (3, 2)
    (files / "items.csv").unlink()
    (files / "media" / "sku-3").mkdir()
    for name in "de":
        (files / "media" / f"{name}.png").rename(files / "media" / "sku-3" / f"{name}.png")
    report = run(store, files)
    assert shown(store, "sku-3") == "de", "pictures alone join the items that are there"
    assert (report.files[0].changed, report.files[0].same) == (1, 2)


def test_rows_of_one_item_are_counted_as_what_they_add(store: Store, files: Path) -> None:
    report = run(
        store,
        files,
        "sku,title,style,image\n1,One,,a.png\n1,,,b.png\n1,One,,\n1,,XL,c.png\n2,Two,,\n1,,,d.png\n",
    )
    done = report.files[0]
    assert (done.read, done.added, done.same, done.more) == (6, 2, 1, 3)
    assert report.rules == {TWICE: 1, OTHERS: 1}
    assert shown(store, "1") == "abcd"
    assert store.item("1")["attributes"] == {}
    assert store.item("1")["title"] == "One"


def test_rows_that_stand_apart_and_repeat_their_item_say_nothing_else(
    store: Store, files: Path
) -> None:
    rows = ["1,One,S,a.png", "2,Two,,", "1,One,S,b.png", "1,,,c.png", "1,One,XL,d.png"]
    report = run(store, files, "sku,title,style,image\n" + "\n".join(rows) + "\n")
    assert report.rules == {OTHERS: 1}
    assert shown(store, "1") == "abcd"


def test_what_is_left_out_is_counted_by_reason_with_the_first_of_each(
    store: Store, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (files / "media" / "copy.png").write_bytes(png("a"))
    (files / "media" / "large.png").write_bytes(
        b"x" * (store.workspace.settings.media.max_bytes + 1)
    )
    (files / "media" / "deep").mkdir()
    (files / "media" / "deep" / "b.png").write_bytes(png("x"))
    (files / "media" / "other").mkdir()
    (files / "media" / "other" / "b.png").write_bytes(png("y"))
    (files / "media" / "b.png").unlink()
    report = run(
        store,
        files,
        "sku,images\n1,a.png|copy.png|none.png|large.png\n2,b.png|c.png\n"
        "3,https://x.org/d.png\n4,https://x.org/far.png\n5,here/c.png\n",
    )
    assert [shown(store, str(n)) for n in range(1, 6)] == ["a", "c", "d", "", "c"]
    assert report.pictures_left == {
        pictures.TWICE: 1,
        pictures.MISSING: 1,
        pictures.BROKEN: 1,
        pictures.DOUBT: 1,
        pictures.REMOTE: 1,
    }
    assert report.pictures_left_first[pictures.DOUBT] == ["item 2: b.png"]
    assert report.pictures_left_first[pictures.MISSING] == ["item 1: none.png"]
    assert report.pictures_left_first[pictures.BROKEN] == ["large.png"]
    assert report.pictures_left_first[pictures.TWICE] == ["item 1: copy.png is a.png"]


def test_more_pictures_than_an_item_may_have_are_counted(
    store: Store, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST", 3)
    report = run(store, files, "sku,images\n1,a.png|b.png|c.png|d.png|e.png\n")
    assert shown(store, "1") == "abc"
    assert report.pictures_left == {pictures.MANY: 2}
    assert report.pictures_left_first == {pictures.MANY: ["item 1: d.png and after"]}


def test_pictures_that_rows_name_are_counted_where_no_folder_is_given(
    store: Store, files: Path
) -> None:
    (files / "items.csv").write_text("sku,images\n1,a.png|b.png\n2,\n")
    report, _ = import_files(store.workspace, store, Request(items=files / "items.csv"))
    assert report.pictures_left == {pictures.NO_FOLDER: 2}
    assert report.pictures_left_first[pictures.NO_FOLDER] == ["item 1: a.png", "item 1: b.png"]


# -- objects of pictures in Parquet ---------------------------------------------------------

PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def table_of(files: Path, column: pa.Array, name: str = "images") -> None:
    ids = [str(n) for n in range(1, len(column) + 1)]
    table = pa.table({"sku": ids, name: column})
    pq.write_table(table.slice(0, 2), files / "items.parquet")
    with pq.ParquetWriter(files / "items.parquet", table.schema) as writer:
        writer.write_table(table.slice(0, 2))  # lists whose bounds begin anew in a second group
        writer.write_table(table.slice(2))


def test_lists_of_objects_in_parquet_are_pictures(store: Store, files: Path) -> None:
    lists = [
        [{"bytes": None, "path": "a.png"}, {"bytes": b"x", "path": "b.png"}],
        None,
        [],
        [{"bytes": None, "path": "c.png"}, {"bytes": b"x", "path": None}, None],
        [{"bytes": b"x", "path": ""}, {"bytes": None, "path": "d.png"}],
    ]
    table_of(files, pa.array(lists, pa.list_(PICTURE)))
    report = run(store, files, name="items.parquet")
    assert [shown(store, str(n)) for n in range(1, 6)] == ["ab", "", "", "c", "d"]
    assert report.pictures_left == {pictures.IN_TABLE: 2}
    assert report.pictures_left_first[pictures.IN_TABLE] == ["item 4: data:", "item 5: data:"]
    assert report.files[0].unread == []


def test_objects_and_objects_of_lists_in_parquet_are_pictures(store: Store, files: Path) -> None:
    single = [{"bytes": None, "path": "a.png"}, None, {"bytes": b"x", "path": None}]
    table_of(files, pa.array(single, PICTURE), "image")
    report = run(store, files, name="items.parquet")
    assert [shown(store, str(n)) for n in (1, 2, 3)] == ["a", "", ""]
    assert report.pictures_left == {pictures.IN_TABLE: 1}
    kind = pa.struct([("large", pa.list_(pa.string())), ("variant", pa.list_(pa.string()))])
    lists = [{"large": ["b.png", "c.png"], "variant": ["MAIN", "PT01"]}, None, None]
    table_of(files, pa.array(lists, kind))
    run(store, files, name="items.parquet")
    assert shown(store, "1") == "bc"


def test_columns_of_a_type_that_is_not_read_are_named(store: Store, files: Path) -> None:
    table = pa.table(
        {
            "sku": ["1", "2"],
            "image": pa.array([b"x", b"y"], pa.binary()),
            "size": [{"w": 1, "h": 2}, None],
            "rows": pa.array([[["a"]], None], pa.list_(pa.list_(pa.string()))),
        }
    )
    pq.write_table(table, files / "items.parquet")
    named = [
        "image (binary)",
        "size (struct<w: int64, h: int64>)",
        "rows (list<element: list<element: string>>)",
    ]
    request = Request(items=files / "items.parquet", media=files / "media")
    assert dry_run(store, request).sights[0].ignored == named
    report, _ = import_files(store.workspace, store, request)
    assert report.files[0].unread == named
    assert store.item("1")["attributes"] == {}
    maps = {"image": "image"}
    with pytest.raises(UsageError, match=r"image \(binary\) is of a type that is not read"):
        import_files(store.workspace, store, Request(items=files / "items.parquet", maps=maps))


@pytest.mark.parametrize(
    ("found", "had", "whole", "after"),
    [
        ("a", "", True, Merged(["a"], [], [])),
        ("ab", "", True, Merged(["a", "b"], [], [])),
        ("a", "abc", True, Merged(["a", "b", "c"], ["b", "c"], [])),
        ("b", "abc", True, Merged(["b", "a", "c"], ["a", "c"], [])),
        ("x", "abc", True, Merged(["x", "b", "c"], ["b", "c"], [], "a")),
        ("x", "a", True, Merged(["x"], [], [], "a")),
        ("x", "a", False, Merged(["x", "a"], ["a"], [])),
        ("ab", "abc", True, Merged(["a", "b"], [], ["c"])),
        ("ba", "ab", True, Merged(["b", "a"], [], [])),
        ("ax", "abc", False, Merged(["a", "x", "b", "c"], ["b", "c"], [])),
    ],
)
def test_a_list_is_the_list_and_a_single_picture_is_the_cover(
    found: str, had: str, whole: bool, after: Merged
) -> None:
    assert merged(list(found), list(had), whole) == after


def put(store: Store, item_id: str, names: str) -> None:
    """As `PUT /v1/items/{id}` does."""
    hashes = [keep(store.workspace.media, png(name)) for name in names]
    store.put_items([ItemRecord(item_id, item_id, {}, hashes)])


def test_a_file_with_one_picture_keeps_the_others_and_says_so(store: Store, files: Path) -> None:
    put(store, "1", "axy")
    report = run(store, files, "sku,image\n1,a.png\n")
    assert shown(store, "1") == "axy"
    assert (report.pictures_left, report.files[0].same) == ({STAY: 2}, 1)
    assert report.pictures_left_first == {STAY: ["item 1"]}
    report = run(store, files, "sku,image\n1,b.png\n")
    assert shown(store, "1") == "bxy"


def test_a_file_with_a_list_is_the_list_and_what_is_lost_is_named(
    store: Store, files: Path
) -> None:
    put(store, "1", "axy")
    put(store, "2", "ax")
    report = run(store, files, "sku,images\n1,a.png|b.png\n2,a.png|none.png\n")
    assert (shown(store, "1"), shown(store, "2")) == ("ab", "ax")
    assert report.pictures_left == {LOST: 2, pictures.MISSING: 1, STAY: 1}
    assert report.pictures_left_first[LOST] == ["item 1"]
    assert (report.files[0].changed, report.files[0].same) == (1, 1)


def test_rows_far_apart_take_nothing_away_on_the_way(
    store: Store, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_items, "AT_ONCE", 1)
    text = "sku,image\n1,a.png\n1,b.png\n2,\n1,c.png\n3,\n1,d.png\n"
    run(store, files, text)
    assert shown(store, "1") == "abcd"
    version = store.catalogue_version()
    report = run(store, files)
    assert store.catalogue_version() == version
    assert report.pictures_left == {}
    report = run(store, files, "sku,image\n1,a.png\n1,b.png\n2,\n1,c.png\n3,\n")
    assert shown(store, "1") == "abc"
    assert report.pictures_left == {LOST: 1}


def test_a_dry_run_shows_how_the_pictures_were_understood(store: Store, files: Path) -> None:
    (files / "items.csv").write_text(
        "sku,image_1,image_2\n1,a.png,b.png|none.png\n2,c.png,\n3,,\n1,d.png,\n"
    )
    found = dry_run(store, Request(items=files / "items.csv", media=files / "media"))
    sight = found.sights[0]
    assert sight.mapping == {"item_id": "sku", "image": "image_1", "image_2": "image_2"}
    assert [(s.item, s.names, s.files) for s in sight.pictures] == [
        ("1", ["a.png", "b.png", "none.png"], ["a.png", "b.png"]),
        ("2", ["c.png"], ["c.png"]),
        ("1", ["d.png"], ["d.png"]),
    ]
    assert (found.items, found.pictures, found.several, found.files) == (3, 2, 1, 4)
    assert found.left == {pictures.MISSING: 1}
    assert store.catalogue_version() == 0


def test_a_cover_that_takes_the_place_of_another_is_counted(store: Store, files: Path) -> None:
    put(store, "1", "xy")
    report = run(store, files, "sku,image\n1,a.png\n")
    assert shown(store, "1") == "ay"
    assert report.pictures_left[REPLACED] == 1
    assert report.pictures_left_first[REPLACED] == ["item 1"]


def test_a_file_that_several_items_show_is_counted_once_before_and_after(
    store: Store, files: Path
) -> None:
    """Five links to four files with three pictures."""
    media = files / "media"
    (media / "d.png").write_bytes((media / "c.png").read_bytes())
    (files / "items.csv").write_text("sku,images\n1,a.png|b.png\n2,a.png|c.png\n3,d.png\n")
    words = (
        *("import", store.workspace.root, "--items", files / "items.csv"),
        *("--media", media),
    )
    said, _ = beholder(*words, "--dry-run")
    assert (
        "3 of 3 items have a picture in the folder, 2 of them several: 4 files that items" in said
    )
    said, _ = beholder(*words)
    last = said.splitlines()[-1]
    assert last.startswith("4 files that items show, 3 of them different; 2 items with several, ")
    assert "1 file without an item" in last
    said, _ = beholder(*words, "--json")
    report = json.loads(said)
    assert (report["pictures_found"], report["pictures_different"]) == (4, 3)
