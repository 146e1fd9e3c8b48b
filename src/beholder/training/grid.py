"""Which settings `auto` tries, the most promising first, since the budget may end early."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from beholder.models.ease import ContentEase, ContentEaseSettings, Ease, EaseSettings
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.session import Session, SessionSettings
from beholder.models.session_ease import SessionEase, SessionEaseSettings
from beholder.models.variants import Variants, VariantsSettings
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from beholder.models.words import Words, WordsSettings


class Member(NamedTuple):
    """A model that may join the blend.

    Attributes
    ----------
    heavy
        Whether it solves a dense system: fitted after the first bundle is out.
    """

    model: Any
    trials: tuple[msgspec.Struct, ...]
    heavy: bool = False


MEMBERS: dict[str, Member] = {
    "itemknn": Member(
        ItemKNN,
        (
            ItemKNNSettings(),
            ItemKNNSettings(shrink=3.0),
            ItemKNNSettings(normalise_users=0.25),
            ItemKNNSettings(normalise_users=0.8),
        ),
    ),
    "session": Member(
        Session,
        (
            SessionSettings(),
            SessionSettings(window=40),
            SessionSettings(half_life_days=3.0),
            SessionSettings(shrink=3.0),
        ),
    ),
    "words": Member(Words, (WordsSettings(), WordsSettings(power=3.0))),
    "variants": Member(Variants, (VariantsSettings(),)),
    "visual-knn": Member(VisualKNN, (VisualKNNSettings(), VisualKNNSettings(power=2.0))),
    "colour": Member(VisualKNN, (VisualKNNSettings(encoder="colour"),)),
    "session-ease": Member(
        SessionEase,
        (
            SessionEaseSettings(pictures=4.0, words=4.0),
            SessionEaseSettings(regularization=100.0),
            SessionEaseSettings(regularization=60.0, pictures=8.0, words=8.0, window=40),
            SessionEaseSettings(),
            SessionEaseSettings(regularization=300.0, window=40),
        ),
        heavy=True,
    ),
    "content-ease": Member(
        ContentEase,
        (
            ContentEaseSettings(pictures=10.0, words=10.0, regularization=30.0),
            ContentEaseSettings(pictures=4.0, words=10.0, regularization=30.0),
            ContentEaseSettings(),
        ),
        heavy=True,
    ),
    "ease": Member(
        Ease,
        (EaseSettings(), EaseSettings(regularization=300.0), EaseSettings(regularization=30.0)),
        heavy=True,
    ),
}
