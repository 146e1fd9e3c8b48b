"""How alike items are when asked: rows where they say enough, else compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from late_world import Catalogue, Put, made_parts

from beholder.bundle import parts
from beholder.engine import alike
from beholder.engine.overlay import Overlay
from beholder.spaces import similar_rows
from planted import World

SHORT = 20  # entries a row, of 240 items in eight groups


def view_of(world: World) -> Overlay:
    made = made_parts(world)
    short = replace(made, similar=similar_rows(made.content, SHORT))
    return Catalogue(short, world).put(Put(1000, world.texts[3], "of 3"))


@pytest.mark.parametrize("last", [0.0, 0.6, 9.0], ids=["all", "some", "none"])
def test_rows_that_end_among_what_is_much_alike_are_not_read(
    world: World, monkeypatch: pytest.MonkeyPatch, last: float
) -> None:
    view = view_of(world)
    monkeypatch.setattr(parts, "KEPT", SHORT)
    rows = np.zeros((241, 241))
    for place in range(241):
        rows[place] = alike.with_all(view, place)
    base = view.similar.rows
    ends = np.minimum.reduceat(base.data, base.indptr[:-1])
    some = np.arange(0, 240, 3, dtype=np.int32)
    others = np.array([5, 12, 30, 77, 100, 101, 102, 201], np.int32)
    bound = last * float(np.median(ends[others])) / 0.6
    monkeypatch.setattr(parts, "CROWDED", bound)
    whole = np.clip(view.content.between(some, others), 0, 1)
    whole[some[:, None] == others] = 0
    crowded = ends[others] >= bound
    expected = np.where(crowded, whole, rows[others][:, some].T)
    np.testing.assert_allclose(alike.between(view, some, others), expected, atol=1e-5)
    assert crowded.all() == (last == 0)
    assert crowded.any() == (last < 1)


def test_a_change_of_another_item_leaves_a_crowded_one_compared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes an entry from the row, which would not be full any more."""
    monkeypatch.setattr(parts, "KEPT", SHORT)
    monkeypatch.setattr(parts, "CROWDED", 0.0)
    made = made_parts(world)
    catalogue = Catalogue(replace(made, similar=similar_rows(made.content, SHORT)), world)
    one = np.array([5], np.int32)
    neighbour = int(catalogue.view.similar.rows[[5]].indices[0])
    view = catalogue.put(Put(neighbour, "nothing", None))
    others = np.setdiff1d(np.arange(240), [5, neighbour]).astype(np.int32)
    assert view.similar.rows[[5]].nnz < SHORT
    expected = np.clip(view.content.between(others, one), 0, 1)
    np.testing.assert_allclose(alike.between(view, others, one), expected, atol=1e-5)
