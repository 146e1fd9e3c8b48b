"""A bundle with a ranker: it moves the first hundred, and every score can still be explained."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beholder.behaviour.event import Event
from beholder.blending.reading import DIRECTIONS
from beholder.bundle.choice import Choice, Ranking
from beholder.bundle.manifest import read
from beholder.bundle.parts import Parts, load
from beholder.bundle.promote import current, folder_of, promote
from beholder.bundle.write import Origin, write_bundle
from beholder.engine.dislikes import dislikes
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.engine.stages import STAGES, UNRANKED
from beholder.errors import BundleError
from beholder.evaluation.variations import variations
from beholder.scorers.features import Reads
from beholder.scorers.ranker import AMONG, Net, Ranker
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace
from command_line import beholder
from planted import World, picture

USERS = [f"person-{number:04d}" for number in (3, 17, 40)]
WHY = "a ranker for a test puts the first 100 in order"


def a_ranker(parts: Parts, seed: int = 2) -> Ranker:
    """A ranker that learned nothing, and so moves everything."""
    rng = np.random.default_rng(seed)
    reads = Reads(tuple(n for n in parts.content.spaces if n != "words"), "words", ("brand",))
    n, terms = len(reads.names), parts.content.spaces["words"].vectors.shape[1]
    net = Net(
        rng.normal(size=(n, 8)).astype(np.float32),
        rng.normal(size=8).astype(np.float32),
        rng.normal(size=8).astype(np.float32),
        np.ones(1, np.float32),
    )
    directions = rng.normal(size=(terms, DIRECTIONS)).astype(np.float32)
    liked = rng.normal(size=parts.items.num_rows + 1).astype(np.float32)
    mean, spread = np.zeros(n, np.float32), np.ones(n, np.float32)
    return Ranker(reads, net, directions, liked, mean, spread, 1.0)


def with_ranker(workspace: Workspace) -> str:
    """Write the served bundle once more, with a ranker, and serve it."""
    with open_engine(workspace.root) as plain:
        parts = plain.parts
    ranking = Ranking(True, WHY, 600, 0.01, 0.001)
    names = Choice.__struct_fields__
    choice = Choice(**{name: getattr(parts.choice, name) for name in names} | {"ranking": ranking})
    parts = replace(parts, ranker=a_ranker(parts), choice=choice)
    name = write_bundle(workspace, parts, Origin(1, 1, "", 1, 0))
    promote(workspace, name)
    return name


@pytest.fixture(scope="module")
def root(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that serves a bundle with a ranker."""
    folder = tmp_path_factory.mktemp("ranked") / "workspace"
    shutil.copytree(trained, folder)
    with_ranker(Workspace.open(folder))
    return folder


@pytest.fixture(scope="module")
def ranking(root: Path) -> Iterator[Engine]:
    """An engine for questions, shared."""
    with open_engine(root) as engine:
        yield engine


