"""A disk that remembers the order of what it was told: each write and each flush goes to a log.

    python block_log.py IMAGE LOG PLACE

The file PLACE becomes a view of IMAGE until it is unmounted. A loop device over it turns the
writes and flushes of a file system into writes and syncs of that file, and these come here, by
the protocol of FUSE, spoken directly: the root of the mount is the file itself, so that a dozen
requests are all there is. "ready" is printed once it is mounted.

A record of the log is `<cQI`: `W` or `F`, offset, length; then the bytes. It is in the log
before the kernel hears that the request is done.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass

RECORD = struct.Struct("<cQI")
HEADER = struct.Struct("<IIQQIIIHH")  # length, opcode, unique, node, uid, gid, pid, 2 unused
REPLY = struct.Struct("<IiQ")  # length, error, unique
PLACE = struct.Struct("<QQI")  # handle, offset, size: how READ and WRITE begin
BODY = 40  # bytes of WRITE before its data
MAX_WRITE = 128 * 1024
GETATTR, OPEN, READ, WRITE, RELEASE, FSYNC, FLUSH, INIT = 3, 14, 15, 16, 18, 20, 25, 26
UNANSWERED = (2, 36, 42)  # FORGET, INTERRUPT, BATCH_FORGET
MODE = stat.S_IFREG | 0o600


@dataclass(frozen=True)
class Write:
    """`data` was written at `offset`."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class Flush:
    """What was written before is on the medium."""


def read_log(log: bytes) -> Iterator[tuple[int, Write | Flush]]:
    """Yield what happened, and the size of the log right after it."""
    at = 0
    while at < len(log):
        kind, offset, length = RECORD.unpack_from(log, at)
        at += RECORD.size + length
        yield at, Write(offset, log[at - length : at]) if kind == b"W" else Flush()


class LoggedFile:
    """Answers the kernel's requests about one file."""

    def __init__(self, image: str, log: str) -> None:
        self.image = os.open(image, os.O_RDWR)
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.size = os.fstat(self.image).st_size

    def answer(self, opcode: int, body: memoryview) -> bytes:
        """Do what is asked.

        Raises
        ------
        OSError
            With the number that the kernel gets.
        """
        if opcode == INIT:
            # Version 7.31 and the sizes; zeros for all that is optional.
            return struct.pack("<IIIIHHII", 7, 31, MAX_WRITE, 0, 0, 0, MAX_WRITE, 1) + bytes(32)
        if opcode == GETATTR:
            times = (0,) * 6
            numbers = (MODE, 1, 0, 0, 0, 4096, 0)  # mode, links, uid, gid, device, block, flags
            valid = struct.pack("<QII", 3600, 0, 0)
            return valid + struct.pack("<6Q3I7I", 1, self.size, 0, *times, *numbers)
        if opcode == READ:
            _, offset, size = PLACE.unpack_from(body)
            return os.pread(self.image, size, offset)
        if opcode == WRITE:
            _, offset, size = PLACE.unpack_from(body)
            data = body[BODY : BODY + size]
            os.pwrite(self.image, data, offset)
            os.write(self.log, RECORD.pack(b"W", offset, size) + data)
            return struct.pack("<II", size, 0)
        if opcode == FSYNC:
            os.write(self.log, RECORD.pack(b"F", 0, 0))
            return b""
        if opcode == OPEN:
            return bytes(16)
        if opcode in (RELEASE, FLUSH):
            return b""
        raise OSError(errno.ENOSYS, "not needed by a loop device")


def mount(place: str) -> int:
    """Mount over a file and return the channel of its requests."""
    channel = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={channel},rootmode={MODE:o},user_id=0,group_id=0,max_read={MAX_WRITE}"
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(b"block_log", place.encode(), b"fuse", 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"cannot mount over {place}")
    return channel


def serve(file: LoggedFile, channel: int) -> None:
    """Answer until it is unmounted."""
    while True:
        try:
            request = memoryview(os.read(channel, 2 * MAX_WRITE))
        except OSError as error:
            if error.errno == errno.ENODEV:
                return
            raise
        _, opcode, unique, *_ = HEADER.unpack_from(request)
        if opcode in UNANSWERED:
            continue
        try:
            said, failed = file.answer(opcode, request[HEADER.size :]), 0
        except OSError as error:
            said, failed = b"", error.errno or errno.EIO
        os.write(channel, REPLY.pack(REPLY.size + len(said), -failed, unique) + said)


def main(image: str, log: str, place: str) -> None:
    file = LoggedFile(image, log)
    channel = mount(place)
    print("ready", flush=True)
    serve(file, channel)


if __name__ == "__main__":
    main(*sys.argv[1:])
