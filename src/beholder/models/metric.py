"""Metric: pictures and words together, compared as what people like together teaches.

    score(i, j) = max(0, f_i f_j)^power,   f = unit(x W)

What looks and reads alike is not yet what the same people like; one linear map of both, begun at
the identity, is drawn towards that by couples of items that somebody liked within ten likes. It
reads content alone, and so knows an item that nobody has touched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import msgspec
import numpy as np

from beholder.dataset.couples import couples
from beholder.dataset.dataset import WORDS, Dataset
from beholder.models.adam import Adam
from beholder.models.contract import BEHAVIOUR, BOTH, CONTENT, ONCE, Card, FitOptions
from beholder.models.infonce import loss_and_gradient, strangers
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.interface import Floats, Places
from beholder.scorers.item_item import ItemItem, kept_of
from beholder.scorers.recency import Recency
from beholder.spaces import OneModality, similar_rows
from beholder.spaces.metric import Mapped, Metric

NAME = "metric"
BATCH = 1024  # couples: every second item of them is a stranger to the others
PICTURES = 0.7  # of the length of the words
LAST = 0.05  # of the rate is left at the end


class MetricSettings(msgspec.Struct, frozen=True):
    """Settings of `LearnedMetric`.

    Attributes
    ----------
    rho
        How much it costs to leave the identity.
    epochs
        Times that all couples are read.
    couples
        Drawn of those that there are, at most: with fewer than 1,024 items fewer, so that there
        are no more steps.
    tau
        The smaller, the more the nearest strangers count.
    dropout
        Share of the numbers of contents that are left out while learning.
    rate
        Of the first step.
    power
        Cosines are raised to this power, so that near neighbours dominate.
    decay
        Recency of the history.
    """

    rho: float = 1e-3
    epochs: int = 4
    couples: int = 100_000
    tau: float = 0.1
    dropout: float = 0.1
    rate: float = 1e-3
    power: float = 3.0
    decay: float = 0.9


class LearnedMetric:
    """max(0, f_i f_j)^power of pictures and words under one learned map."""

    Settings: ClassVar[type[msgspec.Struct]] = MetricSettings
    card: ClassVar[Card] = Card(
        NAME,
        "van den Oord et al., 2018; docs/how-it-works.md",
        BEHAVIOUR | CONTENT,
        BOTH,
        "gradient",
        (MetricSettings(), MetricSettings(rho=1e-2, epochs=3, couples=60_000)),
        new_alone=True,
        doubted=True,
        couples=BATCH,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Learn the map; at the deadline the epochs done so far count."""
        return by_map(learned_map(dataset, settings, options), settings)


def by_map(mapped: Mapped, settings: MetricSettings) -> ItemItem:
    """Return what items say of each other by a map."""
    kernel = Kernel(NAME, settings.power)
    near = similar_rows(OneModality(NAME, mapped.space), kept_of(len(mapped.space)))
    near.data = kernel.of(near.data)
    near.eliminate_zeros()
    entry = Entry((kernel,), spaces={NAME: mapped})
    return ItemItem(near, Recency(settings.decay), entry, content=(kernel,))


def learned_map(dataset: Dataset, settings: MetricSettings, options: FitOptions) -> Mapped:
    """Return all items by the metric that their couples teach."""
    spaces = dataset.content.spaces
    metric = Metric.begun(spaces, weights_of(list(spaces)), dataset.fitted, options.seed)
    x = metric.features(spaces, np.arange(dataset.n_items))
    rng = np.random.default_rng(options.seed)
    known = np.asarray(x.any(axis=1))
    # More couples at a time than there are items would name the same ones again.
    at_once = max(2, min(BATCH, int(known.sum())))
    most = min(settings.couples, at_once * (1 + settings.couples // BATCH))
    first, second = couples(dataset.interactions, known, most, rng)
    logq = _logq(first, second, dataset.n_items)
    steps = max(1, round(len(first) / at_once))
    matrix, adam = metric.matrix.copy(), Adam.over(metric.matrix)
    for _ in options.rounds("learning what is liked together", settings.epochs):
        for batch in np.array_split(rng.permutation(len(first)), steps):
            swapped = rng.random(len(batch)) < 0.5
            a = np.where(swapped, second[batch], first[batch])
            b = np.where(swapped, first[batch], second[batch])
            if len(np.unique(b)) < 2:
                continue  # there is no stranger to learn from
            _, gradient = loss_and_gradient(
                matrix,
                _with_gaps(x[a], settings.dropout, rng),
                _with_gaps(x[b], settings.dropout, rng),
                logq[b],
                strangers(a, b),
                settings.tau,
                settings.rho,
            )
            left = 1 - adam.steps / (settings.epochs * steps)
            adam.step(matrix, gradient, settings.rate * max(LAST, left))
    learned = replace(metric, matrix=matrix)
    return Mapped(learned, learned(spaces, np.arange(dataset.n_items)))


def _logq(first: Places, second: Places, n_items: int) -> Floats:
    """Return the logarithm of how often each item is among the couples, float32 (n_items,)."""
    counts = np.bincount(np.concatenate([first, second]), minlength=n_items)
    return np.log(np.maximum(counts, 1) / max(int(counts.sum()), 1)).astype(np.float32)


def _with_gaps(x: Floats, share: float, rng: np.random.Generator) -> Floats:
    """Return contents of which some numbers are left out, and the others larger for it."""
    kept = rng.random(x.shape, np.float32) >= np.float32(share)
    return x * kept / np.float32(1 - share)


def weights_of(names: list[str]) -> dict[str, float]:
    """Return the part of each modality: pictures .7 of words, all encoders together."""
    encoders = max(1, sum(name != WORDS for name in names))
    return {name: 1.0 if name == WORDS else PICTURES / encoders**0.5 for name in names}
