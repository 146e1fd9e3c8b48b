"""Ids that look like numbers: zeros stay, and what a program made of them is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from beholder.dataset.texts import Groups
from beholder.store import Store
from command_line import beholder

EVENTS = "user_id,item_id,kind,time\n1.0,123.0,like,2024-01-01\n2.0,124.0,like,2024-01-02\n"


def ids(store: Store) -> list[str]:
    return sorted(store.items()["item_id"].to_pylist())


def test_zeros_in_front_stay_and_make_another_id(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    file.write_text("item_id,title\n00123,A\n123,B\n0123,C\n")
    said, _ = beholder("import", store.workspace.root, "--items", file)
    assert ids(store) == ["00123", "0123", "123"]
    assert "ids such as" not in said


def test_whole_numbers_with_a_point_are_told(store: Store, tmp_path: Path) -> None:
    items, events = tmp_path / "items.csv", tmp_path / "events.csv"
    items.write_text("item_id,title\n123,A\n124,B\n")
    events.write_text(EVENTS)
    words = ("import", store.workspace.root, "--items", items, "--interactions", events)
    said, _ = beholder(*words)
    assert "2 rows joined as whole numbers, which one of the files writes with a point" in said
    items.write_text("item_id,title\n123.0,A\n124.0,B\n1.0.0,C\n")
    said, _ = beholder(*words)
    (line,) = [line for line in said.splitlines() if "ids such as 123.0" in line]
    assert line.startswith("6 ids")  # two of items, two of users, two of items in events


def test_numbers_of_a_table_with_gaps_are_ids_without_a_point(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "items.parquet"
    table = {"item_id": pa.array([123, None, 125], pa.float64()), "title": ["A", "B", "C"]}
    pq.write_table(pa.table(table), file)
    said, _ = beholder("import", store.workspace.root, "--items", file)
    assert ids(store) == ["123", "125"]
    assert "ids such as" not in said


@pytest.mark.parametrize("pointed", ["123.0", "123"])
def test_a_product_code_is_one_whether_number_or_text(
    store: Store, tmp_path: Path, pointed: str
) -> None:
    numbers, texts = tmp_path / "a.jsonl", tmp_path / "b.csv"
    numbers.write_text('{"item_id": "a", "product_code": 123}\n')
    texts.write_text(f"item_id,product_code\nb,{pointed}\nc,0123\nd,\n")
    for file in (numbers, texts):
        beholder("import", store.workspace.root, "--items", file)
    table = store.items()
    told = [json.loads(own) for own in table["attributes"].to_pylist()]
    groups = Groups({}, np.empty(0, np.int32)).plus(told)
    found = dict(zip(table["item_id"].to_pylist(), groups.of_items.tolist(), strict=True))
    assert found == {"a": 0, "b": 0, "c": 1, "d": -1}
