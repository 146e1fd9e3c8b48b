"""A bundle that is promoted while somebody is answered: what is named, and what is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from late_world import made_parts
from test_kept_answers import stored
from test_present import written

from beholder.bundle.promote import current, promote
from beholder.engine import overlay
from beholder.engine.engine import Engine
from beholder.engine.explore import Exploration, Explorer
from beholder.engine.keep import Keep
from beholder.engine.overlay import Overlay
from beholder.engine.slate import Request, Slate, slate_of
from beholder.engine.standing import StandingRules
from beholder.store.answers import HISTORY
from beholder.workspace import Workspace
from planted import World, make_world


class Promoting(StandingRules):
    """Rules that are looked at while another bundle is promoted and shown."""

    def __init__(self, then: Callable[[], object]) -> None:
        super().__init__()
        self.then = then

    def open(self, view: Overlay) -> np.ndarray:
        self.then()
        return super().open(view)


@pytest.fixture
def swap(engine: Engine, workspace: Workspace) -> Callable[[], None]:
    """Promotes a bundle, and has it shown, as another request does."""
    engine.keep = Keep(engine.store.waiting, 1.0)
    second = written(workspace)

    def promoted() -> None:
        promote(workspace, second)
        assert engine.refresh().bundle == second

    return promoted


ASKED: dict[str, Callable[[Engine], Any]] = {
    "similar": lambda engine: engine.similar("item-0003", k=5),
    "row": lambda engine: engine.row("popular", k=5),
    "search": lambda engine: engine.search("amber", k=5),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_list_names_the_bundle_that_it_was_made_from(
    engine: Engine, workspace: Workspace, swap: Callable[[], None], name: str
) -> None:
    first = current(workspace)
    engine.pipeline.rules = Promoting(swap)
    answer = ASKED[name](engine)
    assert answer.bundle == first != engine.bundle
    if name == "similar":
        assert [row.bundle for row in stored(engine).values()] == [first]
    assert ASKED[name](engine).bundle == engine.bundle


def test_stored_pages_name_the_bundle_that_each_was_made_from(
    engine: Engine, workspace: Workspace, world: World, swap: Callable[[], None]
) -> None:
    first, user = current(workspace), world.user_id(3)

    def promoting(request: Request, view: Overlay, slate: Slate) -> Slate:
        swap()
        return slate

    plain = engine.pipeline.stages
    engine.pipeline.stages = (promoting, *plain)
    before = engine.recommend(user, k=5)
    engine.pipeline.stages = plain
    after = engine.recommend(user, k=5)
    assert (before.bundle, after.bundle) == (first, engine.bundle)
    assert first != engine.bundle
    rows = stored(engine)
    assert (rows[before.answer].bundle, rows[after.answer].bundle) == (first, engine.bundle)

    def back(request: Request, view: Overlay, slate: Slate) -> Slate:
        promote(workspace, first)
        engine.refresh()
        return slate

    engine.pipeline.stages = (back, *plain)
    page = engine.recommend(user, k=5, page=after.next)
    assert engine.bundle == first != page.bundle == after.bundle


# -- what is rarely shown -------------------------------------------------------------------


def counts_of(engine: Engine) -> np.ndarray:
    assert engine.pipeline.explorer is not None
    return engine.pipeline.explorer._shown


def test_what_the_bundle_before_showed_is_not_counted_for_the_positions_of_the_next(
    engine: Engine, swap: Callable[[], None]
) -> None:
    engine.pipeline.explorer = Explorer(Exploration("rare", 0.0))
    engine.recommend(k=30)
    engine.store.hide("item-0010", True)
    engine.recommend("person-0003", k=30)
    assert counts_of(engine).sum() == 60  # another state of the same bundle goes on counting
    swap()
    after = engine.recommend(k=7)
    assert counts_of(engine).sum() == 7
    places = [engine.now_showing.position_of_id[item] for item in after.ids]
    assert counts_of(engine)[places].tolist() == [1] * 7


class Interrupted(np.random.Generator):
    """Draws like any other; before its first draw something happens."""

    then: Callable[[], object] | None = None

    def random(self, *args: Any, **named: Any) -> Any:
        if self.then is not None:
            then, self.then = self.then, None
            then()
        return super().random(*args, **named)


def first_places(explorer: Explorer, view: Overlay, *positions: int) -> Slate:
    n = len(positions)
    slate = slate_of(np.array(positions, np.int32), np.ones(n, np.float32), (), HISTORY)
    return explorer(view, slate, n, view.shown)


def test_an_answer_of_the_bundle_before_ends_as_it_began_and_is_not_counted_for_the_next() -> None:
    large, small = (overlay.bare(made_parts(make_world(n_items=n))) for n in (240, 80))
    draws = Interrupted(np.random.PCG64(1))
    explorer = Explorer(Exploration("rare", 1e-9), draws)
    draws.then = lambda: first_places(explorer, small, 5, 6)
    slate = first_places(explorer, large, 200, 201, 5)
    assert slate.positions.tolist() == [200, 201, 5]
    assert len(explorer._shown) == 80
    assert np.flatnonzero(explorer._shown).tolist() == [5, 6]
    assert explorer._shown[5] == 1
