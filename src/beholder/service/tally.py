"""Numbers that the processes of a server count together, in memory that all of them see.

Each process writes into a row of its own, so that none waits for another; whoever is asked reads
all rows. The row of a process that died goes on with the one that takes its place: a count never
falls. Nothing of it is on the disk, and it ends with the server.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import weakref

PID, STARTS, HEAD = 0, 1, 2  # cells of a row before those that are counted


class Tally:
    """Rows of cells, float64: counts are exact up to 2**53. Made before processes are forked.

    Parameters
    ----------
    width
        Cells of a row.
    slots
        Rows: the most processes at once.
    """

    def __init__(self, width: int, slots: int) -> None:
        self.slots = slots
        self._width = HEAD + width
        self._cells = memoryview(mmap.mmap(-1, 8 * self._width * slots)).cast("d")
        with tempfile.TemporaryFile() as file:  # empty, without a name: only to be locked
            self._locks = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._locks)

    def claim(self) -> memoryview[float]:
        """Return the cells of this process, with whatever was counted there before.

        Where there are more processes than rows, nobody reads those of the last ones.
        """
        for slot in range(self.slots):
            try:
                # The lock is this process's alone, and ends with it, however that ends.
                fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
            except OSError:
                continue
            row = self._row(slot)
            row[PID], row[STARTS] = os.getpid(), row[STARTS] + 1
            return row[HEAD:]
        return memoryview(bytearray(8 * self._width)).cast("d")[HEAD:]

    def total(self, cell: int) -> float:
        """Return a cell, summed over all rows."""
        return sum(self._cells[HEAD + cell :: self._width])

    def living(self) -> dict[int, memoryview[float]]:
        """Return the rows of the processes that run, by slot."""
        return {
            slot: self._row(slot)[HEAD:]
            for slot in range(self.slots)
            if _runs(int(self._row(slot)[PID]))
        }

    @property
    def starts(self) -> int:
        """How many processes began to count here."""
        return int(sum(self._cells[STARTS :: self._width]))

    def _row(self, slot: int) -> memoryview[float]:
        return self._cells[slot * self._width : (slot + 1) * self._width]


def _runs(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
