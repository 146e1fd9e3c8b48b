"""The models there are, by name: one dictionary for commands, documents and tests."""

from __future__ import annotations

from beholder.errors import UsageError
from beholder.models.bpr import BPR
from beholder.models.card import check_card
from beholder.models.contract import Model
from beholder.models.ease import ContentEase, Ease
from beholder.models.ials import IALS
from beholder.models.item_graph import ItemGraph
from beholder.models.itemknn import ItemKNN
from beholder.models.lightgcn import LightGCN
from beholder.models.metric import LearnedMetric
from beholder.models.numbers import Numbers
from beholder.models.placement import Placement
from beholder.models.popularity import Popularity
from beholder.models.sequence import Sequence
from beholder.models.session import Session
from beholder.models.session_ease import SessionEase
from beholder.models.two_towers import TwoTowers
from beholder.models.variants import Variants
from beholder.models.vbpr import VBPR
from beholder.models.visual_knn import VisualKNN
from beholder.models.words import Words

ALL: tuple[type[Model], ...] = (
    Popularity,
    ItemKNN,
    Session,
    Words,
    Variants,
    VisualKNN,
    Numbers,
    Placement,
    SessionEase,
    ContentEase,
    LearnedMetric,
    Ease,
    IALS,
    TwoTowers,
    Sequence,
    BPR,
    VBPR,
    LightGCN,
    ItemGraph,
)
MODELS: dict[str, type[Model]] = {model.card.name: model for model in ALL}


def register(model: type[Model]) -> type[Model]:
    """Add a model of one's own: from now on it is tuned, weighed, served and explained like ours.

    It may stand above the class: `@beholder.register`. A class that is defined again, as in a
    notebook, takes its own place.

    Raises
    ------
    UsageError
        If another model has its name, it is no member, or its card does not say what it should.
    """
    card = check_card(model)
    if card.part != "member":
        raise UsageError(
            f"model {card.name} is a {card.part!r}, only members can be added",
            remedy="leave card.part out",
            field="models",
        )
    there = MODELS.get(card.name)
    if there is not None and _home(there) != _home(model):
        raise UsageError(
            f"there is a model {card.name!r} already: {'.'.join(_home(there))}",
            remedy="choose another name",
            field="models",
        )
    MODELS[card.name] = model
    return model


def _home(model: type[Model]) -> tuple[str, str]:
    return model.__module__, model.__qualname__
