from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec import structs

from beholder.errors import DataError, UnknownItemError
from beholder.store import Counts, ItemRecord, Store

RED, BLUE = "aa" * 32, "bb" * 32


def test_items_are_added_changed_or_the_same(store: Store) -> None:
    assert store.put_items([ItemRecord("a", "A"), ItemRecord("d", "D")]) == Counts(1, 0, 1)
    assert store.put_items([ItemRecord("a", "new"), ItemRecord("d", "D")]) == Counts(0, 1, 1)
    assert store.item("a")["title"] == "new"


def test_zeros_in_front_of_an_id_stay(store: Store) -> None:
    store.put_items([ItemRecord("007", "Bond"), ItemRecord("7", "Seven")])
    assert store.item("007")["title"] == "Bond"
    assert store.item("7")["title"] == "Seven"


def test_the_table_has_attributes_cover_and_its_facts_in_order_of_seq(store: Store) -> None:
    record = ItemRecord("d", "D", {"price": 2.5, "tags": ["x", "y"], "colour": "é"}, [RED, BLUE])
    store.put_items([record])
    store.set_picture_facts({RED: (30, 40, "#ff0000")})
    row = store.items().to_pylist()[-1]
    assert json.loads(row["attributes"]) == {"price": 2.5, "tags": ["x", "y"], "colour": "é"}
    assert (row["picture"], row["width"], row["height"], row["colour"]) == (RED, 30, 40, "#ff0000")
    assert store.items()["seq"].to_pylist() == [1, 2, 3, 4]
    assert store.item("d")["pictures"] == [RED, BLUE]


def test_pictures_stay_where_a_record_says_nothing_of_them(store: Store) -> None:
    store.put_items([ItemRecord("a", "A", {}, [RED])])
    assert store.put_items([ItemRecord("a", "A")]) == Counts(0, 0, 1)
    assert store.item("a")["pictures"] == [RED]
    store.put_items([ItemRecord("a", "A", {}, [])])
    assert store.item("a")["pictures"] == []


def test_each_change_raises_the_version_and_shows_in_what_changed_after(store: Store) -> None:
    before = store.catalogue_version()
    assert store.items(before).num_rows == 0
    store.hide("b", True)
    assert store.items(before)["item_id"].to_pylist() == ["b"]
    assert store.items(before)["hidden"].to_pylist() == [True]
    middle = store.catalogue_version()
    store.hide("b", True)
    assert store.catalogue_version() == middle, "nothing changed"
    store.put_items([ItemRecord("b", "B")])
    assert store.items()["hidden"].to_pylist() == [False, True, False], "an import unhides nothing"


def test_new_facts_of_a_picture_make_its_items_changed(store: Store) -> None:
    store.put_items([ItemRecord("a", "A", {}, [RED])])
    before = store.catalogue_version()
    store.set_picture_facts({RED: (1, 2, "#000000"), BLUE: (1, 1, "#111111")})
    assert store.items(before)["item_id"].to_pylist() == ["a"]


def test_a_deleted_item_is_gone_but_followers_hear_of_it(store: Store) -> None:
    before = store.catalogue_version()
    store.delete_item("a")
    assert store.items()["item_id"].to_pylist() == ["b", "c"]
    assert store.items(before)["deleted"].to_pylist() == [True]
    assert store.seqs(["a", "b", "nope"]).tolist() == [-1, 2, -1]
    with pytest.raises(UnknownItemError):
        store.item("a")
    with pytest.raises(UnknownItemError):
        store.hide("a", True)


def test_an_item_that_comes_back_keeps_its_row_number(store: Store) -> None:
    store.delete_item("c")
    store.put_items([ItemRecord("d", "D"), ItemRecord("c", "C")])
    assert store.seqs(["c", "d"]).tolist() == [3, 4]


@pytest.mark.parametrize(
    "record",
    [
        ItemRecord("", "T"),
        ItemRecord("x" * 257, "T"),
        ItemRecord("é" * 129, "T"),
        ItemRecord("a\nb", "T"),
        ItemRecord("a\x85b", "T"),
        ItemRecord("ok", "T\x00"),
        ItemRecord("ok", "\ud800"),
        ItemRecord("ok", "T", {"price": float("nan")}),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_of_its_batch_stored(
    store: Store, record: ItemRecord
) -> None:
    with pytest.raises(DataError):
        store.put_items([ItemRecord("fine", "F"), record])
    assert store.seqs(["fine"]).tolist() == [-1]


def test_thousands_of_items_at_once(store: Store) -> None:
    records = [ItemRecord(f"n{i}", str(i)) for i in range(7_000)]
    assert store.put_items(records) == Counts(7_000, 0, 0)
    assert store.put_items(records) == Counts(0, 0, 7_000)
    assert store.items().num_rows == 7_003


def test_of_changes_at_once_none_is_lost(store: Store) -> None:
    """Each begins from what the one before it left, though all were asked for at once."""
    together = threading.Barrier(6)

    def change(n: int) -> None:
        together.wait(60)
        store.change_item(
            "a", lambda item: structs.replace(item, attributes=item.attributes | {f"x{n}": 1.0})
        )

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(change, range(6)))
    assert store.item("a")["attributes"] == {f"x{n}": 1.0 for n in range(6)}
    with pytest.raises(UnknownItemError):
        store.change_item("nothing", lambda item: item)
