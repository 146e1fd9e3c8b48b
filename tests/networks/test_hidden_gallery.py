"""Where the taste hides in pixels, tuning beats the frozen encoder; where there is none, it does
not. `make test-long` in an environment with PyTorch; half an hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from beholder.demo.hidden import Hidden, hidden_gallery, item_id, strangers
from beholder.encoders.registry import vector_cache
from beholder.evaluation.bootstrap import sign_flip
from beholder.store import Store
from beholder.training.tuned import Asked, tune_encoder
from beholder.workspace import Workspace
from hidden_workspace import hidden_workspace

pytestmark = [pytest.mark.torch, pytest.mark.long]
PEOPLE = 200  # who are in no workspace, and asked about pictures that nobody has liked


def compared(workspace: Workspace, gallery: Hidden, encoder: str) -> np.ndarray:
    """NDCG@10 of new people among new pictures, tuned less frozen, by the cosine of vectors."""
    with Store.open(workspace) as store:
        shown = {row["item_id"]: row["media"][0]["hash"] for row in store.items().to_pylist()}
    digests = [shown[item_id(number)] for number in range(len(gallery.pixels))]
    people, found = strangers(gallery, PEOPLE), []
    for name in (encoder, "efficientnet-lite0"):
        vectors = vector_cache(workspace, name).load(digests)[0]
        if name != encoder:
            vectors = vectors - vectors.mean(axis=0)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        near = np.maximum(unit @ unit[gallery.new].T, 0) ** 3
        found.append(people.ndcg(gallery, near[people.liked].sum(axis=1)))
    difference: np.ndarray = found[0] - found[1]
    return difference


def tuned(root: Path, kind: str, gallery: Hidden, **more: Any) -> tuple[np.ndarray, Any]:
    workspace = hidden_workspace(root, gallery)
    done = tune_encoder(workspace, Asked(kind, **more))
    return compared(Workspace.open(root), gallery, done.encoder), done


@pytest.mark.parametrize("kind", ["projection", "last", "all"])
def test_tuning_beats_the_frozen_encoder_where_a_taste_hides(tmp_path: Path, kind: str) -> None:
    gallery = hidden_gallery(360, 300)
    difference, done = tuned(tmp_path / "workspace", kind, gallery, epochs=6)
    assert done.used
    assert difference.mean() > 0
    assert sign_flip(difference) < 0.05


def test_nothing_is_put_to_use_where_there_is_nothing_to_learn(tmp_path: Path) -> None:
    gallery = hidden_gallery(360, 300, learnable=False)
    _, done = tuned(tmp_path / "workspace", "last", gallery, epochs=4)
    assert not done.used
    assert done.trained is None
