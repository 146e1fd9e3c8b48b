"""Everything a model may learn from: behaviour and content, by item position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.interactions import Interactions
from beholder.dataset.log import Log
from beholder.errors import ShapeError
from beholder.spaces import Modality, Similarity

WORDS = "words"  # the modality of texts


@dataclass(frozen=True)
class Dataset:
    """Behaviour and content over the same item positions.

    Attributes
    ----------
    log
        What people did; `interactions` are the pairs of it that are learned from.
    pictures
        Vectors by the name of their encoder, or as they were imported.
    texts
        Title, description and attributes of each item as one text; may be empty.
    groups
        int32 (n_items,). Variants of one product share a number; -1: no group known.
    fitted
        bool (n_items,). Items that statistics (means, idf, whitening) may be fitted on;
        held-out cold items are not.
    numbers
        Numbers among the attributes, by name: vectors of one number.
    codes
        int32 (n_items,) of each attribute that is a text, or true or false: equal numbers are
        equal values, -1: none.
    """

    log: Log
    pictures: dict[str, Modality]
    texts: list[str]
    groups: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    fitted: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    numbers: dict[str, Modality] = field(default_factory=dict)
    codes: dict[str, NDArray[np.int32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = self.log.n_items
        if not len(self.groups):
            object.__setattr__(self, "groups", np.full(n, -1, np.int32))
        if not len(self.fitted):
            object.__setattr__(self, "fitted", np.ones(n, bool))
        lengths = {len(self.texts), len(self.groups), len(self.fitted)}
        lengths |= {one.n_items for one in (*self.pictures.values(), *self.numbers.values())}
        lengths |= {len(codes) for codes in self.codes.values()}
        if lengths != {n}:
            raise ShapeError(f"content is for {sorted(lengths)} items, behaviour for {n}")

    @cached_property
    def content(self) -> Similarity:
        """How alike items are, by all modalities the same; learned from `fitted` items alone."""
        content: dict[str, Modality | Sequence[str]] = dict(self.pictures)
        if any(self.texts):
            content[WORDS] = self.texts
        return Similarity.fit(content, self.fitted, numbers=self.numbers)

    @property
    def n_items(self) -> int:
        """Number of item positions."""
        return self.log.n_items

    @property
    def interactions(self) -> Interactions:
        """The positive pairs of the log."""
        return self.log.interactions

    def with_log(self, log: Log) -> Dataset:
        """Return the same content with other behaviour."""
        changed = replace(self, log=log)
        if "content" in self.__dict__:  # does not depend on behaviour
            changed.__dict__["content"] = self.content
        return changed
