from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image

from beholder.demo.files import COLUMNS, write_gallery
from beholder.demo.gallery import paint
from beholder.demo.truth import Truth
from beholder.errors import UsageError


def test_all_files_are_there_and_fit_each_other(tmp_path):
    files = write_gallery(tmp_path / "new", 30, 20, seed=3, workers=1, width=64)
    with files.items_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == 30
    for index, row in enumerate(rows):
        with Image.open(files.media_dir / row["picture"]) as image:
            assert image.width == 64
        _, factors = paint(index, 3, 64)
        assert (row["family"], row["palette"]) == (factors.family, factors.palette)
        assert row["title"] == factors.title
    truth = Truth.load(files.truth_npz)
    with files.interactions_csv.open(encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file))
    assert {e["item_id"] for e in events} <= {r["item_id"] for r in rows}
    assert {e["user_id"] for e in events} == set(truth.user_ids.tolist())
    assert not {e["item_id"] for e in events} & set(truth.item_ids[truth.cold].tolist())


def test_processes_change_nothing(tmp_path):
    alone = write_gallery(tmp_path / "one", 45, 5, seed=4, workers=1, width=64)
    pool = write_gallery(tmp_path / "two", 45, 5, seed=4, workers=2, width=64)
    for first in sorted(path for path in (tmp_path / "one").rglob("*") if path.is_file()):
        second = tmp_path / "two" / first.relative_to(tmp_path / "one")
        assert first.read_bytes() == second.read_bytes(), first.name
    assert alone.media_dir != pool.media_dir


def test_the_first_pictures_of_a_larger_gallery_are_those_of_a_smaller(tmp_path):
    few = write_gallery(tmp_path / "few", 5, 5, seed=4, workers=1, width=64)
    many = write_gallery(tmp_path / "many", 9, 5, seed=4, workers=1, width=64)
    for path in few.media_dir.iterdir():
        assert path.read_bytes() == (many.media_dir / path.name).read_bytes()


def test_the_folder_says_that_it_is_generated(tmp_path):
    files = write_gallery(tmp_path, 2, 2, seed=1, workers=1, width=64)
    words = files.readme.read_text(encoding="utf-8")
    assert "made up by a program" in words
    assert "Seed 1" in words


def test_progress_counts_every_picture(tmp_path):
    class Counter:
        total, done, ended = 0, 0, False

        def start(self, what: str, total: int | None = None, unit: str = "") -> None:
            self.total = total or 0

        def advance(self, n: int = 1) -> None:
            self.done += n

        def note(self, text: str) -> None: ...

        def finish(self) -> None:
            self.ended = True

    counter = Counter()
    write_gallery(tmp_path, 23, 2, seed=1, workers=1, progress=counter, width=64)
    assert (counter.total, counter.done, counter.ended) == (23, 23, True)


@pytest.mark.parametrize(("n_items", "n_visitors", "width"), [(0, 1, 64), (1, 0, 64), (1, 1, 8)])
def test_impossible_numbers_are_refused(tmp_path, n_items, n_visitors, width):
    with pytest.raises(UsageError, match="make no gallery"):
        write_gallery(tmp_path / "no", n_items, n_visitors, width=width)
    assert not (tmp_path / "no").exists()


def test_a_tiny_gallery_has_behaviour_too(tmp_path):
    files = write_gallery(tmp_path, 3, 2, seed=1, workers=1, width=64)
    assert len(files.interactions_csv.read_text(encoding="utf-8").splitlines()) > 2
    assert np.isfinite(Truth.load(files.truth_npz).affinity(0)).all()


def test_what_rows_say_they_say_in_chinese_too(tmp_path):
    files = write_gallery(tmp_path / "zh", 96, 2, seed=3, workers=1, width=64)
    with files.items_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in ("family", "palette", "pattern", "texture", "colours", "tags"):
            said, chinese = row[name].split("|"), row[f"{name}_zh"].split("|")
            assert len(said) == len(chinese)
            assert not any(word.isascii() for word in chinese)
