"""Cores, memory and graphics cards, as the system tells them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import msgspec

from beholder.encoders.picture_workers import cores

SMI = "nvidia-smi"
PCI, NVIDIA, DISPLAY = Path("/sys/bus/pci/devices"), "0x10de", "0x03"
MEMINFO, GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


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
    limit, used = _read(GROUP / "memory.max"), _read(GROUP / "memory.current")
    if limit.isdigit() and int(limit) < whole:
        whole = int(limit)
        left = max(whole - int(used), 0) if used.isdigit() else whole
        free = left if free is None else min(free, left)
    return Memory(whole, free)


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
