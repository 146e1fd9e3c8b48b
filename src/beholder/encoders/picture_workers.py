"""Pictures to vectors in worker processes: what the server and the bulk road both use."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from beholder.encoders.own_network import OWN, trouble_with
from beholder.encoders.picture_task import unpack
from beholder.encoders.registry import graphs, version_of
from beholder.encoders.small_cnn import SIDE as SMALL
from beholder.errors import BeholderError
from beholder.media.workers import DEATHS, Workers
from beholder.workspace import Workspace

TASK = "beholder.encoders.picture_task:setup"
Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EncodedPicture:
    """All that is known of a picture once it was looked at.

    Attributes
    ----------
    hash
        Hexadecimal SHA-256 of its bytes.
    vectors, classes
        By encoder: vectors (dim,), and class scores (n_classes,) of encoders that have them.
    width, height
        In pixels, upright.
    colour
        The main colour, "#rrggbb".
    renditions
        WebP files by width, where they were asked for.
    small
        uint8 (32, 32, 3), where it was asked for: what the small network sees; else empty.
    square
        uint8 (side, side, 3), where a side was asked for: what a tuned network of it sees.
    said
        What a network says of it, 0 to 1, shape (outputs,), where one was asked.
    seconds
        Decoding, encoding, and making the renditions.
    """

    hash: str
    vectors: dict[str, Array]
    classes: dict[str, Array]
    width: int
    height: int
    colour: str
    renditions: dict[int, bytes]
    small: npt.NDArray[np.uint8]
    square: npt.NDArray[np.uint8]
    said: Array
    seconds: tuple[float, float, float]


class PictureWorkers:
    """Worker processes that encode pictures. Threads may share it; close it at the end.

    Parameters
    ----------
    encoders
        Names; those of the settings by default, none where it is empty.
    count
        Processes; by default the setting, or else one a core.

    Attributes
    ----------
    asked, encoders
        The names, and those of them whose files are whole: own ones that are not are left out.
    left_out
        Why, by name.

    Raises
    ------
    UsageError
        If there is no encoder of a name.
    WorkspaceError
        If none of those that are asked for is whole.
    """

    def __init__(
        self,
        workspace: Workspace,
        encoders: Sequence[str] | None = None,
        *,
        count: int | None = None,
    ) -> None:
        settings = workspace.settings
        self.asked = list(dict.fromkeys(settings.encode.encoders if encoders is None else encoders))
        for name in self.asked:
            version_of(name)  # a wrong name is refused here, not by the first picture
        self.left_out = self._broken(graphs(workspace))
        self.encoders = [name for name in self.asked if name not in self.left_out]
        if self.left_out and not self.encoders:
            raise next(iter(self.left_out.values()))
        self.count = count or settings.encode.workers or cores()
        options = {
            "encoders": self.encoders,
            "graphs": str(graphs(workspace)),
            "limits": msgspec.to_builtins(settings.media),
        }
        self._workers = Workers(
            TASK,
            options,
            count=self.count,
            seconds=settings.media.seconds,
            memory=settings.media.memory,
        )

    def _broken(self, folder: Path) -> dict[str, BeholderError]:
        own = (name for name in self.asked if name.startswith(OWN))
        found = ((name, trouble_with(name, folder)) for name in own)
        return {name: error for name, error in found if error is not None}

    def __enter__(self) -> PictureWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def encode(
        self,
        data: bytes,
        *,
        encoders: Sequence[str] | None = None,
        renditions: bool = False,
        small: bool = False,
        square: int = 0,
        network: Path | bytes | None = None,
        wait: float | None = None,
    ) -> EncodedPicture:
        """Read and encode one picture in a worker.

        Parameters
        ----------
        encoders
            Some of this pool's; all by default.
        small, network
            Whether to return it as the small network sees it, and a network to ask: the file of
            one that never changes, or the bytes of one person's.
        square
            The side of the picture that is returned as a tuned network sees it; 0: none.
        wait
            Seconds to wait for a free worker; None: as long as it takes.

        Raises
        ------
        MediaError
            If the picture is refused (MediaTypeError, MediaTooLargeError), or if it crashed
            its worker or took too long (MediaCrashError).
        OverloadedError
            If no worker became free within `wait`.
        """
        key = hashlib.sha256(data).hexdigest()
        wanted = self.encoders if encoders is None else list(encoders)
        asked: dict[str, Any] = {"encoders": wanted, "renditions": renditions, "small": small}
        if square:
            asked["square"] = square
        if network is not None:
            asked["network"] = network if isinstance(network, bytes) else str(network.absolute())
        return _encoded(key, self._workers.run(key, data, asked, wait=wait))

    def given_up(self, key: str) -> bool:
        """Return whether a picture ended so many workers that it is not tried again."""
        return self._workers.deaths(key) >= DEATHS

    def close(self) -> None:
        """End the processes, after what they are doing."""
        self._workers.close()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _encoded(key: str, result: dict[str, Any]) -> EncodedPicture:
    outputs = {name: unpack(packed) for name, packed in result["outputs"].items()}
    decode, encode, render = result["seconds"]
    return EncodedPicture(
        hash=key,
        vectors={name: arrays["vectors"] for name, arrays in outputs.items()},
        classes={
            name: arrays["classes"] for name, arrays in outputs.items() if "classes" in arrays
        },
        width=result["width"],
        height=result["height"],
        colour=result["colour"],
        small=np.frombuffer(result["small"], np.uint8).reshape(-1, SMALL, 3),
        square=_square(result["square"]),
        said=np.frombuffer(result["said"], "<f4"),
        renditions={int(width): file for width, file in result["renditions"].items()},
        seconds=(decode, encode, render),
    )


def _square(data: bytes) -> npt.NDArray[np.uint8]:
    side = round((len(data) / 3) ** 0.5)
    return np.frombuffer(data, np.uint8).reshape(side, side, 3)
