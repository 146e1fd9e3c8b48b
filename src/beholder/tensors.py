"""Named arrays in one safetensors file: the only binary form that models are kept in."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file


def save(
    path: Path, arrays: Mapping[str, NDArray[Any]], header: Mapping[str, str] | None = None
) -> None:
    """Write arrays and a header of texts.

    Raises
    ------
    OSError
        If the disk does not take them.
    """
    # The format takes the memory as it lies: an array in another order would come back wrong.
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # One entry, since the format writes several in an order that changes from run to run.
    try:
        save_file(plain, path, metadata={"header": json.dumps(dict(header or {}), sort_keys=True)})
    except SafetensorError as error:
        of_system = re.search(r"os error (\d+)", str(error))
        if of_system is None:
            raise
        number = int(of_system[1])
        raise OSError(number, os.strerror(number), str(path)) from error


def load(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the arrays and the header of a file written by `save`.

    Raises
    ------
    ValueError
        If it is no such file, or not whole.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return arrays, dict(json.loads((file.metadata() or {}).get("header", "{}")))
    except SafetensorError as error:
        raise ValueError(f"{path.name} is not whole: {error}") from error
