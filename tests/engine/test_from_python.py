"""What a program gets from an engine: plain values, tables, vectors, and the bundle of today."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import types
import warnings
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import beholder
from beholder.behaviour.event import Event
from beholder.bundle.promote import current, promote
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.errors import MissingExtraError
from beholder.store import ItemRecord
from beholder.workspace import Workspace
from planted import World


def test_an_answer_is_plain_values_as_the_service_says_them(reader: Engine) -> None:
    told = reader.recommend(history=["item-0003"], k=4)
    found = told.to_dict()
    assert json.loads(json.dumps(found)) == found
    sent = json.loads(reader.recommend_json(history=["item-0003"], k=4))
    for volatile in ("answer", "next"):  # drawn for each answer
        del found[volatile], sent[volatile]
    assert found == sent
    why = reader.explain(told.ids[0], history=["item-0003"])
    plain = why.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["base"] + sum(one["share"] for one in plain["shares"]) == pytest.approx(
        plain["score"]
    )


def test_without_pandas_a_table_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['pandas'] = None\n"  # as if it were not installed
        "from beholder.engine.answer import Answer\n"
        "from beholder.errors import MissingExtraError\n"
        "try:\n    Answer('', '', 'popular', ()).to_pandas()\n"
        "except MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install pandas" in done.stdout


def test_a_table_has_a_row_an_item(reader: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Table:  # what pandas would make of it
        def __init__(self, rows: list[dict[str, object]], columns: list[str]) -> None:
            self.rows, self.columns = rows, columns

    library = types.ModuleType("pandas")
    library.DataFrame = Table  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", library)
    told = reader.recommend(history=["item-0003"], k=3)
    found = told.to_pandas()
    assert found.columns == ["rank", "id", "title", "score", "reason", "attribute_price"]
    assert [row["id"] for row in found.rows] == told.ids
    assert [row["rank"] for row in found.rows] == [1, 2, 3]
    why = reader.explain(told.ids[0], history=["item-0003"])
    shares = why.to_pandas()
    assert sum(row["share"] for row in shares.rows) == pytest.approx(why.score)


def test_an_empty_answer_is_an_empty_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from beholder.engine.answer import frame

    library = types.ModuleType("pandas")
    library.DataFrame = lambda rows, columns: (rows, columns)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", library)
    assert frame([], ("id",)) == ([], ["id"])
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError):
        frame([], ("id",))


# -- vectors --------------------------------------------------------------------------------


def test_vectors_are_of_what_is_shown_and_alike_where_looks_are(
    engine: Engine, world: World
) -> None:
    hidden = world.item_id(5)
    assert engine.store is not None
    engine.store.hide(hidden, True)
    engine.store.put_items([ItemRecord("late", "late one", {})])
    found = engine.vectors()
    assert hidden not in found.ids
    assert found.ids[-1] == "late"
    matrix = found.by_name["colour"]
    assert matrix.shape == (240, matrix.shape[1])
    assert found.present("colour").sum() == 239
    np.testing.assert_allclose(np.linalg.norm(matrix[:-1], axis=1), 1, atol=1e-5)
    taste = np.array([world.taste[int(one[-4:])] for one in found.ids[:-1]])
    cosines = matrix[:-1] @ matrix[:-1].T
    same = taste[:, None] == taste[None, :]
    np.fill_diagonal(same, False)
    assert cosines[same].mean() > cosines[~same].mean() + 0.2


def test_a_parquet_file_holds_the_same_vectors(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "items.parquet"
    assert engine.to_parquet(path) == 240
    table, found = pq.read_table(path), engine.vectors()
    assert table.column_names == ["item_id", "title", "attributes", "vector_colour"]
    assert table["item_id"].to_pylist() == found.ids
    rows = np.array(table["vector_colour"].to_pylist(), np.float32)
    np.testing.assert_array_equal(rows, found.by_name["colour"])


def test_an_item_without_a_vector_has_a_gap_in_the_file(engine: Engine, tmp_path: Path) -> None:
    assert engine.store is not None
    engine.store.put_items([ItemRecord("late", "late one", {})])
    engine.to_parquet(tmp_path / "items.parquet")
    table = pq.read_table(tmp_path / "items.parquet")
    assert table["vector_colour"].to_pylist()[-1] is None
    assert table["vector_colour"].null_count == 1


# -- promotions -----------------------------------------------------------------------------


def trained_again(workspace: Workspace) -> tuple[str, str]:
    first = current(workspace)
    second = beholder.train(workspace.root, budget="2s", models="itemknn", seed=8).bundle
    promote(workspace, first)
    return first, second


def test_the_question_after_a_promotion_is_answered_from_the_new_bundle(
    workspace: Workspace,
) -> None:
    first, second = trained_again(workspace)
    with beholder.open(workspace.root) as engine:
        before = engine.recommend(history=["item-0003"], k=10)
        assert before.bundle == engine.bundle == first
        promote(workspace, second)
        after = engine.recommend(history=["item-0003"], k=10)
        assert after.bundle == engine.bundle == second
        assert engine.similar("item-0003").bundle == second
        promote(workspace, first)
        again = engine.recommend(history=["item-0003"], k=10)
    assert again.bundle == first
    assert again.ids == before.ids
    with open_engine(workspace.root, second) as fresh:
        assert after.ids == fresh.recommend(history=["item-0003"], k=10).ids


def test_what_changed_since_holds_in_the_new_bundle_too(workspace: Workspace) -> None:
    first, second = trained_again(workspace)
    with beholder.open(workspace.root) as engine:
        assert engine.bundle == first
        assert engine.store is not None
        engine.store.put_items([ItemRecord("late", "amber fern", {})])
        engine.store.hide("item-0010", True)
        engine.record(Event("item-0003", "like", "ann"))
        promote(workspace, second)
        assert "late" in engine.search("amber fern").ids
        everything = engine.recommend("ann", k=240).ids
        assert "item-0010" not in everything
        assert "item-0003" not in everything
        assert engine.bundle == second


def test_an_engine_of_a_named_bundle_stays_with_it(workspace: Workspace) -> None:
    first, second = trained_again(workspace)
    with open_engine(workspace.root, first) as engine:
        promote(workspace, second)
        assert engine.recommend(k=3).bundle == first


def test_a_broken_bundle_is_warned_of_once_and_the_old_one_goes_on(workspace: Workspace) -> None:
    first, second = trained_again(workspace)
    with beholder.open(workspace.root) as engine:
        promote(workspace, second)
        (workspace.bundles / second / "choice.json").write_text("{}")
        with pytest.warns(UserWarning, match=f"{first} is served as before.*choice.json"):
            assert engine.recommend(k=3).bundle == first
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert engine.recommend(k=3).bundle == first


def test_threads_get_whole_answers_while_bundles_change(workspace: Workspace) -> None:
    first, second = trained_again(workspace)
    with beholder.open(workspace.root) as engine:
        expected = {}
        for name in (first, second):
            with open_engine(workspace.root, name) as alone:
                expected[name] = alone.recommend(history=["item-0003"], k=10).ids
        assert expected[first] != expected[second]
        wrong: list[object] = []
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                try:
                    answer = engine.recommend(history=["item-0003"], k=10)
                    if answer.ids != expected[answer.bundle]:
                        wrong.append(answer)
                except Exception as error:
                    wrong.append(error)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for name in (second, first) * 5:
            promote(workspace, name)
            engine.recommend(k=1)
        done.set()
        for thread in threads:
            thread.join()
        assert wrong == []
