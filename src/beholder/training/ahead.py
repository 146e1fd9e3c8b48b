"""What is still to come will take about so long: a few items are compared, and the rest scaled.

No number of seconds holds on every machine and for every content, so that each is measured here
and now.
"""

from __future__ import annotations

import time

import numpy as np

from beholder.dataset.dataset import Dataset
from beholder.dataset.new_items import untouched_of
from beholder.scorers.item_item import KEPT
from beholder.spaces import OneModality, seconds_to_compare

SAMPLED = 64  # new items that are compared


def seconds_of_rows(dataset: Dataset, modality: str) -> float:
    """Return about how long it takes to find what each item is like by one modality."""
    space = dataset.content.spaces.get(modality)
    return 0.0 if space is None else seconds_to_compare(OneModality(modality, space), KEPT)


def seconds_to_place(dataset: Dataset) -> float:
    """Return about how long it takes to compare the items without behaviour with all others."""
    new = np.flatnonzero(untouched_of(dataset))
    if not len(new) or not dataset.content.counted:
        return 0.0
    dataset.content.block(new[:1])  # what is prepared once
    some = new[:SAMPLED]
    began = time.monotonic()
    dataset.content.block(some)
    return (time.monotonic() - began) * len(new) / len(some)
