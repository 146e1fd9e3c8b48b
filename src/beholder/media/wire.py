"""How the server and its picture workers talk: one length, one MessagePack value, no pickle.

A worker reads hostile files; if one ever takes it over, what it sends back must not be able
to run code in the server.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Any

import msgspec

LONGEST = 256 * 2**20  # a frame above this is not read


class Hello(msgspec.Struct):
    """The first frame to a worker: what it will do, and how much memory it may add."""

    task: str
    options: dict[str, Any]
    memory: int


class Question(msgspec.Struct):
    """One piece of work."""

    data: bytes
    options: dict[str, Any]


class Answer(msgspec.Struct):
    """What came of it: a result, or the code and words of a refusal."""

    result: dict[str, Any] | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""


BUG = "bug"
"""The code of an answer whose message is the trace of an unexpected error."""


class GoneError(Exception):
    """The other side closed the connection, or sent what is no frame."""


def send(sock: socket.socket, value: msgspec.Struct, deadline: float | None = None) -> None:
    """Send one frame.

    Raises
    ------
    GoneError
        If the other side is gone.
    TimeoutError
        If it did not take the frame by `deadline` (of `time.monotonic`).
    """
    body = msgspec.msgpack.encode(value)
    _limit(sock, deadline)
    try:
        sock.sendall(struct.pack("<I", len(body)) + body)
    except TimeoutError:
        raise
    except OSError as error:
        raise GoneError(str(error)) from error


def receive(sock: socket.socket, deadline: float | None = None) -> bytearray:
    """Return the body of the next frame; raises as `send` does."""
    (length,) = struct.unpack("<I", _exactly(sock, 4, deadline))
    if length > LONGEST:
        raise GoneError(f"a frame of {length} bytes")
    return _exactly(sock, length, deadline)


def _exactly(sock: socket.socket, count: int, deadline: float | None) -> bytearray:
    body = bytearray(count)
    view = memoryview(body)
    while view:
        _limit(sock, deadline)
        try:
            got = sock.recv_into(view)
        except TimeoutError:
            raise
        except OSError as error:
            raise GoneError(str(error)) from error
        if got == 0:
            raise GoneError("the connection ended")
        view = view[got:]
    return body


def _limit(sock: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        sock.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)
