"""`beholder check --machine`: what this machine can train with, and what stands in the way."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from importlib.util import find_spec

import msgspec

from beholder.networks.torch_facts import TorchFacts, torch_facts
from beholder.training.hardware import Cores, Graphics, Memory, graphics, memory, processor

# The extras of the package: what each brings, as it is imported, and what it is for.
EXTRAS = {
    "postgres": ("psycopg", "a store in PostgreSQL"),
    "tensorboard": ("tensorboardX", "event files of a network's training"),
    "torch": ("torch", "training networks; what was trained is served without it"),
}
SCARCE = 2_000_000_000  # bytes: training on 8,500 items took 1.7 GiB


class Extra(msgspec.Struct, frozen=True):
    """What can be installed besides; `version` None: it is not."""

    name: str
    version: str | None
    purpose: str
    remedy: str


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, and what to do."""

    what: str
    remedy: str


class Machine(msgspec.Struct, frozen=True):
    """What there is to train with.

    Attributes
    ----------
    torch_cuda
        The CUDA that PyTorch was built for; None: for processors alone, or it is not there.
    uses
        What training will use, in words.
    """

    python: str
    system: str
    extras: list[Extra]
    cores: Cores
    memory: Memory
    graphics: Graphics
    torch: str | None
    torch_cuda: str | None
    uses: list[str]
    problems: list[Problem]


def machine() -> Machine:
    """Look at this machine."""
    found = torch_facts() if find_spec("torch") is not None else None
    own, room, cards = processor(), memory(), graphics()
    return Machine(
        platform.python_version(),
        f"{platform.system()} {platform.machine()}",
        extras(),
        own,
        room,
        cards,
        found.version if found else None,
        found.cuda if found else None,
        uses(found, own),
        [*of_networks(found, cards), *of_room(own, room)],
    )


def extras() -> list[Extra]:
    """Return which extras are installed."""
    return [
        Extra(name, _version(module), purpose, f"pip install 'beholder[{name}]'")
        for name, (module, purpose) in EXTRAS.items()
    ]


def uses(torch: TorchFacts | None, own: Cores) -> list[str]:
    """Return in words what training will use."""
    threads = os.environ.get("OPENBLAS_NUM_THREADS") or f"{own.usable}"
    told = [
        f"models without a network: the processor, threads of linear algebra: {threads}",
        f"pictures: {own.usable} worker processes, unless encode.workers says otherwise",
    ]
    if torch is None or torch.version is None:
        return [*told, "networks: nothing, PyTorch is not there"]
    where = f"the graphics card {torch.card}" if torch.card else "the processor"
    return [*told, f"networks: {where}, by PyTorch {torch.version}"]


def of_networks(torch: TorchFacts | None, cards: Graphics) -> list[Problem]:
    """Return what keeps networks from being trained, or from the graphics card."""
    found = []
    if torch is not None and torch.version is None:
        what = f"PyTorch is installed and cannot be loaded: {torch.failed}"
        found.append(Problem(what, "pip install --force-reinstall 'beholder[torch]'"))
    if not cards.cards:
        return found
    if cards.driver is None:
        what = "there is a graphics card of NVIDIA, and no driver that answers for it"
        return [*found, Problem(what, "install NVIDIA's driver, until `nvidia-smi` shows the card")]
    if torch is None:
        what = f"the graphics card ({cards.cards[0]}) is not used: PyTorch is not installed"
        return [*found, Problem(what, "pip install 'beholder[torch]'")]
    if torch.version is None or torch.card is not None:
        return found
    if torch.cuda is None:
        what = f"PyTorch {torch.version} is built for processors, the graphics card is not used"
        return [*found, Problem(what, "install a build for CUDA, as pytorch.org has them")]
    if cards.cuda is not None and _number(cards.cuda)[0] < _number(torch.cuda)[0]:
        what = (
            f"PyTorch is built for CUDA {torch.cuda}, the driver {cards.driver} speaks no newer "
            f"one than {cards.cuda}: the graphics card is not used"
        )
        remedy = f"install a newer driver, or a build of PyTorch for CUDA {cards.cuda} or older"
        return [*found, Problem(what, remedy)]
    what = "PyTorch finds no graphics card, the driver does" + (
        f": {torch.failed}" if torch.failed else ""
    )
    return [*found, Problem(what, "see whether CUDA_VISIBLE_DEVICES hides it")]


def of_room(own: Cores, room: Memory) -> list[Problem]:
    """Return where cores or memory are short."""
    found = []
    if own.quota is not None and own.quota < own.usable:
        what = f"the container may use {own.quota:g} cores at a time, {own.usable} are seen"
        remedy = f"set encode.workers to {max(1, int(own.quota))}"
        found.append(Problem(what, remedy))
    if room.free is not None and room.free < SCARCE:
        what = f"{room.free / 1e9:.1f} GB of memory are free; 8,500 items take about 1.8"
        found.append(Problem(what, "end other programs, or train on a machine with more"))
    return found


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()] or [0]


def _version(module: str) -> str | None:
    if find_spec(module) is None:
        return None
    try:
        return metadata.version(module)
    except metadata.PackageNotFoundError:
        return "of unknown version"
