"""Tasks for worker processes that go wrong in every way; only tests name them."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from beholder.errors import MediaTypeError, UsageError
from beholder.media.pictures import decode
from beholder.settings import MediaSettings


def setup(options: dict[str, Any]) -> Callable[[bytes, dict[str, Any]], dict[str, Any]]:
    """Return a task that does what the data says."""
    if options.get("refuse"):
        raise UsageError("not with these options")

    def work(data: bytes, asked: dict[str, Any]) -> dict[str, Any]:
        word = data.decode()
        if word == "abort":
            os.abort()
        if word == "exit":
            os._exit(0)
        if word == "hang":
            time.sleep(60)
        if word == "gobble":
            return {"bytes": len(bytearray(asked["bytes"]))}
        if word == "refuse":
            raise MediaTypeError("no picture", remedy="send one")
        if word == "bug":
            raise ZeroDivisionError("one divided by none")
        if word == "babble":
            os.write(int(asked["descriptor"]), b"\x03\x00\x00\x00abc")
        if word == "network":
            socket.create_connection(("127.0.0.1", 9))
        if word == "write":
            Path(asked["path"]).write_bytes(b"x" * 10)
        return {"process": os.getpid(), "word": word, "threads": os.environ["OMP_NUM_THREADS"]}

    return work


def broken_setup(options: dict[str, Any]) -> None:
    """Fail in a way that nobody foresaw."""
    raise ZeroDivisionError("in the setup")


def mutations(options: dict[str, Any]) -> Callable[[bytes, dict[str, Any]], dict[str, Any]]:
    """Return a task that decodes a picture, so that a crash would cost this process."""

    def work(data: bytes, asked: dict[str, Any]) -> dict[str, Any]:
        picture = decode(data, MediaSettings(), asked["side"])
        return {"mode": picture.mode, "size": list(picture.size), "info": len(picture.info)}

    return work
