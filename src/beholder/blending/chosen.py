"""What was chosen: the weights of members, and the evidence for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

from beholder.blending import gate
from beholder.blending.cold import PLACING, Placing
from beholder.blending.members import Tuned
from beholder.bundle.choice import MemberRecord
from beholder.scorers.fold import Combined, Weights


@dataclass
class Chosen:
    """Weights with the evidence for them.

    Attributes
    ----------
    kept, kept_cold
        Entries a row among warm and among cold columns.
    base
        The member that cold items are placed over, empty without one.
    asked
        float64 (cases,). NDCG@10 of each case of the tuning half; empty where there are too few.
    parts
        The members as they were weighed, on the validation split; None: not kept.
    """

    weights: Weights
    kept: int
    kept_cold: int
    base: str
    placing: Placing
    members: list[MemberRecord]
    notes: list[str]
    asked: gate.Scores = field(default_factory=lambda: np.empty(0))
    parts: Combined | None = None


def records(tuned: Mapping[str, Tuned], weights: Weights, placing: Placing) -> list[MemberRecord]:
    """Return what the bundle says of each member, the best alone first, and of placing."""
    found = [
        MemberRecord(
            name,
            one.member.card.name,
            msgspec.to_builtins(one.settings),
            one.tried,
            round(one.ndcg, 5) if len(one.per_case) else None,
            round(weights.warm.get(name, 0.0), 4),
            round(weights.cold.get(name, 0.0), 4),
        )
        for name, one in sorted(tuned.items(), key=lambda pair: -pair[1].ndcg)
    ]
    settings = {"power": placing.power, **placing.likeness}
    cold = round(weights.cold.get(PLACING, 0.0), 4)
    return [*found, MemberRecord(PLACING, PLACING, settings, placing.tried, None, 0.0, cold)]
