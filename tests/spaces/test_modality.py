"""Which vectors belong to which items, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from beholder.errors import ShapeError
from beholder.spaces import Modality

VECTORS = np.arange(8, dtype=np.float32).reshape(4, 2)
OWNER = np.array([0, 0, 2, 3], np.int32)
PRESENT = np.array([True, False, True, True])


def test_three_photos_have_one_owner() -> None:
    modality = Modality(VECTORS, OWNER, PRESENT)
    assert modality.counts.tolist() == [2, 0, 1, 1]
    assert (modality.n_items, modality.dim, modality.single) == (4, 2, False)


def test_one_row_an_item_becomes_a_modality_without_its_missing_rows() -> None:
    modality = Modality.of_rows(VECTORS, PRESENT)
    assert modality.owner.tolist() == [0, 2, 3]
    np.testing.assert_array_equal(modality.vectors, VECTORS[PRESENT])
    assert modality.single


def test_where_all_items_have_a_row_nothing_is_copied(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", VECTORS.astype(np.float16))
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r", allow_pickle=False)
    modality = Modality.of_rows(mapped, np.ones(4, bool))
    assert np.shares_memory(modality.vectors, mapped)
    blocks = list(modality.blocks())
    assert blocks[0][1].dtype == np.float32
    np.testing.assert_array_equal(np.concatenate([rows for _, rows in blocks]), VECTORS)


def test_items_without_anything_are_a_modality_too() -> None:
    empty = Modality.empty(3, 5)
    assert (empty.n_items, empty.dim, list(empty.blocks())) == (3, 5, [])


@pytest.mark.parametrize(
    ("vectors", "owner", "present", "says"),
    [
        (VECTORS, OWNER[:-1], PRESENT, "owners"),
        (VECTORS.ravel(), OWNER, PRESENT, "shape"),
        (VECTORS, OWNER[::-1].copy(), PRESENT, "rise"),
        (VECTORS, np.array([-1, 0, 2, 3], np.int32), PRESENT, "rise"),
        (VECTORS, OWNER, PRESENT[:-1], "item 3"),
        (VECTORS, OWNER, np.ones(4, bool), "the first is item 1"),
    ],
)
def test_what_disagrees_is_refused(vectors, owner, present, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        Modality(vectors, owner, present)
