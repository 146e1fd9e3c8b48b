"""Arrays come back as they were, however they lay in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from beholder import tensors


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64, np.uint8])
def test_arrays_in_any_memory_order_come_back(tmp_path: Path, dtype: type) -> None:
    plain = np.arange(24).reshape(4, 6).astype(dtype)
    arrays = {
        "plain": plain,
        "turned": plain.T,
        "fortran": np.asfortranarray(plain),
        "every second": plain[:, ::2],
        "none": plain[:0],
    }
    tensors.save(tmp_path / "a.safetensors", arrays, {"who": "me"})
    found, header = tensors.load(tmp_path / "a.safetensors")
    assert header == {"who": "me"}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == dtype
