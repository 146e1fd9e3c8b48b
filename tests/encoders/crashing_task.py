"""The real task, but one picture in it (by its size) kills its worker."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from beholder.encoders import picture_task

KILLER = 66  # bytes


def setup(options: dict[str, Any]) -> Callable[[bytes, dict[str, Any]], dict[str, Any]]:
    """Return the work of `picture_task`, which aborts where the file has `KILLER` bytes."""
    real = picture_task.setup(options)

    def work(data: bytes, asked: dict[str, Any]) -> dict[str, Any]:
        if len(data) == KILLER:
            os.abort()
        return real(data, asked)

    return work
