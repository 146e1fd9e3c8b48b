"""EASE and content EASE: a linear autoencoder in closed form.

B = I - P diag(1 / diag P), P = (G + lambda I)^-1, G = X'X (Steck, WWW 2019). Content EASE
adds the similarity of pictures and words to G, as if similar items had been liked together,
which lifts sparse catalogues (related: Jeunen et al., RecSys 2020, closed-form side
information).

The matrix is formed over items with behaviour alone, and above `dense_limit` of them never:
those with the fewest people are left to the models that can place them, and the others are
solved exactly.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.dataset import WORDS, Dataset
from beholder.models.contract import BEHAVIOUR, CONTENT, ONCE, WARM, Card, FitOptions
from beholder.models.dense import DENSE_LIMIT, solvable, solve
from beholder.scorers import rows
from beholder.scorers.item_item import ItemItem, kept_of
from beholder.scorers.recency import Recency
from beholder.spaces import Similarity


class EaseSettings(msgspec.Struct, frozen=True):
    """Settings of `Ease`.

    Attributes
    ----------
    regularization
        lambda, added to the diagonal of G.
    user_power
        Each user's row is divided by its length to this power before G is formed.
    decay
        Recency of the history.
    dense_limit
        Most items that one dense solve may hold (4 bytes times its square, twice).
    """

    regularization: float = 100.0
    user_power: float = 0.0
    decay: float = 0.9
    dense_limit: int = DENSE_LIMIT


class ContentEaseSettings(EaseSettings, frozen=True):
    """Settings of `ContentEase`: weights of pictures and words beside behaviour."""

    regularization: float = 20.0
    pictures: float = 4.0
    words: float = 4.0


class Ease:
    """The closed form, in float32 by Cholesky."""

    Settings: ClassVar[type[msgspec.Struct]] = EaseSettings
    card: ClassVar[Card] = Card(
        "ease",
        "Steck, WWW 2019",
        BEHAVIOUR,
        WARM,
        "solve",
        (EaseSettings(), EaseSettings(regularization=300.0), EaseSettings(regularization=30.0)),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Return B over the items with behaviour, the busiest if they are too many."""
        kept = solvable(dataset, settings.dense_limit)
        solved = solve(gram(dataset, settings, kept), settings.regularization)
        spread = rows.spread(rows.cut(solved, kept_of(dataset.n_items)), kept, dataset.n_items)
        return ItemItem(spread, Recency(settings.decay))


class ContentEase(Ease):
    """EASE on G + p VV' + t WW', V whitened pictures, W words."""

    Settings: ClassVar[type[msgspec.Struct]] = ContentEaseSettings
    card: ClassVar[Card] = Card(
        "content-ease",
        "Steck, WWW 2019; Jeunen et al., RecSys 2020",
        BEHAVIOUR,
        WARM,
        "solve",
        (
            ContentEaseSettings(pictures=10.0, words=10.0, regularization=30.0),
            ContentEaseSettings(pictures=4.0, words=10.0, regularization=30.0),
            ContentEaseSettings(),
        ),
        also=CONTENT,
    )


def gram(dataset: Dataset, settings: Any, kept: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return G with content added, float32 (kept, kept)."""
    matrix = dataset.interactions.matrix
    if settings.user_power:
        lengths = np.maximum(np.diff(matrix.indptr), 1).astype(np.float32)
        matrix = sp.csr_array(sp.diags_array(lengths ** (-settings.user_power / 2)) @ matrix)
    columns = matrix[:, kept]
    dense = np.asarray((columns.T @ columns).todense(), dtype=np.float32)
    add_content(dense, content_of(dataset, settings, kept))
    return dense


class Content(NamedTuple):
    """What similar content adds to a Gram matrix: sum of a_m V_m V_m'.

    Attributes
    ----------
    similarity
        Of the items that are solved for.
    weights
        a_m by modality.
    """

    similarity: Similarity
    weights: dict[str, float]


def add_content(dense: NDArray[np.float32], content: Content | None) -> None:
    """Add it to a matrix in place, in blocks of rows."""
    if content is None:
        return
    step = rows.block_height(len(dense))
    for start in range(0, len(dense), step):
        block = slice(start, start + step)
        dense[block] += content.similarity.gram_block(content.weights, block)


def content_of(dataset: Dataset, settings: Any, kept: NDArray[np.int64]) -> Content | None:
    """Return the content of `kept` items; None where it has no weight.

    Each encoder has the weight of pictures.
    """
    pictures, words = getattr(settings, "pictures", 0.0), getattr(settings, "words", 0.0)
    if not pictures and not words:
        return None  # content is costly to prepare
    similarity = dataset.content
    seen = [name for name in similarity.spaces if name != WORDS]
    weights = dict.fromkeys(seen, pictures)
    if WORDS in similarity.spaces:
        weights[WORDS] = words
    return Content(similarity.of(kept), weights) if any(weights.values()) else None
