"""A table that can do what a DataFrame can, as far as asked, and the planted world as columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from planted import World


class Series:
    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def to_numpy(self) -> np.ndarray:
        return self.values


class Frame:
    def __init__(self, **columns: Any) -> None:
        self._columns = {name: Series(values) for name, values in columns.items()}

    @property
    def columns(self) -> list[str]:
        return list(self._columns)

    def __getitem__(self, name: str) -> Series:
        return self._columns[name]


def columns(world: World) -> dict[str, np.ndarray]:
    return {
        "user": np.array([world.user_id(u) for u in world.users.tolist()]),
        "item": np.array([world.item_id(i) for i in world.items.tolist()]),
        "time": world.times,
    }
