"""Vectors that are imported in parts: each import adds to those before it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from beholder.catalogue.dry_run import dry_run
from beholder.catalogue.given_vectors import GivenVectors, names
from beholder.catalogue.merge_vectors import merge
from beholder.catalogue.readers import vectors
from beholder.catalogue.report import Report
from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.errors import UsageError, VectorsError
from beholder.store import ItemRecord, Store
from beholder.store.locks import output_lock


def brought(
    store: Store, tmp_path: Path, rows: dict[str, list[float]], *, items: Path | None = None
) -> Report:
    """Import rows as a matrix and a list of ids; an id may end in a mark to come twice."""
    np.save(tmp_path / "v.npy", np.array(list(rows.values()), np.float32))
    (tmp_path / "ids.txt").write_text("".join(f"{name.rstrip('!')}\n" for name in rows))
    request = Request(items=items, vectors=tmp_path / "v.npy", ids=tmp_path / "ids.txt")
    return import_files(store.workspace, store, request)[0]


def kept(store: Store) -> dict[str, list[float]]:
    found = GivenVectors(store.workspace.vectors, "given").read()
    return dict(zip(found.ids.to_pylist(), found.matrix.tolist(), strict=True))


def counts(report: Report) -> tuple[int, int, int, int, int]:
    told = report.files[-1]
    return told.read, told.added, told.changed, told.same, told.refused


def test_vectors_of_one_item_leave_those_of_all_others(store: Store, tmp_path: Path) -> None:
    first = {"a": [1.0, 2.0], "b": [3.0, 4.0]}
    assert counts(brought(store, tmp_path, first)) == (2, 2, 0, 0, 0)
    assert counts(brought(store, tmp_path, {"c": [5, 6]})) == (1, 1, 0, 0, 0)
    assert kept(store) == first | {"c": [5, 6]}


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float16(), 2)], ids=str)
def test_lists_of_parquet_come_in_of_one_length_or_of_any(
    store: Store, tmp_path: Path, kind: pa.DataType
) -> None:
    rows = {"a": [1.0, 2.0], "b": [0.25, 4.0]}
    column = pa.array([np.array(row, np.float16) for row in rows.values()], kind)
    pq.write_table(pa.table({"item_id": [*rows], "embedding": column}), tmp_path / "v.parquet")
    report, _ = import_files(store.workspace, store, Request(vectors=tmp_path / "v.parquet"))
    assert counts(report) == (2, 2, 0, 0, 0)
    assert kept(store) == rows


def test_new_changed_and_same_vectors_are_counted_apart(store: Store, tmp_path: Path) -> None:
    brought(store, tmp_path, {"a": [1, 2], "b": [3, 4], "c": [5, 6]})
    report = brought(store, tmp_path, {"d": [7, 8], "b": [3, 5], "c": [5, 6], "e": [np.nan, 1]})
    assert counts(report) == (4, 1, 1, 1, 1)
    assert kept(store) == {"a": [1, 2], "b": [3, 5], "c": [5, 6], "d": [7, 8]}
    file = GivenVectors(store.workspace.vectors, "given").path
    before = file.stat()
    assert counts(brought(store, tmp_path, {"b": [3, 5], "a": [1, 2]})) == (2, 0, 0, 2, 0)
    assert file.stat().st_ino == before.st_ino  # not even written again


def test_of_an_item_that_comes_twice_the_last_row_counts_and_that_is_told(
    store: Store, tmp_path: Path
) -> None:
    report = brought(store, tmp_path, {"a": [1, 2], "a!": [3, 4]})
    assert kept(store) == {"a": [3, 4]}
    assert counts(report) == (2, 1, 0, 1, 0)
    assert report.rules == {
        "vectors of items that came twice in the file: the last one counts": 1,
        "vectors of items that the catalogue does not have: kept until it does": 1,
    }


def test_vectors_of_another_length_are_refused_before_anything_is_imported(
    store: Store, tmp_path: Path
) -> None:
    brought(store, tmp_path, {"a": [1, 2]})
    items = tmp_path / "one.csv"
    items.write_text("item_id,title\nlate,Late\n")
    with pytest.raises(VectorsError, match="have 3 numbers each, the 1 that 'given' has are of 2"):
        brought(store, tmp_path, {"late": [1, 2, 3]}, items=items)
    assert kept(store) == {"a": [1, 2]}
    assert store.seqs(["late"]).tolist() == [-1]


def test_both_ways_to_start_anew_that_the_refusal_names_work(store: Store, tmp_path: Path) -> None:
    vectors = store.workspace.vectors
    merge(vectors, "given", ["a"], np.ones((1, 2), np.float32))
    wide = np.ones((1, 3), np.float32)
    with pytest.raises(VectorsError) as refused:
        merge(vectors, "given", ["a"], wide)
    path = GivenVectors(vectors, "given").path
    assert "--vectors-name" in refused.value.remedy
    assert str(path) in refused.value.remedy
    merge(vectors, "other", ["a"], wide)
    path.unlink()
    merge(vectors, "given", ["a"], wide)
    assert names(vectors) == ["given", "other"]


def test_of_two_imports_at_once_the_second_is_refused_and_nothing_is_lost(store: Store) -> None:
    vectors = store.workspace.vectors
    path = GivenVectors(vectors, "given").path
    with output_lock(path), pytest.raises(UsageError, match="another run"):
        merge(vectors, "given", ["a"], np.ones((1, 2), np.float32))
    assert names(vectors) == []


def test_the_catalogue_tells_of_items_whose_vectors_changed_and_of_no_others(
    store: Store, tmp_path: Path
) -> None:
    store.put_items([ItemRecord(name, name) for name in ("a", "b", "c")])
    brought(store, tmp_path, {"a": [1, 2], "b": [3, 4]})
    version = store.catalogue_version()
    brought(store, tmp_path, {"a": [1, 2], "b": [3, 5], "nobody": [1, 1]})
    changed = store.items(changed_after=version)
    assert changed["item_id"].to_pylist() == ["b"]
    version = store.catalogue_version()
    brought(store, tmp_path, {"a": [1, 2], "b": [3, 5]})
    assert store.catalogue_version() == version


def test_what_was_read_is_read_again_once_another_process_replaced_it(store: Store) -> None:
    vectors = store.workspace.vectors
    given = GivenVectors(vectors, "given")
    assert given.load(["a"])[1].tolist() == [False]
    merge(vectors, "given", ["a"], np.ones((1, 2), np.float32))
    assert given.load(["a", "b"])[0].tolist() == [[1, 1], [0, 0]]
    merge(vectors, "given", ["b"], np.full((1, 2), 2, np.float32))
    found, present = given.load(["b", "a", "c"])
    assert found.tolist() == [[2, 2], [1, 1], [0, 0]]
    assert present.tolist() == [True, True, False]
    given.path.unlink()
    assert given.load(["a"])[1].tolist() == [False]


@pytest.mark.parametrize("bit", [1, 128])
def test_a_file_with_a_byte_changed_anywhere_is_damaged(tmp_path: Path, bit: int) -> None:
    merge(tmp_path, "mine", ["a", "b"], np.array([[1, 2, 3], [4, 5, 6]], np.float32))
    path = GivenVectors(tmp_path, "mine").path
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        with pytest.raises(VectorsError, match=r"mine\.vec is damaged"):
            GivenVectors(tmp_path, "mine").read()
    for length in (1, len(whole) - 40, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(VectorsError, match=r"mine\.vec is damaged"):
            GivenVectors(tmp_path, "mine").read()
    path.write_bytes(whole[:-39])  # of before there were checksums
    assert GivenVectors(tmp_path, "mine").load(["b"])[0].tolist() == [[4, 5, 6]]


@pytest.mark.parametrize("bit", [1, 2, 8, 64])
def test_a_matrix_with_another_byte_in_its_header_is_refused_or_the_same(
    tmp_path: Path, bit: int
) -> None:
    """A digit of its shape changes every vector, and a bracket what Python can read."""
    rows = np.arange(64, dtype=np.float32).reshape(16, 4)
    path, ids = tmp_path / "v.npy", tmp_path / "ids.txt"
    np.save(path, rows)
    ids.write_text("\n".join(f"item-{i}" for i in range(16)))
    whole = path.read_bytes()
    for place in range(128):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        with suppress(VectorsError):
            _, found = vectors.read(path, ids, lambda row, reason: None)
            assert found.shape == rows.shape
    np.savez(tmp_path / "many.npz", rows)
    with pytest.raises(VectorsError, match=r"many\.npz is no \.npy matrix"):
        vectors.read(tmp_path / "many.npz", ids, lambda row, reason: None)


def test_the_name_of_an_encoder_is_not_for_imported_vectors(store: Store, tmp_path: Path) -> None:
    """They would take its own from all items, and no picture could be searched by."""
    np.save(tmp_path / "v.npy", np.ones((1, 2), np.float32))
    (tmp_path / "ids.txt").write_text("a\n")
    given = Request(vectors=tmp_path / "v.npy", ids=tmp_path / "ids.txt", vectors_name="colour")
    with pytest.raises(VectorsError, match="'colour' is an encoder of this workspace"):
        import_files(store.workspace, store, given)
    assert names(store.workspace.vectors) == []


def test_a_dry_run_looks_at_vectors_as_the_import_does(store: Store, tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.ones((2, 2), np.float32))
    (tmp_path / "ids.txt").write_text("a\nlate\n")
    items = tmp_path / "one.csv"
    items.write_text("item_id,title\nlate,Late\n")
    given = Request(items=items, vectors=tmp_path / "v.npy", ids=tmp_path / "ids.txt")
    found = dry_run(store, given)
    assert (found.vectors, found.known) == (2, 1 + int(store.seqs(["a"])[0] >= 0))
    merge(store.workspace.vectors, "given", ["b"], np.ones((1, 3), np.float32))
    with pytest.raises(VectorsError, match="2 numbers each"):
        dry_run(store, given)
    (tmp_path / "ids.txt").write_text("a\n")
    with pytest.raises(VectorsError):
        dry_run(store, given)


def test_rows_of_parquet_without_an_id_or_numbers_are_refused_alone(
    store: Store, tmp_path: Path
) -> None:
    table = {"item_id": ["a", None, "b"], "embedding": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}
    pq.write_table(pa.table(table), tmp_path / "v.parquet")
    report, _ = import_files(store.workspace, store, Request(vectors=tmp_path / "v.parquet"))
    assert counts(report) == (3, 2, 0, 0, 1)
    assert kept(store).keys() == {"a", "b"}
    table["embedding"] = [["x", "y"], ["1", "z"], ["q", "r"]]
    pq.write_table(pa.table(table), tmp_path / "w.parquet")
    with pytest.raises(VectorsError, match="has no vectors"):
        import_files(store.workspace, store, Request(vectors=tmp_path / "w.parquet"))
