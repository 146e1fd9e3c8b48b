"""The models there are, by name: one dictionary for commands, documents and tests."""

from __future__ import annotations

from beholder.models.contract import Model
from beholder.models.ease import ContentEase, Ease
from beholder.models.ials import IALS
from beholder.models.itemknn import ItemKNN
from beholder.models.placement import Placement
from beholder.models.popularity import Popularity
from beholder.models.session import Session
from beholder.models.session_ease import SessionEase
from beholder.models.variants import Variants
from beholder.models.visual_knn import VisualKNN
from beholder.models.words import Words

ALL: tuple[type[Model], ...] = (
    Popularity,
    ItemKNN,
    Session,
    Words,
    Variants,
    VisualKNN,
    Placement,
    SessionEase,
    ContentEase,
    Ease,
    IALS,
)
MODELS: dict[str, type[Model]] = {model.card.name: model for model in ALL}
