"""Rows by content hash in files that are whole or absent, and that are only ever added.

Each shard is a safetensors file with a tensor `hashes` (n, 32) and other tensors of n rows, and a
checksum of them all and of the folder that they are for. Reading looks at the hashes of each file,
and once at all of those whose rows are asked for; one that is cut, changed or of another folder is
passed over, so its rows count as missing and are made again.
"""

from __future__ import annotations

import hashlib
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from beholder.durable import write_file
from beholder.errors import ShapeError

Tensor = npt.NDArray[Any]
CHECKSUM = "sha256"


class Shards:
    """A folder of shards. Several processes may add to it; of two rows for one hash any counts.

    Parameters
    ----------
    folder
        Made at the first `write`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broken: list[Path] = []
        self._paths: list[Path] = []
        self._firsts: list[int] = []  # number of the first row of each path
        self._n_rows = 0
        self._place: dict[str, int] = {}  # a number among the rows of all shards, path by path
        self._seen: set[Path] = set()
        self._checked: set[Path] = set()

    def missing(self, hashes: Iterable[str]) -> list[str]:
        """Return those without a row, in order, each once."""
        self._look()
        self._check(self._paths)
        return [key for key in dict.fromkeys(hashes) if key not in self._place]

    def count(self) -> int:
        """Return how many hashes there are."""
        self._look()
        return len(self._place)

    def write(self, hashes: Sequence[str], tensors: Mapping[str, Tensor]) -> None:
        """Add one shard, durably.

        Raises
        ------
        ShapeError
            If a tensor has not one row for each hash.
        """
        for name, tensor in tensors.items():
            if len(tensor) != len(hashes):
                raise ShapeError(f"{name} has {len(tensor)} rows for {len(hashes)} hashes")
        if not hashes:
            return
        keys = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(-1, 32)
        whole = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{uuid.uuid4().hex}.safetensors"
        rows = {"hashes": keys, **whole}
        write_file(path, save(rows, {CHECKSUM: self._checksum(rows)}))

    def load(self, hashes: Sequence[str], name: str) -> tuple[Tensor | None, npt.NDArray[np.bool_]]:
        """Return the rows of one tensor and which are present; absent rows are zero.

        The rows are None where no shard holds any of the hashes.
        """
        self._look(hashes)
        self._check({self._at(self._place[key])[0] for key in hashes if key in self._place})
        wanted: dict[Path, list[tuple[int, int]]] = {}
        for target, key in enumerate(hashes):
            if key in self._place:
                path, row = self._at(self._place[key])
                wanted.setdefault(path, []).append((target, row))
        rows: Tensor | None = None
        present = np.zeros(len(hashes), np.bool_)
        gone: set[Path] = set()
        for path, pairs in wanted.items():
            targets, sources = np.array(pairs).T
            try:
                part = _part(path, name, sources)
            except (FileNotFoundError, SafetensorError):  # dropped or cut since the look
                gone.add(path)
                continue
            if part is None:
                continue
            if rows is None:
                wide = np.float32 if part.dtype == np.float16 else part.dtype
                rows = np.zeros((len(hashes), *part.shape[1:]), wide)
            rows[targets] = part
            present[targets] = True
        self._forget(gone)
        return rows, present

    def drop_broken(self) -> int:
        """Delete the files that could not be read and return how many there were."""
        self._look()
        self._check(self._paths)
        for path in self.broken:
            path.unlink(missing_ok=True)
        count, self.broken = len(self.broken), []
        return count

    def _look(self, wanted: Iterable[str] | None = None) -> None:
        """Read the hashes of shards that came since the last look.

        Parameters
        ----------
        wanted
            Look only until these are found, from the newest shard on, since who asks for a few
            often asks for what came just now; None: look at all.
        """
        absent = None if wanted is None else {key for key in wanted if key not in self._place}
        new = [path for path in self.folder.glob("*.safetensors") if path not in self._seen]
        for path in sorted(new, key=_written, reverse=True):
            if absent is not None and not absent:
                return
            try:
                keys = _hashes(path)
            except FileNotFoundError:  # broken, and dropped by another process just now
                continue
            except SafetensorError:
                self._seen.add(path)
                self.broken.append(path)
                continue
            self._seen.add(path)
            names = self._note(path, keys)
            if absent is not None:
                absent.difference_update(names)

    def _note(self, path: Path, keys: Tensor) -> list[str]:
        """Note where the rows of a shard are: plain numbers, as there may be millions."""
        text, first = keys.tobytes().hex(), self._n_rows
        width = max(1, len(text) // max(1, len(keys)))
        names = [text[start : start + width] for start in range(0, len(text), width)]
        self._place.update(zip(names, range(first, first + len(keys)), strict=True))
        self._paths.append(path)
        self._firsts.append(first)
        self._n_rows += len(keys)
        return names

    def _check(self, paths: Iterable[Path]) -> None:
        """Compare shards with their checksums, each once, and forget those that are not whole."""
        lost = set()
        for path in [path for path in paths if path not in self._checked]:
            whole = False
            try:
                with _opened(path) as shard:
                    said = (shard.metadata() or {}).get(CHECKSUM)
                    # One written before there were checksums is believed.
                    whole = said is None or said == self._checksum(
                        {name: shard.get_tensor(name) for name in shard.keys()}  # noqa: SIM118
                    )
            except SafetensorError:
                pass
            except FileNotFoundError:  # dropped by another process since the look
                lost.add(path)
                continue
            self._checked.add(path)
            if not whole:
                self.broken.append(path)
                lost.add(path)
        self._forget(lost)

    def _checksum(self, tensors: Mapping[str, Tensor]) -> str:
        """Return what changes with any byte, shape, name or folder."""
        where = "/".join(self.folder.parts[-2:])
        found = hashlib.sha256(where.encode())
        for name in sorted(tensors):
            rows = tensors[name]
            found.update(f" {name} {rows.dtype} {rows.shape} ".encode())
            found.update(rows.data if rows.size else b"")
        return found.hexdigest()

    def _forget(self, paths: set[Path]) -> None:
        if paths:
            left = self._place.items()
            self._place = {key: at for key, at in left if self._at(at)[0] not in paths}

    def _at(self, number: int) -> tuple[Path, int]:
        """Return the shard of a row, and which of its rows it is."""
        shard = bisect_right(self._firsts, number) - 1
        return self._paths[shard], number - self._firsts[shard]


def _opened(path: Path) -> Any:
    """Open a shard; what the system refuses is said as it is, which the library would not do."""
    path.open("rb").close()
    return safe_open(path, framework="numpy")


def _part(path: Path, name: str, rows: npt.NDArray[np.int64]) -> Tensor | None:
    """Return rows of a tensor; None: the shard has none of the name."""
    with _opened(path) as shard:
        if name not in shard.keys():  # noqa: SIM118  (not a dictionary)
            return None
        part: Tensor = shard.get_tensor(name)[rows]
        return part


def _hashes(path: Path) -> Tensor:
    """Return the hashes of a shard.

    Raises
    ------
    SafetensorError
        If it is cut, or no shard.
    """
    with _opened(path) as shard:
        keys: Tensor = shard.get_tensor("hashes")
        rows = {tuple(shard.get_slice(name).get_shape()[:1]) for name in shard.keys()}  # noqa: SIM118
        if keys.dtype != np.uint8 or keys.shape[1:] != (32,) or rows != {(len(keys),)}:
            raise SafetensorError(f"{path.name} is no shard")
        return keys


def _written(path: Path) -> tuple[int, str]:
    """Return when a file was written, 0 where it is gone, and its name: an order of any files."""
    try:
        return path.stat().st_mtime_ns, path.name
    except FileNotFoundError:
        return 0, path.name
