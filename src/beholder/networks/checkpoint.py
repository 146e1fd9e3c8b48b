"""All that a training needs to go on bit for bit: one safetensors file with a JSON header."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from beholder import __version__, tensors
from beholder.durable import sync_file, sync_folder
from beholder.errors import DataError, UsageError
from beholder.networks.task import Epoch

FORMAT = 3  # 1 did not say of which version of Beholder it is, 2 not with which settings
Weights = dict[str, Any]  # a module's state: tensors by name
REMEDY = "begin anew: without --resume, or a demo in another folder"


class State(NamedTuple):
    """Where a training stands after an epoch.

    Attributes
    ----------
    data, settings, seed, threads
        Of what it was trained, and with what: another cannot go on with it.
    weights, best
        Of the last epoch, and of the best one.
    moments
        State of the optimiser, by the number of a parameter.
    """

    data: str
    settings: dict[str, str]
    seed: int
    threads: int
    epochs: list[Epoch]
    weights: Weights
    best: Weights
    moments: dict[int, dict[str, Any]]


class _Header(msgspec.Struct):
    format: int
    torch: str
    data: str
    seed: int
    threads: int
    epochs: list[Epoch]
    beholder: str = ""
    settings: dict[str, str] = {}


def save(path: Path, state: State) -> None:
    """Write a state with that of the random numbers aside, and put it in its place at once.

    Raises
    ------
    FileNotFoundError
        If its folder was taken away: then nothing of it may be kept; see `store.checkpoints`.
    """
    arrays = {f"weights.{name}": _array(value) for name, value in state.weights.items()}
    arrays |= {f"best.{name}": _array(value) for name, value in state.best.items()}
    for number, parts in state.moments.items():
        arrays |= {f"moments.{number}.{name}": _array(value) for name, value in parts.items()}
    arrays["random.cpu"] = _array(torch.get_rng_state())
    if torch.cuda.is_available():
        arrays["random.cuda"] = _array(torch.cuda.get_rng_state())
    header = _Header(
        FORMAT,
        str(torch.__version__),
        state.data,
        state.seed,
        state.threads,
        state.epochs,
        __version__,
        state.settings,
    )
    aside = path.with_name(f".{path.name}.part")
    try:
        tensors.save(aside, arrays, {"state": msgspec.json.encode(header).decode()})
        sync_file(aside)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def load(path: Path, data: str, settings: dict[str, str], seed: int) -> State | None:
    """Read what `save` wrote, and set the random numbers to it; None where there is nothing.

    Raises
    ------
    DataError
        If it cannot be read.
    UsageError
        If it is of other data, settings or seed, or of another version of Beholder or PyTorch; and
        of which.
    """
    if not path.exists():
        return None
    try:
        arrays, told = tensors.load(path)
        header = msgspec.json.decode(told["state"], type=_Header)
        random = torch.from_numpy(arrays.pop("random.cpu"))
    except Exception as error:  # each library has errors of its own for a cut or foreign file
        raise DataError(f"the checkpoint {path} cannot be read: {error}", remedy=REMEDY) from error
    changed = _changed(header, settings, seed)
    if changed or header.data != data:  # settings may have changed the data with them
        why = "; ".join(changed) or "what it learns from is not what it was"
        raise UsageError(
            f"the training that stopped cannot go on to the same end: {why}", remedy=REMEDY
        )
    try:
        weights, best, moments = _parts(arrays)
        torch.set_rng_state(random)
    except (RuntimeError, ValueError, TypeError) as error:
        raise DataError(f"the checkpoint {path} cannot be read: {error}", remedy=REMEDY) from error
    if "random.cuda" in arrays and torch.cuda.is_available():
        torch.cuda.set_rng_state(torch.from_numpy(arrays["random.cuda"]))
    return State(data, settings, seed, header.threads, header.epochs, weights, best, moments)


def _changed(header: _Header, settings: dict[str, str], seed: int) -> list[str]:
    """Return what is not as it was when the checkpoint was written, in words; the data aside."""
    if header.format != FORMAT:  # it does not say all that this one would compare
        return [f"it is of format {header.format}, and this version writes {FORMAT}"]
    versions = {"PyTorch": torch.__version__, "Beholder": __version__}
    now = {name: str(value) for name, value in {**versions, "seed": seed}.items()} | settings
    before = {
        "PyTorch": header.torch,
        "Beholder": header.beholder,
        "seed": str(header.seed),
    } | header.settings
    return [
        f"{name} was {before.get(name, 'none')} and is {now.get(name, 'none')}"
        for name in {**now, **before}
        if before.get(name) != now.get(name)
    ]


def _parts(
    arrays: dict[str, NDArray[Any]],
) -> tuple[Weights, Weights, dict[int, dict[str, Any]]]:
    weights: Weights = {}
    best: Weights = {}
    moments: dict[int, dict[str, Any]] = {}
    for name, array in arrays.items():
        kind, _, rest = name.partition(".")
        value = torch.from_numpy(array)
        if kind == "weights":
            weights[rest] = value
        elif kind == "best":
            best[rest] = value
        elif kind == "moments":
            number, _, part = rest.partition(".")
            moments.setdefault(int(number), {})[part] = value
    return weights, best, moments


def _array(value: Any) -> NDArray[Any]:
    return np.asarray(value.detach().cpu().numpy())