def test_a_ranker_of_another_catalogue_is_refused(root: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(root)
    folder = shutil.copytree(folder_of(workspace, current(workspace)), tmp_path / "bundle")
    own = load(folder)
    more = np.append(own.ranker.liked, np.float32(0))
    replace(own.ranker, liked=more).save(folder / "ranker")
    n = own.items.num_rows
    with pytest.raises(BundleError, match=f"ranker of {n + 1} items, there are {n} .train again"):
        load(folder)


def everything(engine: Engine, user: str, k: int) -> list[str]:
    answer = engine.recommend(user, k=k)
    found = list(answer.ids)
    while answer.next is not None:
        answer = engine.recommend(user, k=k, page=answer.next)
        found += answer.ids
    return found


@pytest.mark.parametrize("user", USERS)
def test_the_first_hundred_are_the_same_in_another_order(
    ranking: Engine, reader: Engine, user: str
) -> None:
    moved, plain = ranking.recommend(user, k=150), reader.recommend(user, k=150)
    assert moved.ids[:AMONG] != plain.ids[:AMONG]
    assert set(moved.ids[:AMONG]) == set(plain.ids[:AMONG])
    assert moved.ids[AMONG:] == plain.ids[AMONG:]
    scores = [[item.score for item in answer.items] for answer in (moved, plain)]
    np.testing.assert_array_equal(*scores)  # a place keeps its score


@pytest.mark.parametrize("user", USERS)
def test_base_and_shares_and_ranker_are_the_score_of_the_place(ranking: Engine, user: str) -> None:
    answer = ranking.recommend(user, k=120)
    some = [0, 1, 5, 40, 99, 110]
    gains = []
    for item in (answer.items[place] for place in some):
        why = ranking.explain(item.id, user)
        whole = why.base + sum(one.share for one in why.shares) + why.ranker
        assert why.score == pytest.approx(whole, abs=1e-6)
        assert why.score == pytest.approx(item.score, abs=1e-5)
        assert why.score - why.ranker == pytest.approx(ranking.score([item.id], user)[item.id])
        gains.append(why.ranker)
    assert any(gains[:5])
    assert gains[5] == 0


@pytest.mark.parametrize("user", USERS)
def test_pages_of_twenty_are_one_of_forty_and_depth_changes_nothing(
    ranking: Engine, user: str
) -> None:
    assert everything(ranking, user, 20) == everything(ranking, user, 40)
    view = ranking.now_showing
    known, level, _ = ranking.history_of(user, None)
    few = ranking.rank(view, known.history, level, 5).positions
    many = ranking.rank(view, known.history, level, 60).positions
    np.testing.assert_array_equal(few, many[:5])


@pytest.fixture
def ruled(root: Path, tmp_path: Path, world: World) -> Path:
    """A workspace of one's own with a ranker, for rules: every seventh item costs 5, not 10."""
    folder = Path(shutil.copytree(root, tmp_path / "ruled"))
    places = range(0, len(world.texts), 7)
    with Store.open(Workspace.open(folder)) as store:
        store.put_items(
            [
                ItemRecord(world.item_id(at), world.texts[at], {"price": 5.0}, [picture(at)])
                for at in places
            ]
        )
    return folder


@pytest.mark.parametrize("rule", ["boost", "bury"])
def test_a_boost_and_a_bury_do_what_they_do_without_a_ranker(ruled: Path, rule: str) -> None:
    toml = ruled / "beholder.toml"
    told = f'\n[[rules]]\nrule = "{rule}"\nname = "own"\nwhere = "price < 8"\nby = 3\n'
    toml.write_text(toml.read_text() + told)
    with open_engine(ruled) as engine:
        answer = engine.recommend(USERS[0], k=10)
        cheap = set(engine.recommend(k=1000, filter="price < 8").ids)
        held = [item.id in cheap for item in answer.items]
        assert all(held) if rule == "boost" else not any(held)
        for item in answer.items:
            why = engine.explain(item.id, USERS[0])
            assert why.score == pytest.approx(item.score, abs=1e-5)


def test_a_small_boost_of_most_items_is_explained_at_every_place(ruled: Path) -> None:
    toml = ruled / "beholder.toml"
    toml.write_text(
        toml.read_text() + '\n[[rules]]\nrule = "boost"\nwhere = "price > 8"\nby = 0.2\n'
    )
    with open_engine(ruled) as engine:
        for item in engine.recommend(USERS[0], k=40).items:
            why = engine.explain(item.id, USERS[0])
            assert why.score == pytest.approx(item.score, abs=1e-5)


def test_a_dislike_lowers_what_is_like_it_from_where_the_ranker_put_it(ruled: Path) -> None:
    before_dislikes = [stage for stage in STAGES if stage is not dislikes]
    with open_engine(ruled) as engine, open_engine(ruled, stages=before_dislikes) as other:
        first = engine.recommend(USERS[0], k=1).ids[0]
        engine.record(Event(first, "dislike", USERS[0]))
        plain = {one.id: one.score for one in other.recommend(USERS[0], k=AMONG - 1).items}
        lowered = 0
        for item in engine.recommend(USERS[0], k=20).items:
            why = engine.explain(item.id, USERS[0])
            assert why.score == pytest.approx(item.score, abs=1e-5)
            taken = -sum(one.share for one in why.shares if one.disliked)
            assert item.score + taken == pytest.approx(plain[item.id], abs=1e-5)
            lowered += taken > 0
        assert first not in plain
        assert lowered


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden", np.full((1, 8), np.nan, np.float32)),
        ("out", np.zeros(3, np.float32)),
        ("spread", np.zeros(1, np.float32)),
        ("liked", np.zeros(0, np.float32)),
        ("directions", np.zeros(5, np.float32)),
    ],
)
def test_a_ranker_that_is_not_whole_is_refused(
    ranking: Engine, tmp_path: Path, name: str, value: np.ndarray
) -> None:
    made = ranking.parts.ranker
    n = len(made.reads.names)
    value = np.repeat(value, n, axis=0) if name in ("hidden", "spread") else value
    of_net = name in Net._fields
    broken = replace(made, net=made.net._replace(**{name: value})) if of_net else made
    broken = broken if of_net else replace(made, **{name: value})
    broken.save(tmp_path)
    with pytest.raises(ValueError, match="ranker"):
        Ranker.load(tmp_path)
    (tmp_path / "ranker.safetensors").write_bytes(b"\x08")
    with pytest.raises(ValueError, match="not whole"):
        Ranker.load(tmp_path)


