"""The small network that a bundle may hold: one ONNX file, and what is known of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import msgspec

from beholder.errors import BundleError

FOLDER = "networks"
LARGEST = 64 * 2**20  # bytes of a file
SURE = 2.0  # standard errors above chance


class NetworkRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a trained network.

    Attributes
    ----------
    name
        Of its kind, such as `small-cnn`.
    made
        Milliseconds since 1970.
    loss
        What was made small.
    classes
        Names of its outputs in their order; empty: it says how well a picture is liked.
    of_people
        Whether it learned from what people did.
    trained, tested
        Pictures, or pairs of a person and a picture, of the two parts.
    accuracy, auc, always
        On the test part: the share that is right, how often a one is above a zero (None: of
        classes), and the share that always saying the same would get right.
    """

    name: str
    made: int
    loss: str
    classes: tuple[str, ...]
    of_people: bool
    trained: int
    tested: int
    accuracy: float
    auc: float | None
    always: float

    @property
    def sure(self) -> bool:
        """Whether it surely tells what is liked better than chance does; of classes always.

        Its AUC is to be above a half by two standard errors of an AUC by chance (Mann and
        Whitney, 1947).
        """
        if self.auc is None:
            return True
        zeros = round(self.always * self.tested)
        ones = self.tested - zeros
        if not zeros or not ones:
            return False
        return self.auc - 0.5 > SURE * math.sqrt((self.tested + 1) / (12 * zeros * ones))


class Network(NamedTuple):
    """A network: of a bundle it lies in a file, of one person in memory."""

    record: NetworkRecord
    onnx: Path | bytes


def save(network: Network, folder: Path) -> None:
    """Write a network into an empty folder of a bundle.

    Raises
    ------
    BundleError
        If it is too large.
    """
    place = folder / FOLDER
    place.mkdir()
    data = network.onnx if isinstance(network.onnx, bytes) else network.onnx.read_bytes()
    if len(data) > LARGEST:
        raise BundleError(
            f"a network of {len(data):,} bytes, at most {LARGEST:,} may be in a bundle",
            remedy="train a smaller one",
        )
    (place / f"{network.record.name}.onnx").write_bytes(data)
    (place / f"{network.record.name}.json").write_bytes(msgspec.json.encode(network.record))


def load(folder: Path) -> Network | None:
    """Return the network of a checked bundle, its file unread; None: it has none."""
    for path in sorted((folder / FOLDER).glob("*.json")):
        record = msgspec.json.decode(path.read_bytes(), type=NetworkRecord)
        return Network(record, path.with_suffix(".onnx"))
    return None


def packed(network: Network) -> bytes:
    """Return a network that is in memory as bytes: length and text of the record, then the file."""
    assert isinstance(network.onnx, bytes)
    record = msgspec.json.encode(network.record)
    return len(record).to_bytes(4, "big") + record + network.onnx


def unpacked(data: bytes) -> Network:
    """Return what was packed.

    Raises
    ------
    BundleError
        If it is not as this version writes it.
    """
    end = 4 + int.from_bytes(data[:4], "big")
    try:
        record = msgspec.json.decode(data[4:end], type=NetworkRecord)
    except msgspec.DecodeError as error:
        raise BundleError(
            "the network is not as this version writes it", remedy="train it again"
        ) from error
    return Network(record, data[end:])
