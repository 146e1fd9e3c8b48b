"""The encoders that a workspace made itself: `own:KIND-VERSION`, one ONNX file each.

A file stays what it is: what is tuned again is another encoder, and bundles whose vectors came
from the older one go on with it.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder.durable import write_file
from beholder.encoders.efficientnet_lite0 import MARGIN
from beholder.encoders.interface import Array, Pictures, open_session
from beholder.encoders.lite0_weights import SIDE as USUAL
from beholder.errors import BeholderError, UsageError, WorkspaceError

OWN = "own:"
TUNED = ("projection", "last", "all", "mmcnn")  # kinds that learned what people like
SHAPE = re.compile(r"own:([a-z0-9]+(?:-[a-z0-9]+)*)-([0-9a-f]{16})")


class OwnNetwork:
    """A network that was made in this workspace, checked before it is opened.

    Parameters
    ----------
    name
        `own:KIND-VERSION`; the version is the beginning of the SHA-256 of the file.
    folder
        Where such files are kept.

    Raises
    ------
    UsageError
        If there is none of this name.
    WorkspaceError
        If the file is not what its name says.
    DataError
        If it could reach outside of itself.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.version = name, version_of(name)
        self.session = opened(name, folder)
        self.side = side_of(self.session)
        self.dim = int(self.session.get_outputs()[0].shape[1])
        self.decode_side = decode_side(self.side)

    def encode(self, pictures: Pictures) -> Array:
        """Return the vectors, shape (n, dim)."""
        rows = [self._encode(square(picture, self.side)) for picture in pictures]
        return np.stack(rows) if rows else np.empty((0, self.dim), np.float32)

    def outputs(self, pictures: Pictures) -> dict[str, Array]:
        """Return vectors (n, dim)."""
        return {"vectors": self.encode(pictures)}

    def _encode(self, pixels: np.typing.NDArray[np.uint8]) -> Array:
        batch = np.ascontiguousarray(np.moveaxis(pixels, -1, 0)[None], np.float32)
        (found,) = self.session.run(["vectors"], {"pixels": batch})
        return np.asarray(found[0], np.float32)


def opened(name: str, folder: Path) -> Any:
    """Return a session of a network, checked before it is opened; raises as `OwnNetwork` does."""
    from beholder.encoders.safe_onnx import checked  # ONNX: only who asks a network needs it

    data = file_of(name, folder).read_bytes()
    if digest(data) != version_of(name):
        raise _changed(name)
    return open_session(checked(data))


def trouble_with(name: str, folder: Path) -> BeholderError | None:
    """Return why a network cannot be opened; None: nothing is known against it."""
    try:
        data = file_of(name, folder).read_bytes()
    except UsageError as error:
        return error
    return None if digest(data) == version_of(name) else _changed(name)


def _changed(name: str) -> WorkspaceError:
    return WorkspaceError(
        f"the file of {name} was changed, or is not whole",
        remedy="restore it from a backup, or leave it out: train --tune-encoder none",
    )


def side_of(session: Any) -> int:
    """Return the width and height of the pictures that a network takes."""
    return int(session.get_inputs()[0].shape[2])


def decode_side(side: int) -> int:
    """Return how many pixels of the short side of a picture are enough for `side`."""
    return -(-side * (USUAL + MARGIN) // USUAL)


def square(picture: Image.Image, side: int) -> np.typing.NDArray[np.uint8]:
    """Return the centre of a picture, bicubic, uint8 (side, side, 3); cut as EfficientNet-Lite0's.

    One that is `side` wide and high already stays as it is.
    """
    if picture.size == (side, side):
        return np.asarray(picture, np.uint8)
    cut = min(picture.size) * USUAL / (USUAL + MARGIN)
    left, top = (picture.width - cut) / 2, (picture.height - cut) / 2
    box = (left, top, left + cut, top + cut)
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC, box=box), np.uint8)


def tuned(name: str) -> bool:
    """Whether an encoder learned what people like, so that its vectors are compared as they are."""
    found = SHAPE.fullmatch(name)
    return found is not None and found[1].split("-")[0] in TUNED


def keep(folder: Path, kind: str, onnx: bytes) -> str:
    """Write a network down, and return its name."""
    name = f"{OWN}{kind}-{digest(onnx)}"
    folder.mkdir(parents=True, exist_ok=True)
    write_file(_place(name, folder), onnx)
    return name


def names(folder: Path) -> list[str]:
    """Return the names of all that are kept, sorted."""
    stems = (path.stem.removeprefix("own-") for path in folder.glob("own-*.onnx"))
    return sorted(name for name in (OWN + stem for stem in stems) if SHAPE.fullmatch(name))


def file_of(name: str, folder: Path) -> Path:
    """Return the file of a network.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    version_of(name)
    path = _place(name, folder)
    if not path.is_file():
        held = names(folder)
        raise UsageError(
            f"there is no encoder {name!r} in this workspace",
            remedy=(f"name one of {', '.join(held)}, or " if held else "")
            + "leave it out: train --tune-encoder none",
            field="encode.encoders",
        )
    return path


def version_of(name: str) -> str:
    """Return the version that a name ends with.

    Raises
    ------
    UsageError
        If it has none.
    """
    found = SHAPE.fullmatch(name)
    if found is None:
        raise UsageError(
            f"{name!r} names no encoder of a workspace",
            remedy="write it as `beholder encoders list` shows it: own:KIND-VERSION",
            field="encode.encoders",
        )
    return found[2]


def digest(onnx: bytes) -> str:
    """Return the version of a network: the first 16 digits of its SHA-256."""
    return hashlib.sha256(onnx).hexdigest()[:16]


def mark_of(name: str, folder: Path) -> Path:
    """Return the file that says: it learned from somebody who was erased since."""
    return _place(name, folder).with_suffix(".erased")


def _place(name: str, folder: Path) -> Path:
    return folder / f"{name.replace(':', '-')}.onnx"
