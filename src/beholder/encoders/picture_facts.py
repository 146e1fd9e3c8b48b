"""What encoding learned about pictures besides vectors: size, colour, and who was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from beholder.durable import write_file
from beholder.encoders.shards import Shards
from beholder.errors import DataError


class Facts(NamedTuple):
    """Width and height in pixels, upright, and the main colour "#rrggbb"."""

    width: int
    height: int
    colour: str


class PictureFacts:
    """The facts of pictures whose renditions are made, in shards beside the vectors."""

    def __init__(self, vectors: Path) -> None:
        self.shards = Shards(vectors / "pictures")

    def missing(self, hashes: Iterable[str]) -> list[str]:
        """Return the hashes without facts, in order, each once."""
        return self.shards.missing(hashes)

    def write(self, facts: Mapping[str, Facts]) -> None:
        """Add facts, durably."""
        rows = [(f.width, f.height, int(f.colour[1:], 16)) for f in facts.values()]
        self.shards.write(list(facts), {"facts": np.array(rows, np.int32).reshape(-1, 3)})

    def load(self, hashes: Iterable[str]) -> dict[str, Facts]:
        """Return the facts of those hashes that have some."""
        keys = list(dict.fromkeys(hashes))
        rows, present = self.shards.load(keys, "facts")
        if rows is None:
            return {}
        return {
            key: Facts(int(width), int(height), f"#{colour:06x}")
            for key, there, (width, height, colour) in zip(keys, present, rows, strict=True)
            if there
        }


class Refusal(msgspec.Struct, frozen=True):
    """Why a picture has no vector."""

    hash: str
    code: str
    reason: str


class Refusals:
    """Pictures that were refused, so that the next run does not try them again."""

    def __init__(self, vectors: Path) -> None:
        self.path = vectors / "refused.json"

    def load(self) -> dict[str, Refusal]:
        """Return the refusals by hash.

        Raises
        ------
        DataError
            If the file was changed by hand and cannot be read.
        """
        if not self.path.exists():
            return {}
        try:
            known = msgspec.json.decode(self.path.read_bytes(), type=list[Refusal])
        except msgspec.DecodeError as error:
            raise DataError(
                f"{self.path} cannot be read: {error}",
                remedy="delete it; refused pictures are then tried again",
            ) from error
        return {refusal.hash: refusal for refusal in known}

    def save(self, refusals: Mapping[str, Refusal]) -> None:
        """Replace the list."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_file(self.path, msgspec.json.encode(list(refusals.values())))
