"""Exploration: the chances are exact, as frequencies of many draws and as counted by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from beholder.engine.answer import Reason
from beholder.engine.engine import Engine
from beholder.engine.explore import Exploration, Explorer, explore, rarely_shown
from beholder.engine.keep import Keep
from beholder.engine.opening import open_engine
from beholder.engine.pipeline import Pipeline
from beholder.errors import UsageError
from beholder.store.answer_log import AnswerLog, Given
from beholder.store.answers import EXPLORE, Shown, unpack
from beholder.workspace import Workspace
from planted import World

PAGE = np.array([10, 11, 12, 13], np.int32)
POOL = np.array([20, 21, 11, 22], np.int32)  # 11 stands on the page already
DRAWS = 20_000


def test_chances_are_those_counted_by_hand() -> None:
    halves = Exploration("fresh", 0.5, first=2)
    found = next(
        explored
        for seed in range(100)
        if (explored := explore(PAGE, POOL, halves, np.random.default_rng(seed))).place == 3
    )
    # One answer in two, one of two places, one of three items.
    assert found.chance.tolist() == pytest.approx([1, 1, 3 / 4, 1 / 12])
    assert found.chance.dtype == np.float32
    assert found.positions[:3].tolist() == [10, 11, 12]
    assert found.positions[3] in (20, 21, 22)
    assert found.displaced == 13
    plain = next(
        explored
        for seed in range(100)
        if (explored := explore(PAGE, POOL, halves, np.random.default_rng(seed))).place == -1
    )
    assert plain.chance.tolist() == [1, 1, 0.75, 0.75]
    assert (plain.positions.tolist(), plain.displaced) == (PAGE.tolist(), -1)


def test_a_place_that_is_held_has_the_chance_of_one_that_is_never_explored() -> None:
    held = np.array([False, False, True, False])
    generator = np.random.default_rng(3)
    for _ in range(200):
        found = explore(PAGE, POOL, Exploration("fresh", 0.5), generator, held)
        assert found.positions[2] == PAGE[2]
        usual = [1, 0.75, 1, 0.75]  # one answer in two, one of two places
        if found.place >= 0:
            usual[found.place] = 1 / 12  # and one of three items
        assert found.chance.tolist() == pytest.approx(usual)


@pytest.mark.parametrize(("share", "first"), [(0.3, 1), (1.0, 0), (0.05, 3)])
def test_what_is_seen_often_is_what_the_chances_say(share: float, first: int) -> None:
    generator = np.random.default_rng(7)
    seen: Counter[tuple[int, int]] = Counter()
    said: dict[tuple[int, int], float] = {}
    for _ in range(DRAWS):
        found = explore(PAGE, POOL, Exploration("fresh", share, first), generator)
        for place, (item, chance) in enumerate(
            zip(found.positions.tolist(), found.chance.tolist(), strict=True)
        ):
            seen[place, item] += 1
            # The chance of an item at a place never depends on how the draw fell.
            assert said.setdefault((place, item), chance) == chance
    for place in range(first, len(PAGE)):
        items = [item for at, item in said if at == place]
        expected = np.array([said[place, item] for item in items])
        assert expected.sum() == pytest.approx(1.0)
        counts = np.array([seen[place, item] for item in items])
        assert chisquare(counts, expected / expected.sum() * DRAWS).pvalue > 0.001
    assert all(said[place, int(PAGE[place])] == 1 for place in range(first))


def test_at_most_one_place_is_explored_and_no_item_comes_twice() -> None:
    generator = np.random.default_rng(1)
    for _ in range(500):
        found = explore(PAGE, POOL, Exploration(share=1.0, first=0), generator)
        assert (found.positions != PAGE).sum() == 1
        assert len(set(found.positions.tolist())) == len(PAGE)
        assert found.positions[found.place] in (20, 21, 22)


@pytest.mark.parametrize(
    ("exploration", "pool"),
    [
        (Exploration(), POOL),
        (Exploration(share=1.0), POOL[:0]),
        (Exploration(share=1.0), PAGE),
        (Exploration(share=1.0, first=4), POOL),
    ],
)
def test_where_nothing_can_be_explored_every_place_was_certain(
    exploration: Exploration, pool: np.ndarray
) -> None:
    found = explore(PAGE, pool, exploration, np.random.default_rng(0))
    assert found.positions.tolist() == PAGE.tolist()
    assert found.chance.tolist() == [1.0] * 4
    assert (found.place, found.displaced) == (-1, -1)


def test_the_page_that_came_is_not_written_to() -> None:
    before = PAGE.copy()
    explore(PAGE, POOL, Exploration(share=1.0), np.random.default_rng(0))
    assert PAGE.tolist() == before.tolist()


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_of_0_and_1_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="the share of explored answers"):
        explore(PAGE, POOL, Exploration(share=share), np.random.default_rng(0))


def test_rarely_shown_is_a_share_of_what_is_allowed() -> None:
    shown = np.array([9, 0, 5, 1, 7, 3])
    allowed = np.array([True, False, True, True, True, True])
    assert np.flatnonzero(rarely_shown(shown, allowed, 0.4)).tolist() == [3, 5]
    assert np.flatnonzero(rarely_shown(shown, allowed, 0.0)).tolist() == [3]
    assert rarely_shown(shown, allowed, 1.0).tolist() == allowed.tolist()


def test_what_ties_in_being_rarely_shown_is_all_in() -> None:
    allowed = np.array([True, True, True, False])
    assert rarely_shown(np.zeros(4, int), allowed, 0.1).tolist() == allowed.tolist()
    assert not rarely_shown(np.zeros(4, int), np.zeros(4, bool), 0.1).any()


# -- through the engine ---------------------------------------------------------------------

ANSWERS = 3_000


def exploring(reader: Engine, exploration: Exploration, seed: int = 7) -> Engine:
    """Return an engine that explores, over the parts and the store of one that does not."""
    explorer = Explorer(exploration, np.random.default_rng(seed))
    pipeline = Pipeline(explorer=explorer)
    return Engine(reader.parts, store=reader.store, pipeline=pipeline, keep=Kept())


class Kept(Keep):
    """Keeps answers where a test can look at them."""

    def __init__(self) -> None:
        super().__init__(AnswerLog(), 1.0)

    def last(self) -> Shown:
        entry = self.log._entries.pop()
        self.log._bytes = 0
        assert isinstance(entry, Given)
        return unpack(entry.packed)


def last(engine: Engine) -> Shown:
    assert isinstance(engine.keep, Kept)
    return engine.keep.last()


@pytest.mark.parametrize("user", ["person-0003", "a stranger"])
def test_stored_chances_are_what_is_seen_often(reader: Engine, user: str) -> None:
    engine = exploring(reader, Exploration("fresh", 0.5))
    seen: Counter[tuple[int, int]] = Counter()
    said: dict[tuple[int, int], float] = {}
    explored = 0
    for _ in range(ANSWERS):
        engine.recommend_json(user, k=4)
        shown = last(engine)
        explored += int((shown.sources == EXPLORE).sum())
        for place, (item, chance) in enumerate(
            zip(shown.items.tolist(), shown.chances.tolist(), strict=True)
        ):
            seen[place, item] += 1
            assert said.setdefault((place, item), chance) == chance
    assert chisquare([explored, ANSWERS - explored]).pvalue > 0.001
    for place in range(4):
        items = [item for at, item in said if at == place]
        expected = np.array([said[place, item] for item in items])
        assert expected.sum() == pytest.approx(1.0)
        counts = np.array([seen[place, item] for item in items])
        if place:
            assert chisquare(counts, expected / expected.sum() * ANSWERS).pvalue > 0.001
        else:
            assert counts.tolist() == [ANSWERS]


def test_what_an_explored_item_displaced_comes_first_on_the_next_page(reader: Engine) -> None:
    plain = reader.recommend("person-0003", k=5)
    after = reader.recommend("person-0003", k=5, page=plain.next)
    engine = exploring(reader, Exploration("fresh", 1.0))
    first = engine.recommend("person-0003", k=5)
    second = engine.recommend("person-0003", k=5, page=first.next)
    (place,) = [
        n for n, pair in enumerate(zip(first.ids, plain.ids, strict=True)) if len({*pair}) > 1
    ]
    assert second.ids[0] == plain.ids[place]
    assert second.ids[1:] == [i for i in after.ids if i != first.ids[place]][:4]
    assert first.items[place].reason == Reason("explore")
    assert first.items[place].score == plain.items[place].score


def test_explored_items_are_fresh_and_allowed(reader: Engine, world: World) -> None:
    engine = exploring(reader, Exploration("fresh", 1.0, first=0))
    untouched = {*range(len(world.taste))} - {*world.items.tolist()}
    fresh = {world.item_id(n) for n in untouched}
    left_out = sorted(fresh)[:12]
    for _ in range(200):
        answer = engine.recommend("person-0003", k=3, exclude=left_out)
        (item,) = [i.id for i in answer.items if i.reason == Reason("explore")]
        assert item in fresh - {*left_out}


def test_rare_items_are_those_that_stood_least_often(reader: Engine) -> None:
    engine = exploring(reader, Exploration("rare", 0.0))
    assert engine.pipeline.explorer is not None
    view = engine.now_showing
    assert len(engine.pipeline.explorer._drawn_from(view)) == len(view.cards)  # all tie
    engine.pipeline.explorer._shown[:] = np.arange(len(view.cards))
    engine.pipeline.explorer._pool = None
    assert engine.pipeline.explorer._drawn_from(view).tolist() == [*range(len(view.cards) // 10)]


def test_what_stood_in_an_answer_is_counted_for_the_rare(reader: Engine) -> None:
    engine = exploring(reader, Exploration("rare", 1.0))
    assert engine.pipeline.explorer is not None
    for user in ("person-0003", "person-0004", None):
        answer = engine.recommend(user, k=7)
    counts = engine.pipeline.explorer._shown
    assert counts.sum() == 21
    view = engine.now_showing
    assert all(counts[view.position_of_id[item]] for item in answer.ids)


def test_nobody_who_opted_out_is_explored(workspace: Workspace) -> None:
    with open_engine(workspace.root) as opened:
        assert opened.store is not None
        opened.store.set_profiling("person-0003", False)
        engine = exploring(opened, Exploration("fresh", 1.0))
        plain = opened.recommend("person-0003", k=5)
        assert engine.recommend("person-0003", k=5).ids == plain.ids
        assert last(engine).chances.tolist() == [1.0] * 5
        told = {"history": ["item-0003"], "k": 5}
        plain = opened.recommend("person-0003", **told)
        assert engine.recommend("person-0003", **told).ids == plain.ids, "nor who tells a history"
        assert engine.recommend("person-0004", **told).ids != plain.ids
        assert engine.recommend("person-0004", k=5).ids != opened.recommend("person-0004", k=5).ids


def test_what_is_measured_explores_where_it_is_measured_as_served(reader: Engine) -> None:
    engine = exploring(reader, Exploration("fresh", 1.0))
    known, level, view = engine.history_of("person-0003", None)
    plain = reader.rank(view, known.history, level, 10).positions
    found = engine.rank(view, known.history, level, 10).positions
    assert np.count_nonzero(found != plain) == 1, "one place of each answer"


def test_exploring_is_a_setting(workspace: Workspace) -> None:
    with open_engine(workspace.root) as engine:
        assert engine.pipeline.explorer is None
    text = workspace.toml.read_text() + '\n[serve]\nexplore = 0.2\nexplore_pool = "rare"\n'
    workspace.toml.write_text(text)
    with open_engine(workspace.root) as engine:
        assert engine.pipeline.explorer is not None
        assert engine.pipeline.explorer.exploration == Exploration("rare", 0.2)
