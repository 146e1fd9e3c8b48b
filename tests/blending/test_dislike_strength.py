"""What a dislike takes is chosen by the likeness that answers read."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.behaviour.histories import Histories
from beholder.behaviour.history import EMPTY
from beholder.blending.dislikes import _Alike
from beholder.blending.validation import Validation, validation
from beholder.spaces import similar_rows
from beholder.spaces.neighbours import KEPT
from planted import dataset_of, make_world


@pytest.fixture(scope="module")
def held() -> Validation:
    return validation(dataset_of(make_world(n_items=2 * KEPT + 40)), seed=1)


def people(*disliked: list[int]) -> Histories:
    none = np.zeros(len(disliked) + 1, np.int64)
    bounds = np.cumsum([0, *map(len, disliked)])
    told = np.concatenate([np.array(one, np.int32) for one in disliked])
    return Histories(
        EMPTY.items, EMPTY.times, EMPTY.kinds, EMPTY.values, EMPTY.weights,
        told, EMPTY.seen, none, bounds, none,
    )  # fmt: skip


def test_a_dislike_reaches_as_far_as_the_rows_of_the_bundle(held: Validation) -> None:
    content = held.train.content
    likeness = dict.fromkeys(content.spaces, 1.0)
    rows = similar_rows(content.weighed(likeness)).toarray()
    found = _Alike(held, likeness)(people([3], [], [7, 200, 401]))
    np.testing.assert_allclose(found[0], np.maximum(rows[3], 0), atol=1e-5)
    np.testing.assert_allclose(found[2], np.maximum(rows[[7, 200, 401]].max(axis=0), 0), atol=1e-5)
    assert not found[1].any()
    assert 0 < np.count_nonzero(found[0]) <= KEPT < held.train.n_items - 1


def test_where_rows_end_among_what_is_much_alike_a_dislike_reaches_all_of_it(
    held: Validation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beholder.blending.dislikes.CROWDED", 0.0)
    content = held.train.content
    likeness = dict.fromkeys(content.spaces, 1.0)
    whole = content.weighed(likeness).block(np.array([3]))[0]
    whole[3] = 0
    found = _Alike(held, likeness)(people([3]))
    np.testing.assert_allclose(found[0], np.maximum(whole, 0), atol=1e-5)
    assert np.count_nonzero(found[0]) > KEPT
