"""All stages together: every place's score is base, shares and named adjustments."""

from __future__ import annotations

import numpy as np
import pytest
from shop import attributes_of
from test_dislikes import drawn, history_of

from beholder.behaviour.history import EMPTY, History
from beholder.engine.alike import between
from beholder.engine.engine import Engine
from beholder.engine.first_look import first_look
from beholder.engine.overlay import Overlay
from beholder.engine.rerank import Dial
from beholder.engine.retrieve import run
from beholder.engine.slate import Known, Request, Slate
from beholder.engine.stages import STAGES
from beholder.rules.facets import Facets
from beholder.rules.fit import Fitted, fit
from beholder.rules.mask import Masks
from beholder.rules.standing import read
from planted import World

RULES = read(
    [
        {"rule": "boost", "name": "up", "where": "brand = 'Ost'", "by": 0.2},
        {"rule": "bury", "name": "down", "where": "price < 60", "by": 0.1},
        {"rule": "cap", "facet": "stock", "most": 3, "first": 10},
        {"rule": "pin", "items": ["item-0171", "item-0002"], "place": 4},
    ],
    [],
)
VARIED = Dial(diversity=0.3, near=0.9)


def rules_of(view: Overlay) -> Fitted:
    facets = Facets.of([attributes_of(i) for i in range(240)], {})
    return fit(RULES, Masks(facets), view.position_of_id)


def slate_of(
    view: Overlay, history: History, k: int, dial: Dial, rules: Fitted, mask: np.ndarray
) -> tuple[Request, Slate]:
    known = Known(history, view.blend.ask(history))
    level = "personal" if len(history) else "popular"
    reading = view.blend.read(known.query)
    request = Request(known, level, k, mask, reading, rules, dial)
    return request, run(request, view, STAGES, None if len(history) else first_look)


def masked(history: History) -> np.ndarray:
    mask = np.ones(240, bool)
    mask[history.items] = False
    mask[history.disliked] = False
    return mask


@pytest.mark.parametrize("who", ["person", "stranger"])
def test_base_and_shares_and_adjustments_are_the_score_of_every_place(
    reader: Engine, world: World, who: str
) -> None:
    view = reader.now_showing
    names = set()
    for user in range(0, 40, 4):
        history = history_of(world, user, drawn(world, user, 6)) if who == "person" else EMPTY
        mask = masked(history)
        request, slate = slate_of(view, history, 20, VARIED, without_caps(view), mask)
        parts = request.reading.shares(slate.positions)
        whole = parts.base + parts.values.sum(axis=1)
        for adjustment in slate.adjustments:
            whole = whole + adjustment.values
            names.add(adjustment.name)
        size = np.abs(slate.scores).max()
        np.testing.assert_allclose(whole / size, slate.scores / size, atol=1e-5)
        assert (np.diff(slate.scores) <= 0).all()
        assert len(set(slate.positions.tolist())) == len(slate.positions)
        assert mask[slate.positions].all()
    assert names >= {"up", "down", "diversity", "pins"}
    assert ("dislike" in names) == (who == "person")


def without_caps(view: Overlay) -> Fitted:
    """Rules whose facets are told by the test; caps read those of the view."""
    return rules_of(view)._replace(limits=())


def test_without_rules_and_dial_the_stages_leave_the_blends_own_list(
    reader: Engine, world: World
) -> None:
    view = reader.now_showing
    history = history_of(world, 5, np.empty(0, np.int32))
    request, slate = slate_of(view, history, 20, Dial(), Fitted(), masked(history))
    assert slate.adjustments == ()
    expected = request.reading.best(len(slate.positions), request.allowed)
    assert slate.positions.tolist() == expected.positions.tolist()


# -- the dial -------------------------------------------------------------------------------


def mean_likeness(view: Overlay, positions: np.ndarray) -> float:
    alike = between(view, positions, positions)
    return float(alike[~np.eye(len(positions), dtype=bool)].mean())


def test_the_more_variety_is_asked_for_the_less_is_alike(reader: Engine, world: World) -> None:
    view = reader.now_showing
    likeness = []
    for diversity in (0.0, 0.3, 0.6, 1.0):
        pages = [
            reader.recommend(world.user_id(user), k=12, diversity=diversity) for user in range(20)
        ]
        assert all(len(set(page.ids)) == 12 for page in pages)
        at = [np.array([view.position_of_id[item] for item in page.ids]) for page in pages]
        likeness.append(np.mean([mean_likeness(view, one) for one in at]))
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[-1] < likeness[0] / 2


def test_the_dial_moves_items_and_leaves_the_scores_of_places(reader: Engine, world: World) -> None:
    for user in range(10):
        plain = reader.recommend(world.user_id(user), k=40)
        varied = reader.recommend(world.user_id(user), k=40, diversity=0.5)
        assert varied.ids[0] == plain.ids[0]
        assert varied.ids != plain.ids
        assert [i.score for i in varied.items] == pytest.approx([i.score for i in plain.items])


def test_a_stranger_can_ask_for_variety_too(reader: Engine) -> None:
    view = reader.now_showing
    plain, varied = (reader.recommend(k=12, diversity=d) for d in (0.0, 0.9))
    assert plain.ids == reader.recommend(k=12).ids
    assert len(set(varied.ids)) == 12
    first, then = (
        mean_likeness(view, np.array([view.position_of_id[item] for item in page.ids]))
        for page in (plain, varied)
    )
    assert then < first


def test_pages_of_a_varied_answer_hold_every_item_once(reader: Engine, world: World) -> None:
    name = world.user_id(3)
    answers = [reader.recommend(name, k=20, diversity=0.5)]
    while answers[-1].next is not None:
        answers.append(reader.recommend(name, k=20, diversity=0.5, page=answers[-1].next))
    ids = [item for answer in answers for item in answer.ids]
    assert len(ids) == len(set(ids)) == 200