def test_strangers_and_filters_and_the_setting(
    root: Path, ranking: Engine, reader: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ranking.recommend(k=50).ids == reader.recommend(k=50).ids
    assert ranking.explain("item-0003").ranker == 0
    found = [engine.recommend(USERS[0], k=50, filter="price < 11") for engine in (ranking, reader)]
    assert found[0].ids != found[1].ids
    monkeypatch.setenv("BEHOLDER_SERVE_RANKER", "false")
    with open_engine(root) as off:
        assert off.recommend(USERS[0], k=50).ids == reader.recommend(USERS[0], k=50).ids
        assert off.explain("item-0003", USERS[0]).ranker == 0


def test_the_ranker_serves_where_a_bundle_foresees_nothing(
    root: Path, ranking: Engine, reader: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEHOLDER_SERVE_VALUE", "{click = 1}")
    with open_engine(root) as engine:
        assert engine.recommend(USERS[0], k=50).ids == ranking.recommend(USERS[0], k=50).ids
        first = engine.recommend(USERS[0], k=1).ids[0]
        why = engine.explain(first, USERS[0])
        assert (why.ranker, why.value) == (ranking.explain(first, USERS[0]).ranker, 0)
        assert engine.rule_problems
    monkeypatch.setenv("BEHOLDER_SERVE_RANKER", "false")
    with open_engine(root) as engine:
        assert engine.recommend(USERS[0], k=50).ids == reader.recommend(USERS[0], k=50).ids


def test_a_late_item_and_other_attributes_are_read(workspace: Workspace, world: World) -> None:
    with_ranker(workspace)
    with open_engine(workspace.root) as engine:
        before = engine.recommend(USERS[0], k=100)
        some = int(before.ids[0][-4:])
        late = ItemRecord("late", world.texts[some], {"brand": "Nord"}, [picture(some)])
        engine.store.put_items([late])
        engine.record(Event("late", "like", USERS[0]))
        after = engine.recommend(USERS[0], k=100)
        assert "late" not in after.ids
        others = engine.recommend(USERS[1], k=200)
        assert len(others.ids) == 200
        view = engine.now_showing
        assert view.sight.liked[-1] == view.parts.ranker.liked[-1]
        assert view.sight.codes[-1, 0] >= 0 > view.sight.codes[0, 0]
        words = view.sight.words
        np.testing.assert_allclose(words[-1], words[some], atol=1e-6)


def test_it_is_the_same_after_a_reload_and_the_bundle_says_so(root: Path, ranking: Engine) -> None:
    with open_engine(root) as again:
        assert again.recommend(USERS[0], k=100).ids == ranking.recommend(USERS[0], k=100).ids
    workspace = Workspace.open(root)
    made = read(folder_of(workspace, current(workspace)), workspace.secrets)
    assert made.ranker == WHY
    shown, _ = beholder("bundle", "show", root, "--json")
    assert WHY in shown


def test_a_bundle_without_one_has_nothing_of_it(reader: Engine) -> None:
    assert reader.parts.ranker is None
    assert reader.now_showing.sight is None


def test_it_has_a_row_of_its_own_where_it_is_measured(ranking: Engine, reader: Engine) -> None:
    rows = variations(ranking.parts, {}, None)
    assert rows["auto without ranker"].stages == UNRANKED
    assert "auto without ranker" not in variations(reader.parts, {}, None)
