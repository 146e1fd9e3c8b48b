"""CIFAR-10 as its owners hand it out: pickles or binary files, in a folder or an archive, or PNG.

Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
"""

from __future__ import annotations

import csv
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.demo import strict_pickle
from beholder.encoders import small_pictures
from beholder.errors import DataError
from beholder.progress import Progress
from beholder.workspace import Workspace

CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
TRAIN = tuple(f"data_batch_{n}" for n in range(1, 6))
TEST = "test_batch"
BINARY = ".bin"
LARGEST = 64 * 2**20  # bytes of a file
MOST = 2**30  # bytes of all that stands in an archive
PIXELS = 3 * 32 * 32
LABELS = "trainLabels.csv"
HELD_OUT = 6  # of the competition's pictures, whose test part has no labels, one in six is tested


class Labelled(NamedTuple):
    """Pictures and their classes.

    Attributes
    ----------
    pixels
        uint8 (n, 32, 32, 3).
    labels
        int64 (n,). Positions in `CLASSES`.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


class Cifar(NamedTuple):
    """What was found, and what is said of it."""

    train: Labelled
    test: Labelled
    notes: list[str]


def read(place: Path, workspace: Workspace, progress: Progress) -> Cifar:
    """Read the data in whichever form it lies in a folder, or is an archive.

    Parameters
    ----------
    workspace
        Whose limits hold for pictures in files.

    Raises
    ------
    DataError
        If there is none of the forms, or a file is cut, changed, or not what its name says.
    """
    for folder in (place, place / "cifar-10-batches-py", place / "cifar-10-batches-bin"):
        for suffix in ("", BINARY):
            if (folder / (TRAIN[0] + suffix)).is_file():
                return _of_batches(_in_folder(folder, suffix))
    if (place / LABELS).is_file():
        return _competition(place, workspace, progress)
    archives = [place] if place.is_file() else sorted(place.glob("cifar-10-*.tar.gz"))
    if archives:
        return _of_archive(archives[0])
    raise DataError(
        f"{place} has no CIFAR-10",
        remedy="name the folder of cifar-10-batches-py or cifar-10-batches-bin, their archive, or "
        f"the competition's folder with train and {LABELS}",
    )


def _in_folder(folder: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    for name in (*TRAIN, TEST):
        path = folder / (name + suffix)
        if path.is_file():
            if path.stat().st_size > LARGEST:
                raise DataError(f"{path.name} has over {LARGEST:,} bytes", remedy="fetch it again")
            yield path.name, path.read_bytes()


def _of_archive(path: Path) -> Cifar:
    """Read an archive from its beginning to its end; nothing is written anywhere."""
    try:
        with tarfile.open(path, "r|gz") as archive:
            return _of_batches(_members(archive))
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise DataError(
            f"{path.name} is no archive, or it is cut: {error}", remedy="fetch it again"
        ) from error


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive whose names are known, wherever they would lie."""
    wanted = {name + suffix for name in (*TRAIN, TEST) for suffix in ("", BINARY)}
    total = 0
    for member in archive:
        name = PurePosixPath(member.name).name
        total += member.size
        if member.size > LARGEST or total > MOST:
            raise DataError(f"{name} is larger than all of CIFAR-10", remedy="fetch it again")
        file = archive.extractfile(member) if member.isreg() and name in wanted else None
        if file is not None:
            yield name, file.read()


def _of_batches(files: Iterator[tuple[str, bytes]]) -> Cifar:
    found = {
        name.removesuffix(BINARY): (_binary if name.endswith(BINARY) else _pickle)(data, name)
        for name, data in files
    }
    missing = [name for name in (*TRAIN, TEST) if name not in found]
    if TEST in missing or len(missing) == len(TRAIN):
        raise DataError(f"{', '.join(missing)}: missing", remedy="fetch the data again")
    parts = [found[name] for name in TRAIN if name in found]
    train = Labelled(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )
    return Cifar(train, found[TEST], [f"{name} is missing" for name in missing])


def _pickle(data: bytes, name: str) -> Labelled:
    batch = strict_pickle.loads(data, name)
    rows, labels = (batch.get(key.encode(), batch.get(key)) for key in ("data", "labels"))
    if not isinstance(rows, np.ndarray) or rows.ndim != 2 or not isinstance(labels, list):
        raise _wrong(name, "no data and labels")
    if not all(isinstance(label, int) and 0 <= label < len(CLASSES) for label in labels):
        raise _wrong(name, "labels that are no numbers from 0 to 9")
    return _labelled(rows, np.array(labels, np.int64), name)


def _binary(data: bytes, name: str) -> Labelled:
    if not data or len(data) % (1 + PIXELS):
        raise _wrong(name, f"{len(data):,} bytes, which is no number of pictures")
    rows = np.frombuffer(data, np.uint8).reshape(-1, 1 + PIXELS)
    return _labelled(rows[:, 1:], rows[:, 0].astype(np.int64), name)


def _labelled(rows: NDArray[np.uint8], labels: NDArray[np.int64], name: str) -> Labelled:
    if rows.shape != (len(labels), PIXELS) or not len(labels):
        raise _wrong(name, f"{len(labels)} labels and pictures of shape {rows.shape}")
    if labels.max() >= len(CLASSES):
        raise _wrong(name, "labels that are no numbers from 0 to 9")
    pixels = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return Labelled(np.ascontiguousarray(pixels), labels)


def _wrong(name: str, has: str) -> DataError:
    return DataError(f"{name} has {has}", remedy="fetch the file of its owners again")


def _competition(place: Path, workspace: Workspace, progress: Progress) -> Cifar:
    """Read the competition's PNG files; one in six is tested, since the others have no labels."""
    with (place / LABELS).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        named = [(int(row["id"]), CLASSES.index(row["label"])) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{LABELS} has a row that is no id and class", remedy="fetch it again"
        ) from error
    folder = place / "train" if (place / "train").is_dir() else place
    found = small_pictures.read(workspace, [folder / f"{n}.png" for n, _ in named], progress)
    labels = np.array([label for _, label in named], np.int64)[found.there]
    pixels = found.pixels[found.there]
    tested = np.arange(len(labels)) % HELD_OUT == HELD_OUT - 1
    if not tested.any():
        raise DataError(f"{folder} has too few of its pictures", remedy="unpack train.7z there")
    notes = [f"pictures left out ({why}): {n}" for why, n in sorted(found.refused.items())]
    notes.append(f"{int(tested.sum())} of its pictures are kept to measure with")
    return Cifar(
        Labelled(pixels[~tested], labels[~tested]), Labelled(pixels[tested], labels[tested]), notes
    )
