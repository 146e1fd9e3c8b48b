"""What was fitted in memory: it explains itself, and is the same after saving."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import beholder
from beholder.errors import BundleError, UnknownItemError, UsageError
from beholder.frames.recommender import Recommender


def test_base_and_shares_are_the_score(fitted: Recommender) -> None:
    history = fitted.ids[:4]
    item = fitted.recommend(history, k=1).ids[0]
    found = fitted.explain(item, history)
    assert {one for one, _ in found.shares} <= set(history)
    assert found.base + sum(share for _, share in found.shares) == pytest.approx(found.score)
    assert found.score == pytest.approx(float(fitted.score([item], history)[0]), rel=1e-5)


def test_an_unknown_item_of_a_history_is_named_and_says_nothing(fitted: Recommender) -> None:
    known = fitted.ids[:2]
    found = fitted.recommend([*known, "never seen"], k=5)
    assert found.unknown == ["never seen"]
    assert found.ids == fitted.recommend(known, k=5).ids
    assert fitted.explain(known[0], [*known, "never seen"]).unknown == ["never seen"]


def test_a_history_may_hold_dislikes(fitted: Recommender) -> None:
    history = fitted.ids[:3]
    first = fitted.recommend(history, k=5).ids[0]
    told = [*history, {"item": first, "kind": "dislike"}]
    assert first not in fitted.recommend(told, k=20).ids
    with pytest.raises(UsageError, match="no kind of event 'loathe'"):
        fitted.recommend([{"item": first, "kind": "loathe"}])


def test_what_is_excluded_is_left_out(fitted: Recommender) -> None:
    history = fitted.ids[:3]
    first, second, *_ = fitted.recommend(history, k=5).ids
    assert fitted.recommend(history, k=1, exclude=[first, "unknown"]).ids == [second]


def test_without_a_history_there_are_popular_items(fitted: Recommender) -> None:
    assert len(fitted.recommend(k=7).ids) == 7


def test_similar_items_look_alike(fitted: Recommender, world: object) -> None:
    item = fitted.ids[16]
    found = fitted.similar(item, k=5)
    assert item not in found.ids
    taste = world.taste  # type: ignore[attr-defined]
    assert sum(taste[int(str(one)[-4:])] == taste[16] for one in found.ids) >= 4


def test_an_unknown_item_is_refused(fitted: Recommender) -> None:
    for asked in (
        lambda: fitted.similar("nothing"),
        lambda: fitted.score(["nothing"]),
        lambda: fitted.explain("nothing", fitted.ids[:1]),
    ):
        with pytest.raises(UnknownItemError, match="'nothing' \\(240 items\\)"):
            asked()


def test_what_was_saved_answers_the_same(fitted: Recommender, tmp_path: Path) -> None:
    fitted.save(tmp_path / "kept")
    again = beholder.load(tmp_path / "kept")
    history = fitted.ids[:4]
    one, two = fitted.recommend(history), again.recommend(history)
    assert one.ids == two.ids
    np.testing.assert_array_equal(one.scores, two.scores)
    assert fitted.explain(one.ids[0], history) == again.explain(one.ids[0], history)
    assert again.members == fitted.members
    assert again.notes == fitted.notes


def test_a_folder_is_never_overwritten(fitted: Recommender, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exists already"):
        fitted.save(tmp_path)


def test_ids_that_no_file_can_hold_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    found = beholder.fit(([1, 1, 2], [("x",), ("y",), ("x",)], [1, 2, 3]), model="itemknn")
    with pytest.raises(UsageError, match="id of type tuple"):
        found.save(tmp_path / "kept")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("file", ["ids.json", "choice.json", "popularity.safetensors"])
def test_a_changed_file_is_refused(fitted: Recommender, tmp_path: Path, file: str) -> None:
    fitted.save(tmp_path / "kept")
    with (tmp_path / "kept" / file).open("ab") as opened:
        opened.write(b" ")
    with pytest.raises(BundleError, match=file):
        beholder.load(tmp_path / "kept")


def test_a_folder_of_another_kind_is_refused(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no saved recommender"):
        beholder.load(tmp_path)
    bundle = next((trained / "bundles").glob("2*"))
    with pytest.raises(BundleError, match="no saved recommender"):
        beholder.load(bundle)


def test_another_format_is_refused(fitted: Recommender, tmp_path: Path) -> None:
    fitted.save(tmp_path / "kept")
    path = tmp_path / "kept" / "manifest.json"
    kept = json.loads(path.read_bytes())
    path.write_text(json.dumps({**kept, "format": 1}))
    with pytest.raises(BundleError, match="format 1, this version reads 2"):
        beholder.load(tmp_path / "kept")
