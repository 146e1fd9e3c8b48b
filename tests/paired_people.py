"""How well new people find new pictures of the paired gallery by vectors of items alone."""

from __future__ import annotations

import numpy as np

from beholder.demo.hidden import Hidden, strangers

PEOPLE = 200


def judged(gallery: Hidden, vectors: np.ndarray) -> np.ndarray:
    """Return NDCG@10 of each of 200 people who are in no workspace, by cosines of vectors."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    near = np.maximum(unit @ unit[gallery.new].T, 0) ** 3
    people = strangers(gallery, PEOPLE)
    return people.ndcg(gallery, near[people.liked].sum(axis=1))
