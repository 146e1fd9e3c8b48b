"""An ext4 file system on a loop device that can lose its power."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32)
WITHOUT_LOG = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH
SIZE = 96 * 2**20
TOOLS = ("mkfs.ext4", "losetup", "mount", "umount")
PATIENCE = 10.0


def call(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


@dataclass
class Disk:
    """The mounted file system; its image lies outside of it."""

    device: str
    folder: Path

    def mount(self) -> None:
        try:
            call("mount", "-o", "noatime", self.device, str(self.folder))
        except subprocess.CalledProcessError as error:
            impossible(str(error.stderr))

    def unmount(self) -> None:
        """Unmount, once the last of the killed processes has let go."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                call("umount", str(self.folder))
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def sync(self) -> None:
        """Bring everything to the device: what a test prepares is not what it is about."""
        call("sync", "-f", str(self.folder))

    def restart(self) -> None:
        """Mount again, which replays the journal of the file system."""
        self.unmount()
        self.mount()

    def cut(self) -> float:
        """Lose the power: what is not on the device is gone. Return the moment right before.

        A power cut is an instant; this takes about 2 ms, in which the kernel gives up its
        journal, and a sync that is under way then can report success for what never reached
        the device. Of 360 cuts with losses counted to the end, every lost event had been
        acknowledged while the cut went on or after it, none before. Pulling a plug leaves
        nobody who could have heard that: so acknowledgements count that were read before the
        moment returned here.
        """
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            moment = time.monotonic()
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(handle)
        return moment


def impossible(reason: str) -> NoReturn:
    """Skip with a reason, but fail where the machine is meant to be able to."""
    if os.environ.get("CI"):
        pytest.fail(f"cannot cut power: {reason}")
    pytest.skip(f"cannot cut power: {reason}")


def need(*tools: str) -> None:
    """Go on only as root and with these programs."""
    if os.geteuid() != 0:
        impossible("it needs root")
    for tool in tools:
        if shutil.which(tool) is None:
            impossible(f"there is no {tool}")


def format_image(image: Path, size: int, *options: str) -> None:
    """Make an image with an empty file system."""
    need(*TOOLS)
    with image.open("wb") as file:
        file.truncate(size)
    try:
        call("mkfs.ext4", "-q", "-F", *options, str(image))
    except subprocess.CalledProcessError as error:
        impossible(str(error.stderr))


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[Disk]:
    """Yield a disk over an image, or over what looks like one."""
    place.mkdir(exist_ok=True)
    try:
        device = call("losetup", "-f", "--show", str(image))
    except subprocess.CalledProcessError as error:
        impossible(str(error.stderr))
    disk = Disk(device, place)
    try:
        disk.mount()
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)
        call("losetup", "-d", device)
