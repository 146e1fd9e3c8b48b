"""No encoder is the first one: each counts by its weight, files of the user's own as well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from groups import everyone

from beholder.demo.gallery import paint
from beholder.encoders.registry import open_encoder
from beholder.spaces import Modality, Similarity
from small_network import write_network

N = 24


@pytest.fixture(scope="module")
def content(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Modality]:
    own = write_network(tmp_path_factory.mktemp("networks") / "own.onnx")
    pictures = [paint(index, 7, 96)[0] for index in range(N)]
    names = ["efficientnet-lite0", f"onnx:{own}", "colour"]
    present = np.arange(N) != 3
    return {
        name: Modality.of_rows(open_encoder(name, graphs).encode(pictures), present)
        for name in names
    }


def test_every_encoder_counts_by_its_weight(content: dict[str, Modality]) -> None:
    even = Similarity.fit(content, everyone(N))
    alone = []
    for name in content:
        one = even.weighed({other: float(other == name) for other in content})
        alone.append(one.block(slice(None)))
        own = even.spaces[name].cosines(slice(None))
        there = even.spaces[name].present
        np.testing.assert_allclose(alone[-1][there][:, there], own[there][:, there], atol=1e-6)
    there = even.present
    mean = np.mean(alone, axis=0)[there][:, there]
    np.testing.assert_allclose(even.block(slice(None))[there][:, there], mean, atol=1e-5)


def test_the_order_of_encoders_does_not_matter(content: dict[str, Modality]) -> None:
    turned = dict(reversed(content.items()))
    ours, theirs = Similarity.fit(content, everyone(N)), Similarity.fit(turned, everyone(N))
    np.testing.assert_allclose(ours.block(slice(None)), theirs.block(slice(None)), atol=1e-5)


def test_a_bundle_keeps_each_under_its_name(content: dict[str, Modality], tmp_path: Path) -> None:
    Similarity.fit(content, everyone(N)).save(tmp_path)
    assert list(Similarity.load(tmp_path).spaces) == list(content)
