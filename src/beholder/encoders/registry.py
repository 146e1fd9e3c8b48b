"""The encoders there are, by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from beholder.encoders.cache import VectorCache
from beholder.encoders.colour import Colour
from beholder.encoders.efficientnet_lite0 import EfficientNetLite0
from beholder.encoders.interface import Encoder
from beholder.encoders.onnx_file import OnnxFile, file_version
from beholder.encoders.own_network import OWN, OwnNetwork
from beholder.encoders.own_network import version_of as own_version
from beholder.errors import UsageError
from beholder.workspace import Workspace

ONNX = "onnx:"


BuiltIn = type[EfficientNetLite0] | type[Colour]

ENCODERS: dict[str, BuiltIn] = {each.name: each for each in (EfficientNetLite0, Colour)}


def open_encoder(name: str, cache_dir: Path) -> Encoder:
    """Return the encoder of this name, or of this file for `onnx:PATH`, from the root on.

    `own:KIND-VERSION` is one that the workspace made itself.

    Parameters
    ----------
    cache_dir
        Where encoders keep what they build once, and those of the workspace lie.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    if name.startswith(ONNX):
        return OnnxFile(network(name))
    if name.startswith(OWN):
        return OwnNetwork(name, cache_dir)
    return built_in(name)(cache_dir)


def version_of(name: str) -> str:
    """Return the version of an encoder without opening it."""
    if name.startswith(ONNX):
        return file_version(network(name))
    return own_version(name) if name.startswith(OWN) else built_in(name).version


def encodes(name: str) -> bool:
    """Whether vectors of this name are made from pictures, rather than imported."""
    return name in ENCODERS or name.startswith((ONNX, OWN))


def network(name: str) -> Path:
    """Return the file of `onnx:PATH`.

    Raises
    ------
    UsageError
        If the path is relative: it is read by servers and workers that stand in other folders,
        and it is part of the name under which vectors are kept.
    """
    path = Path(name.removeprefix(ONNX))
    if not path.is_absolute():
        whole = path.expanduser().absolute()
        found = "" if whole.is_file() else ", if it is there"
        raise UsageError(
            f"{name} is not a whole path, so that it depends on where a program was started",
            remedy=f"write {ONNX}{whole}{found}",
            field="encode.encoders",
        )
    return path


def built_in(name: str) -> BuiltIn:
    """Return the class of a built-in encoder, which says its version and dim unopened.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    if name not in ENCODERS:
        near = difflib.get_close_matches(name, ENCODERS, n=1)
        hint = f"did you mean {near[0]}?" if near else "one of " + ", ".join(ENCODERS)
        raise UsageError(
            f"there is no encoder {name!r}", remedy=f"{hint}, onnx:PATH or own:KIND-VERSION"
        )
    return ENCODERS[name]


def graphs(workspace: Workspace) -> Path:
    """Return the folder where encoders of a workspace keep what they build once."""
    return workspace.vectors / "graphs"


def vector_cache(workspace: Workspace, name: str) -> VectorCache:
    """Return the vectors of an encoder that a workspace holds."""
    dim = 0 if name.startswith((ONNX, OWN)) else built_in(name).dim
    return VectorCache(workspace.vectors, name, version_of(name), dim)


def vector_caches(workspace: Workspace, names: Iterable[str]) -> dict[str, VectorCache]:
    """Return the vectors of several encoders, by their names."""
    return {name: vector_cache(workspace, name) for name in names}
