"""Which members take part in what: in warm items, in cold ones, and over which those are placed."""

from __future__ import annotations

from collections.abc import Mapping

from beholder.blending.cold import PLACING, Placing
from beholder.blending.members import Tuned
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.vectors import Vectors


def base_of(tuned: Mapping[str, Tuned]) -> str:
    """Return the best member of behaviour that new items can be placed over; empty: none."""
    able = [
        name
        for name, one in tuned.items()
        if one.member.by_behaviour
        and not one.member.card.new_alone
        and isinstance(one.scorer, ItemItem)
    ]
    return max(able, key=lambda name: tuned[name].ndcg, default="")


def for_warm(tuned: Mapping[str, Tuned]) -> dict[str, Tuned]:
    """Return the members for items with behaviour; if there is none, those that there are."""
    found = {name: one for name, one in tuned.items() if not one.member.card.new_alone}
    return found or dict(tuned)


def speaks_of_cold(one: Tuned) -> bool:
    """Whether a member says something of items without behaviour."""
    return "cold" in one.member.card.speaks_of


def is_slow(one: Tuned) -> bool:
    """Whether a member makes every answer slower."""
    return isinstance(one.scorer, Vectors)


def is_doubtful(one: Tuned) -> bool:
    """Whether a member has to be certainly worth it: it makes answers slower, or takes an extra."""
    return is_slow(one) or one.member.card.needs is not None


def with_new(members: Mapping[str, Scorer], placing: Placing) -> dict[str, Scorer]:
    """Let every member take the items without behaviour in, and add what places them."""
    found = {name: scorer.grown(placing.new) for name, scorer in members.items()}
    if placing.placed is not None:
        found[PLACING] = placing.placed.grown(placing.new)
    return found
