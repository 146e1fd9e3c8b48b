"""Weights where there is nothing to learn them from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from beholder.blending import gate
from beholder.blending.able import base_of, for_warm, is_doubtful, speaks_of_cold, with_new
from beholder.blending.chosen import Chosen, records
from beholder.blending.cold import PLACING, usual_placing
from beholder.blending.kept import USUAL, usual_kept
from beholder.blending.members import Tuned
from beholder.blending.validation import FEWEST, Validation
from beholder.scorers.fold import Weights, combined
from beholder.scorers.interface import Floats, Scorer
from beholder.scorers.item_item import ItemItem

TIE_BREAK = 1e-6  # popularity orders what nothing else does
EVEN = 0.5  # cold weight of each member where nothing can be learned


def by_default(held: Validation, tuned: Mapping[str, Tuned], counts: Floats) -> Chosen:
    """Too little behaviour to learn from: as much by what people did as by what items are."""
    few = f"{len(held.learn)} cases could be held out, {FEWEST} are needed"
    told = "behaviour and content weigh the same"
    notes = [f"too few people came again to learn weights from ({few}): {told}"]
    costly = [name for name, one in tuned.items() if is_doubtful(one)]
    able = {name: one for name, one in tuned.items() if name not in costly} or dict(tuned)
    base = base_of(able)
    notes += [f"{name} is left out: its gain is not certain" for name in costly if name not in able]
    scale = {name: _size(one.scorer) for name, one in able.items()}
    weights = Weights(scale, _even(for_warm(able)), {}, TIE_BREAK, 0.9)
    weights = even_cold(weights, able, base)
    behaved = tuned[base].scorer if base else None
    placing = usual_placing(held, behaved if isinstance(behaved, ItemItem) else None)
    members = {name: one.scorer for name, one in able.items()}
    grown = with_new(members, placing) if held.compared else members
    parts = combined(grown, counts, held.untouched, weights)
    weights = msgspec.structs.replace(weights, top=usual_kept(held, parts).top)
    return Chosen(weights, *USUAL, base, placing, records(tuned, weights, placing), notes)


def _even(members: Mapping[str, Tuned]) -> dict[str, float]:
    """Return weights by which behaviour counts as much as content, however many learn from it."""
    kinds = Counter(one.member.by_behaviour for one in members.values())
    return {name: 1.0 / kinds[one.member.by_behaviour] for name, one in members.items()}


def nothing_but_popularity(held: Validation, counts: Floats) -> Chosen:
    """Popularity, as asked: there are no members."""
    weights, placing = Weights({}, {}, {}, popularity=1.0), usual_placing(held, None)
    found = gate.ask_popularity(held, counts)
    return Chosen(weights, *USUAL, "", placing, [], ["popularity alone, as asked"], found)


def even_cold(weights: Weights, members: Mapping[str, Tuned], base: str) -> Weights:
    """Let all members that can speak of cold items, and are not doubted, weigh the same there.

    What is placed over a member is a mean of its columns, and so has its scale.
    """
    scale = dict(weights.scale)
    able = [n for n, one in members.items() if speaks_of_cold(one) and scale.get(n, 0.0) > 0]
    able = [name for name in able if not members[name].member.card.doubted] or able
    if scale.get(base, 0.0) > 0:
        scale[PLACING] = scale[base]
        able.append(PLACING)
    return msgspec.structs.replace(weights, scale=scale, cold=dict.fromkeys(able, EVEN))


def _size(scorer: Scorer) -> float:
    """Return what a scorer says at most for one item, on the mean."""
    if isinstance(scorer, ItemItem) and scorer.rows.nnz:
        tops = scorer.rows.max(axis=1).toarray()
        return float(tops[tops > 0].mean()) if (tops > 0).any() else 1.0
    return 1.0
