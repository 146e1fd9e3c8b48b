"""The life of one worker process: get ready, give up what is not needed, answer questions.

Started by `beholder.media.workers` as `python -m beholder.media.worker_process FD`; ends when
the connection does, so that no worker outlives its server.
"""

from __future__ import annotations

import importlib
import resource
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from beholder.errors import BeholderError
from beholder.media.wire import BUG, Answer, GoneError, Hello, Question, receive, send

Work = Callable[[bytes, dict[str, Any]], dict[str, Any]]
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")


def main(descriptor: int) -> None:
    """Answer the questions that come through an open socket until it ends."""
    with socket.socket(fileno=descriptor) as sock:
        try:
            hello = msgspec.msgpack.decode(receive(sock), type=Hello)
            try:
                work = _task(hello.task)(hello.options)
            except BeholderError as error:
                send(sock, _refusal(error))
                return
            _limit(hello.memory)
            send(sock, Answer(result={}))
            while True:
                question = msgspec.msgpack.decode(receive(sock), type=Question)
                send(sock, _answer(work, question))
        except GoneError:
            return


def _task(name: str) -> Callable[[dict[str, Any]], Work]:
    module, function = name.split(":")
    setup: Callable[[dict[str, Any]], Work] = getattr(importlib.import_module(module), function)
    return setup


def _answer(work: Work, question: Question) -> Answer:
    try:
        return Answer(result=work(question.data, question.options))
    except BeholderError as error:
        return _refusal(error)
    except MemoryError:
        return Answer(
            code="media-too-large",
            message="the picture takes more memory than is allowed",
            remedy="make the picture smaller, or raise media.memory",
        )
    except Exception:
        return Answer(code=BUG, message=traceback.format_exc())


def _refusal(error: BeholderError) -> Answer:
    return Answer(code=error.code, message=error.message, remedy=error.remedy)


def _limit(memory: int) -> None:
    """Give up files, the network and further memory; what is loaded by now stays usable."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the picture
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # answers go through the socket alone
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        ceiling = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    sys.addaudithook(_refuse_outside)


def _refuse_outside(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"a picture worker may not use {event}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
