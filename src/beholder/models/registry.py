"""The models there are, by name: one dictionary for commands, documents and tests."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class ModelCard(NamedTuple):
    """What is known of a model.

    Attributes
    ----------
    needs
        What it learns from: behaviour, pictures, words, product codes.
    """

    model: Any
    needs: str
    source: str


MODELS: dict[str, ModelCard] = {
    "popularity": ModelCard(Popularity, "behaviour", "counts with exponential decay"),
    "itemknn": ModelCard(ItemKNN, "behaviour", "Sarwar et al., WWW 2001"),
    "session": ModelCard(Session, "behaviour", "Garg et al., SIGIR 2019"),
    "ease": ModelCard(Ease, "behaviour", "Steck, WWW 2019"),
    "session-ease": ModelCard(SessionEase, "behaviour", "Choi et al., WWW 2021"),
    "content-ease": ModelCard(ContentEase, "behaviour, pictures, words", "Steck, WWW 2019"),
    "ials": ModelCard(IALS, "behaviour", "Hu et al., ICDM 2008"),
    "visual-knn": ModelCard(VisualKNN, "pictures", "cosine of whitened vectors"),
    "words": ModelCard(Words, "words", "Salton and Buckley, 1988"),
    "variants": ModelCard(Variants, "product codes", "docs/how-it-works.md"),
    "placement": ModelCard(Placement, "behaviour, pictures, words", "docs/how-it-works.md"),
}
