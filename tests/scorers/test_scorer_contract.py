"""Every scorer keeps the contract, and the contract notices those that do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from small_scorers import SCORERS, blend, item_item

from beholder.scorers import blend as blends
from beholder.scorers.blend import Blend, Reading
from beholder.scorers.item_item import ItemItem
from beholder.testing.scorer_checks import SCORER_CHECKS, Make

OF_CANDIDATES = {"check_appended_items_can_be_scored", "check_filled_items_can_be_scored"}


@pytest.mark.parametrize("kind", SCORERS)
@pytest.mark.parametrize("check", SCORER_CHECKS, ids=lambda check: check.__name__)
def test_every_scorer_keeps_the_contract(
    check: Callable[[Make], None], kind: str, request: pytest.FixtureRequest
) -> None:
    if kind == "item-item without entry" and check.__name__ in OF_CANDIDATES:
        reason = "without an entry nothing is said of new items, which only count as history"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    check(SCORERS[kind])


@pytest.mark.parametrize("check", SCORER_CHECKS, ids=lambda check: check.__name__)
def test_a_blend_keeps_it_where_only_what_is_touched_is_summed(
    check: Callable[[Make], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blends, "DENSE", 10)
    monkeypatch.setattr(blends, "EACH", 0)
    monkeypatch.setattr(blends, "LEADERS", 20)
    check(blend)


class OddRows(ItemItem):
    """Rows; those below break one promise each."""

    @classmethod
    def make(cls) -> ItemItem:
        good = item_item()
        return cls(good.rows, good.recency, good.entry)


class Odd(Reading):
    """What a blend reads; those below break one promise each."""

    @classmethod
    def make(cls) -> Blend:
        good = blend()
        return OddBlend(good.item_item, good.base, good.mass).of(cls)


class OddBlend(Blend):
    """A blend that reads in its own way."""

    def of(self, reading: type[Reading]) -> Blend:
        object.__setattr__(self, "reading", reading)
        return self

    def read(self, query):
        good = super().read(query)
        return self.reading(good.blend, good.query, good.gathered, good.lift)


class EvenShares(Odd):
    """Gives every item of the history the same share: they sum, and are no shares."""

    def shares(self, positions):
        told = super().shares(positions)
        mean = told.values.mean(axis=1, keepdims=True) if told.values.size else told.values
        return told._replace(values=np.broadcast_to(mean, told.values.shape))


class HalfShares(Odd):
    """Loses half of every share."""

    def shares(self, positions):
        told = super().shares(positions)
        return told._replace(values=told.values / 2)


class Unfiltered(Odd):
    def best(self, k, allowed=None):
        return super().best(k)


class LateFilter(Odd):
    """Cuts first and filters afterwards."""

    def best(self, k, allowed=None):
        found = super().best(k)
        keep = slice(None) if allowed is None else allowed[found.positions]
        return found._replace(positions=found.positions[keep], scores=found.scores[keep])


class Boastful(Odd):
    """Says that what was left out is worse than it is."""

    def best(self, k, allowed=None):
        found = super().best(k, allowed)
        return found._replace(rest=-1e9)


class ByPosition(Blend):
    """Breaks ties by position."""

    @classmethod
    def make(cls) -> Blend:
        good = blend()
        return cls(good.item_item, good.base, good.mass)

    @property
    def ties(self):
        return np.arange(self.n_items, dtype=np.uint32)


class Ordered(OddRows):
    """Believes the order in which a basket was written."""

    def ask(self, history, recency=None):
        query = super().ask(history, recency)
        steps = np.arange(len(query.items), dtype=np.float32)
        return query._replace(weights=query.weights * (1 + steps / 10))


class Crowded(Odd):
    """Scores an item by its companions."""

    def at(self, positions):
        return super().at(positions) * np.float32(1 + len(positions) / 100)


class Remembering(OddRows):
    """Grows by changing what was there."""

    def grown(self, new):
        self.rows.data[:] = self.rows.data * 1.5
        return super().grown(new)


class Divided(OddRows):
    """Scores other than what is served of it."""

    def scores(self, query):
        return super().scores(query) * np.float32(1.1)


class Mute(OddRows):
    """Lets nobody speak who came later."""

    def grown(self, new):
        grown = super().grown(new)
        layers = tuple(one._replace(rows=one.rows * 0) for one in grown.layers)
        return replace(grown, layers=layers)


@pytest.mark.parametrize(
    ("odd", "check"),
    [
        (EvenShares, "check_an_additive_share_is_what_the_item_gives"),
        (HalfShares, "check_shares_sum_to_the_score"),
        (Unfiltered, "check_filters_act_and_nothing_better_is_left_out"),
        (LateFilter, "check_filters_act_and_nothing_better_is_left_out"),
        (Boastful, "check_filters_act_and_nothing_better_is_left_out"),
        (ByPosition, "check_ties_have_a_seeded_order_that_favours_no_position"),
        (Ordered, "check_a_basket_has_no_order"),
        (Crowded, "check_order_of_candidates_does_not_matter"),
        (Remembering, "check_appending_leaves_known_items_alone"),
        (Divided, "check_alone_it_scores_as_in_a_blend"),
        (Mute, "check_an_appended_item_can_be_history"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_broken_promise_is_noticed(odd: type[Odd | OddRows | ByPosition], check: str) -> None:
    checks = {one.__name__: one for one in SCORER_CHECKS}
    checks[check](item_item)
    checks[check](blend)
    with pytest.raises(AssertionError):
        checks[check](odd.make)


def test_a_blend_that_forgets_its_vectors_when_saved_is_noticed() -> None:
    checks = {one.__name__: one for one in SCORER_CHECKS}

    class Forgetful(type(blend())):  # type: ignore[misc]
        @classmethod
        def load(cls, folder):
            return replace(super().load(folder), vectors=())

    def make():
        good = SCORERS["blend with vectors"]()
        return Forgetful(good.item_item, good.base, good.mass, good.vectors)

    with pytest.raises((AssertionError, ValueError)):
        checks["check_saved_and_loaded_it_is_the_same"](make)
