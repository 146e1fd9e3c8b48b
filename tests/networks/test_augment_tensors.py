"""The same is done to a tensor as to an array."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from beholder.encoders.augment import KINDS, draw, on_arrays  # noqa: E402
from beholder.networks.augment import on_tensors  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("kinds", [*([kind] for kind in KINDS), KINDS])
def test_tensors_come_out_as_arrays_do(kinds: list[str]) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (9, 24, 24, 3)).astype(np.uint8)
    drawn = draw(kinds, 9, 24, np.random.default_rng(5))  # type: ignore[arg-type]
    ours = on_arrays(pixels, drawn)
    tensor = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
    theirs = on_tensors(tensor, drawn).permute(0, 2, 3, 1).numpy()
    assert (ours != pixels).any()
    np.testing.assert_allclose(theirs, ours, atol=0.51)
    assert torch.equal(tensor.permute(0, 2, 3, 1).to(torch.uint8), torch.from_numpy(pixels))
