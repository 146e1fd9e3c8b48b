"""The states a disk could be in had the power failed after any of the writes it was told.

A disk writes in the order it likes until it is told to flush. So a state holds what was flushed,
and of what was written after it all, a random half, or nothing.
"""

from __future__ import annotations

import random
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from block_log import Flush, Write, read_log
from ext4_disk import Disk, call, format_image, impossible, mounted, need

DAEMON = Path(__file__).with_name("block_log.py")
BLOCK = 4096  # a disk writes this much whole or not at all
SHARES = (1.0, 0.5, 0.0)  # of what was written since the last flush


@dataclass
class LoggedDisk:
    """A mounted file system below which everything is recorded.

    Attributes
    ----------
    base
        The disk before it began.
    """

    root: Path
    log: Path
    base: bytes

    def position(self) -> int:
        """Return the size of the log: the moment, as `Listener` wants it."""
        return self.log.stat().st_size

    def states(self, n: int) -> Iterator[tuple[int, bytes]]:
        """Yield `n` positions of the log, rising, and for each a state the disk may have then."""
        draw = random.Random(n)
        ends, steps = zip(*read_log(self.log.read_bytes()), strict=True)
        flushes = [at for at, step in enumerate(steps) if isinstance(step, Flush)]
        disk, done = bytearray(self.base), 0
        for order, point in enumerate(sorted(draw.sample(range(1, len(steps) + 1), n))):
            last = bisect_right(flushes, point - 1)
            flushed = flushes[last - 1] if last else 0
            put(disk, steps[done:flushed], 1.0, draw)
            done = max(done, flushed)
            state = bytearray(disk)
            put(state, steps[done:point], SHARES[order % len(SHARES)], draw)
            yield ends[point - 1], bytes(state)


def put(
    disk: bytearray, steps: tuple[Write | Flush, ...], share: float, draw: random.Random
) -> None:
    """Write a share of the blocks of some steps."""
    for step in steps:
        if isinstance(step, Write):
            for at in range(0, len(step.data), BLOCK):
                if draw.random() < share:
                    block = step.data[at : at + BLOCK]
                    disk[step.offset + at : step.offset + at + len(block)] = block


@contextmanager
def logged_disk(folder: Path, size: int, prepare: Callable[[Path], None]) -> Iterator[LoggedDisk]:
    """Yield a new file system; what `prepare` writes into it is not in the log."""
    need()
    image, log, view = folder / "disk.img", folder / "log", folder / "view"
    format_image(image, size, "-b", str(BLOCK), "-E", "lazy_itable_init=0,lazy_journal_init=0")
    with mounted(image, folder / "disk") as disk:
        prepare(disk.folder)
        disk.unmount()
    base = image.read_bytes()
    with logged(image, log, view), mounted(view, folder / "disk") as disk:
        yield LoggedDisk(disk.folder, log, base)


@contextmanager
def logged(image: Path, log: Path, place: Path) -> Iterator[None]:
    """Let `place` be a view of the image that logs what is done to it."""
    if not Path("/dev/fuse").exists():
        impossible("there is no /dev/fuse")
    place.touch()
    with subprocess.Popen(
        [sys.executable, str(DAEMON), str(image), str(log), str(place)], stdout=subprocess.PIPE
    ) as daemon:
        try:
            assert daemon.stdout is not None
            if daemon.stdout.readline() != b"ready\n":
                impossible("no FUSE")
            yield
        finally:
            subprocess.run(["umount", "-l", str(place)], check=False)
            daemon.wait(10)


@contextmanager
def opened(state: bytes, folder: Path) -> Iterator[Path]:
    """Yield where a disk of this state is mounted."""
    image, place = folder / "state.img", folder / "state"
    image.write_bytes(state)
    place.mkdir(exist_ok=True)
    call("mount", "-o", "loop,noatime", str(image), str(place))
    try:
        yield place
    finally:
        Disk(str(image), place).unmount()  # patient: what was just read may still be let go of
