"""Why a blend is what it is: `choice.json`, of which the printed table is made."""

from __future__ import annotations

from typing import Any

import msgspec

from beholder.scorers.fold import Weights


class MemberRecord(msgspec.Struct, frozen=True):
    """What a bundle says of one member.

    Attributes
    ----------
    member, model
        Its name in the blend, and the model that learned it.
    settings
        As they were chosen; who knows the model reads them.
    tried
        How many settings were compared.
    ndcg10
        Alone, on the tuning half; None where it was not asked alone.
    warm, cold
        Its weight among items with and without behaviour.
    """

    member: str
    model: str
    settings: dict[str, Any]
    tried: int
    ndcg10: float | None
    warm: float
    cold: float


class FirstLook(msgspec.Struct, frozen=True):
    """What people see of whom nothing is known.

    Attributes
    ----------
    half_life_days
        Of the popularity that orders it; None: the one that the blend has.
    among
        So many of the most popular items are put in an order that shows less of the same; 0: none.
    """

    half_life_days: float | None = None
    among: int = 240


class Ranking(msgspec.Struct, frozen=True):
    """Whether a ranker puts the first candidates in order, and why.

    Attributes
    ----------
    why
        In words.
    lists
        How many lists it could learn from.
    gain, error
        In NDCG@10, on lists that it did not learn from; None: it was not measured.
    """

    on: bool
    why: str
    lists: int = 0
    gain: float | None = None
    error: float | None = None


class Head(msgspec.Struct, frozen=True):
    """What is known of one head.

    Attributes
    ----------
    why
        In words.
    examples
        Of which it was observed.
    usual
        The share of them that are ones, or the mean.
    tested, loss, always, error
        On the newest examples, which it did not learn from: how many, its mean log loss or squared
        error, that of always saying what is usual, and the standard error of their difference.
    auc
        How often a one is above a zero; None: of shares.
    squared, absolute
        The mean squared and absolute error of what is said: of chances the Brier score, and MAE.
    accuracy
        How often a chance is on the right side of a half; None: of shares.
    calibration
        The mean distance of what is said and what happened, over tenths of the tested by what is
        said of them.
    reliability
        For each of these tenths what was said on the mean, and what happened.
    """

    task: str
    on: bool
    why: str
    examples: int
    usual: float
    tested: int = 0
    loss: float | None = None
    always: float | None = None
    error: float | None = None
    auc: float | None = None
    calibration: float | None = None
    reliability: tuple[tuple[float, float], ...] = ()
    squared: float | None = None
    absolute: float | None = None
    accuracy: float | None = None


class Outcomes(msgspec.Struct, frozen=True):
    """Whether outcomes of what is seen are foreseen, and why.

    Attributes
    ----------
    why
        In words, in short.
    network
        What learned them; empty: nothing was learned.
    """

    on: bool
    why: str
    network: str = ""
    heads: tuple[Head, ...] = ()

    @property
    def whole(self) -> str:
        """Why, with what is known of each head."""
        return "; ".join([self.why, *(head.why for head in self.heads)])


class Choice(msgspec.Struct, frozen=True):
    """What was decided.

    Attributes
    ----------
    catalogue_version
        Version of the catalogue that the bundle shows; later changes are laid over it.
    members
        The best alone first.
    likeness
        Weight of each modality in the similarity of two items.
    plan
        Every decision that the clock took, by step; `beholder train --plan` follows it again.
    ranking
        None: no ranker was considered.
    outcomes
        None: no heads were considered.
    """

    weights: Weights
    catalogue_version: int
    members: tuple[MemberRecord, ...] = ()
    likeness: dict[str, float] = {}
    notes: tuple[str, ...] = ()
    plan: dict[str, int] = {}
    first_look: FirstLook = FirstLook()
    ranking: Ranking | None = None
    outcomes: Outcomes | None = None
