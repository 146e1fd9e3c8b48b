"""Three encoders, one of them a file of the user's own, which alone knows the tastes.

What the other two see is drawn at random, and no word tells one item from another: so whatever
follows the tastes here reads the third encoder, wherever it stands in the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beholder.behaviour.event import Event
from beholder.encoders.registry import vector_cache
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.store import ItemRecord
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from planted import World, make_world, picture, workspace_of
from small_network import write_network

LEARNING = ("visual-knn", "content-ease", "session-ease", "itemknn")


@pytest.fixture(scope="module")
def world() -> World:
    drawn = make_world(fit=1.0)
    return replace(drawn, texts=["thing"] * len(drawn.taste))


@pytest.fixture(scope="module", params=["own first", "own last"])
def served(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, str]]:
    root = tmp_path_factory.mktemp("three")
    own = f"onnx:{write_network(root / 'own.onnx')}"
    names = ["efficientnet-lite0", "colour"]
    names.insert(0 if request.param == "own first" else 2, own)
    noise = np.random.default_rng(1).normal(size=world.looks.shape).astype(np.float32)
    workspace = workspace_of(replace(world, looks=noise), root / "workspace")
    toml = workspace.toml.read_text().replace('["colour"]', str(names).replace("'", '"'))
    workspace.toml.write_text(toml)
    workspace = Workspace.open(workspace.root)
    keep(workspace.root, own, range(len(world.taste)), world.looks)
    wide = np.random.default_rng(2).normal(size=(len(world.taste), 1280)).astype(np.float32)
    keep(workspace.root, "efficientnet-lite0", range(len(world.taste)), wide)
    train_workspace(workspace, budget="600s", models=LEARNING)
    with open_engine(workspace.root) as engine:
        yield engine, own


def keep(root: Path, name: str, numbers: range, vectors: np.ndarray) -> None:
    cache = vector_cache(Workspace.open(root), name)
    cache.write([picture(number) for number in numbers], vectors)


def tastes(world: World, ids: list[str]) -> np.ndarray:
    return world.taste[[int(item[-4:]) for item in ids if item.startswith("item-")]]


def ids_of(world: World, taste: int, new: bool = False) -> list[str]:
    return [world.item_id(i) for i in np.flatnonzero((world.taste == taste) & (world.new == new))]


def test_all_three_are_compared(served: tuple[Engine, str]) -> None:
    engine, own = served
    assert {"efficientnet-lite0", "colour", own} <= set(engine.now_showing.content.spaces)


def test_similar_items_and_searches_follow_it(served: tuple[Engine, str], world: World) -> None:
    engine, own = served
    item = ids_of(world, 3)[0]
    assert (tastes(world, engine.similar(item, k=10).ids) == 3).mean() >= 0.5  # an eighth by chance
    raw = world.looks[world.taste == 5].mean(axis=0, keepdims=True)
    found = engine.search(picture={own: raw}, k=10).ids
    assert (tastes(world, found) == 5).mean() >= 0.8


def test_new_items_are_recommended_by_it(served: tuple[Engine, str], world: World) -> None:
    engine, _ = served
    told = ids_of(world, 2)[:4]
    right, wrong = ids_of(world, 2, new=True), ids_of(world, 6, new=True)
    scores = engine.score([*right, *wrong], history=told)
    assert np.mean([scores[i] for i in right]) > 2 * np.mean([scores[i] for i in wrong])


def test_a_dislike_reaches_what_it_shows_alike(served: tuple[Engine, str], world: World) -> None:
    engine, _ = served
    told, refused = ids_of(world, 2)[:3], ids_of(world, 2)[3]
    liked = [{"item": item, "kind": "like"} for item in told]
    both = [*liked, {"item": refused, "kind": "dislike"}]
    others = [world.item_id(i) for i in range(len(world.taste)) if world.item_id(i) not in told]
    before, after = (engine.score(others, history=history) for history in (liked, both))
    lost = {i: 1 - after[i] / before[i] for i in others if before[i] > 0.05}
    same = [loss for i, loss in lost.items() if i in ids_of(world, 2) and i != refused]
    other = [loss for i, loss in lost.items() if i not in ids_of(world, 2)]
    assert np.mean(same) > 2 * np.mean(other)


def test_a_late_item_takes_its_place_by_it(served: tuple[Engine, str], world: World) -> None:
    engine, own = served
    assert engine.store is not None
    rng = np.random.default_rng(4)
    for number, taste in ((9001, 2), (9002, 6)):
        looks = world.looks[world.taste == taste].mean(axis=0) + rng.normal(0, 0.1, 24)
        keep(
            engine.store.workspace.root, own, range(number, number + 1),
            looks[None].astype(np.float32),
        )  # fmt: skip
        for name, dim in (("efficientnet-lite0", 1280), ("colour", 96)):
            drawn = rng.normal(size=(1, dim)).astype(np.float32)
            keep(engine.store.workspace.root, name, range(number, number + 1), drawn)
        engine.store.set_picture_facts({picture(number): (300, 200, "#808080")})
        engine.store.put_items([ItemRecord(f"late-{taste}", "thing", {}, [picture(number)])])
    scores = engine.score(["late-2", "late-6"], history=ids_of(world, 2)[:4])
    assert scores["late-2"] > 2 * scores["late-6"]
    assert (tastes(world, engine.similar("late-6", k=10).ids) == 6).mean() >= 0.5
    engine.record(Event("late-2", "like", "somebody"))
    found = engine.recommend("somebody", k=10).ids
    assert (tastes(world, found) == 2).mean() >= 0.5, "as history, too"
