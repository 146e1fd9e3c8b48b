"""Vectors computed elsewhere are a modality like any other."""

from __future__ import annotations

import numpy as np

from beholder.behaviour.event import Event
from beholder.catalogue.merge_vectors import merge
from beholder.dataset.build import build
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace


def test_imported_vectors_stand_at_the_positions_of_their_items(tmp_path):
    workspace = Workspace.create(tmp_path / "shop", "")
    matrix = np.eye(3, 5, dtype=np.float32)
    merge(workspace.vectors, "clip", ["c", "a", "nobody"], matrix)
    with Store.open(workspace, create=True) as store:
        store.put_items([ItemRecord(name, name) for name in ("a", "b", "c")])
        store.record([Event("a", "like", user="ada")])
        made = build(workspace, store, seed=0)
    modality = made.dataset.pictures["clip"]
    assert modality.present.tolist() == [True, False, True]
    assert modality.owner.tolist() == [0, 2]
    np.testing.assert_array_equal(modality.vectors, matrix[[1, 0]])
