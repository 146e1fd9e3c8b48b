"""Items with vectors that were imported are compared by them, whenever these or they came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from beholder.catalogue.import_vectors import Brought, import_vectors
from beholder.catalogue.merge_vectors import merge
from beholder.catalogue.report import Report
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.store import ItemRecord, Store
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from planted import World, make_world, workspace_of

MEMBERS = ("itemknn", "words", "visual-knn")


@pytest.fixture(scope="module")
def drawn() -> World:
    return make_world(n_users=60)


@pytest.fixture(scope="module")
def made(drawn: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose items have imported vectors, and none of an encoder."""
    root = tmp_path_factory.mktemp("imported") / "workspace"
    workspace = workspace_of(drawn, root)
    for shards in (workspace.vectors / "colour").rglob("*.safetensors"):
        shards.unlink()
    ids = [drawn.item_id(i) for i in range(len(drawn.taste))]
    merge(workspace.vectors, "given", ids, drawn.looks)
    train_workspace(workspace, budget="600s", models=MEMBERS)
    return root


@pytest.fixture
def engine(made: Path, tmp_path: Path) -> Iterator[Engine]:
    import shutil

    shutil.copytree(made, tmp_path / "workspace")
    with open_engine(tmp_path / "workspace") as opened:
        yield opened


def elsewhere(engine: Engine, item: str, looks: np.ndarray) -> None:
    """Import vectors of one item as another process does, with a store of its own."""
    workspace = Workspace.open(engine.store.workspace.root)
    with Store.open(workspace) as store:
        brought = Brought("given", "v.npy", [item], looks[None, :].astype(np.float32), 0)
        import_vectors(store, brought, Report(0))


def of_taste(world: World, taste: int) -> np.ndarray:
    return world.looks[world.taste == taste].mean(axis=0)


def vector_of(engine: Engine, item: str) -> np.ndarray:
    view = engine.refresh()
    return view.content.spaces["given"].vectors[view.position_of_id[item]].copy()


def tastes_alike(engine: Engine, world: World, item: str) -> np.ndarray:
    found = [one for one in engine.similar(item, k=10).ids if one.startswith("item-")]
    return world.taste[[int(one[-4:]) for one in found]]


def test_an_item_with_another_text_keeps_its_imported_vector(engine: Engine) -> None:
    before = vector_of(engine, "item-0005")
    assert before.any()
    engine.store.put_items([ItemRecord("item-0005", "something else", {"price": 10.0})])
    np.testing.assert_allclose(vector_of(engine, "item-0005"), before, atol=1e-6)


def test_a_late_item_is_compared_by_vectors_that_were_there_before_it(
    engine: Engine, drawn: World
) -> None:
    elsewhere(engine, "late", of_taste(drawn, 3))
    engine.refresh()
    engine.store.put_items([ItemRecord("late", "late")])
    assert (tastes_alike(engine, drawn, "late") == 3).mean() >= 0.8  # by chance: an eighth


def test_a_late_item_is_compared_by_vectors_that_came_after_it(
    engine: Engine, drawn: World
) -> None:
    engine.store.put_items([ItemRecord("late", "late")])
    assert not vector_of(engine, "late").any()
    elsewhere(engine, "late", of_taste(drawn, 3))
    assert (tastes_alike(engine, drawn, "late") == 3).mean() >= 0.8
    elsewhere(engine, "late", of_taste(drawn, 6))
    assert (tastes_alike(engine, drawn, "late") == 6).mean() >= 0.8


def test_an_item_of_the_bundle_is_compared_by_vectors_that_were_imported_anew(
    engine: Engine, drawn: World
) -> None:
    item = drawn.item_id(int(np.flatnonzero((drawn.taste == 2) & drawn.new)[0]))
    assert (tastes_alike(engine, drawn, item) == 2).mean() >= 0.5
    engine.store.put_items([ItemRecord(item, "no word of it", {})])
    engine.refresh()
    elsewhere(engine, item, of_taste(drawn, 6))
    assert (tastes_alike(engine, drawn, item) == 6).mean() >= 0.8


def test_a_price_makes_nothing_anew_of_an_item_with_an_imported_vector(
    engine: Engine, drawn: World
) -> None:
    before = engine.refresh()
    text = drawn.texts[5]
    engine.store.put_items([ItemRecord("item-0005", text, {"price": 11.0})])
    after = engine.refresh()
    assert after is not before
    assert after.content is before.content


def test_vectors_begun_anew_with_another_length_stop_no_server(engine: Engine) -> None:
    vectors = engine.store.workspace.vectors
    (vectors / "given" / "given.vec").unlink()
    merge(vectors, "given", ["late", "item-0005"], np.ones((2, 5), np.float32))
    engine.store.put_items([ItemRecord("late", "late"), ItemRecord("item-0005", "other words")])
    view = engine.refresh()
    assert not view.content.spaces["given"].present[view.position_of_id["late"]]
    assert engine.similar("late", k=3) is not None
