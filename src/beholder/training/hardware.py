"""Cores, memory and graphics cards, as the system tells them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

from beholder.encoders.picture_workers import cores

SMI = "nvidia-smi"
PCI, NVIDIA, DISPLAY = Path("/sys/bus/pci/devices"), "0x10de", "0x03"
MEMINFO, GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")
CGROUPS, STAT = Path("/proc/self/cgroup"), "memory.stat"
FORMS = (  # how a line of CGROUPS names it, where it lies, and its files: version 2, and version 1
    ("", "", "memory.max", "memory.current"),
    ("memory", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
)
FILES = re.compile(r"^(?:in)?active_file (\d+)$", re.MULTILINE)


class Memory(msgspec.Struct, frozen=True):
    """Bytes of memory that this process may use, and those that are free; None: not known."""

    all: int | None
    free: int | None


class Cores(msgspec.Struct, frozen=True):
    """Cores that this process may use, of how many, and how many of them at a time.

    Attributes
    ----------
    quota
        What a container allows at a time; None: no bound.
    """

    usable: int
    all: int
    quota: float | None


class Graphics(msgspec.Struct, frozen=True):
    """Graphics cards of NVIDIA.

    Attributes
    ----------
    cards
        Their names, with memory; where the driver is missing, that there are some.
    driver, cuda
        Version of the driver, and the newest CUDA that it speaks; None: there is no driver.
    """

    cards: list[str] = []
    driver: str | None = None
    cuda: str | None = None


def memory() -> Memory:
    """Return the memory of this machine, or of the container that this is in."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return Memory(None, None)
    told = re.search(r"MemAvailable:\s+(\d+) kB", _read(MEMINFO))
    free = int(told[1]) * 1024 if told else None
    bounds = [(limit, used) for limit, used in _groups() if limit < whole]
    left = [max(limit - used, 0) for limit, used in bounds]
    if free is not None:
        left.append(free)
    return Memory(min([whole, *(limit for limit, _ in bounds)]), min(left, default=None))


def _groups() -> Iterator[tuple[int, int]]:
    """Yield the bytes that each group of processes around this one may use, and that it does.

    What it keeps of files is not counted: the system gives that up before it runs out.
    """
    for told, top, limit_of, used_of in FORMS:
        own = re.search(rf"^\d+:{told}:/(.*)$", _read(CGROUPS), re.MULTILINE)
        root = GROUP / top
        folder = root / own[1] if own else root
        for group in (folder, *folder.parents):
            limit, used = _read(group / limit_of), _read(group / used_of)
            if limit.isdigit() and used.isdigit():
                yield int(limit), int(used) - sum(map(int, FILES.findall(_read(group / STAT))))
            if group == root:
                break


def processor() -> Cores:
    """Return the cores that this process may use."""
    quota, _, period = _read(GROUP / "cpu.max").partition(" ")
    bound = int(quota) / int(period) if quota.isdigit() and period.isdigit() else None
    return Cores(cores(), os.cpu_count() or 1, bound)


def graphics() -> Graphics:
    """Return the graphics cards, by their driver's own command, else by what the system sees."""
    found = _told(SMI, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
    rows = [[part.strip() for part in line.split(",")] for line in found.splitlines()]
    rows = [row for row in rows if len(row) == 3]
    if rows:
        cuda = re.search(r"CUDA Version:\s*(\d+\.\d+)", _told(SMI))
        names = [f"{name}, {size}" for name, size, _ in rows]
        return Graphics(names, rows[0][2], cuda[1] if cuda else None)
    seen = [one for one in _devices() if _read(one / "vendor") == NVIDIA]
    return Graphics(["a card of NVIDIA"] * len(seen))


def _devices() -> list[Path]:
    """Return what the system sees on its bus and shows pictures, or computes."""
    try:
        found = sorted(PCI.iterdir())
    except OSError:
        return []
    return [one for one in found if _read(one / "class").startswith(DISPLAY)]


def _told(*command: str) -> str:
    """Return what a command prints; empty where it is not there, or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
