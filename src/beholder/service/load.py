"""How much a process does at once. A request counts when its body is there; until then it is held.

So slow senders fill no place that others could use; what they have sent so far is bounded apart.
What people may always ask for, such as to be forgotten, is refused to nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from beholder.errors import OverloadedError
from beholder.service.queue import EVENTS, Queue, deadline

HELD = 4_096  # requests whose bodies are on their way
HELD_BYTES = 2**28  # of all of these bodies
READ = frozenset({"POST", "PUT", "PATCH"})  # of others the body is not looked at
SPARED = ("/health/", "/v1/users/")  # health, export, erasure and opting out
Receive = Callable[[], Awaitable[Any]]


class Load:
    """What one process is doing.

    Parameters
    ----------
    most
        Requests at work at once.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.at_work = self.held = self.held_bytes = 0


class Turn:
    """One request: held while its body comes, at work from then to its end.

    Parameters
    ----------
    queue
        What waits in this process.
    scope, receive
        Of the server (ASGI).
    headers
        Of the scope.

    Raises
    ------
    OverloadedError
        If too much is at work, or on its way, or waits.
    """

    def __init__(
        self,
        load: Load,
        queue: Queue,
        scope: Any,
        headers: dict[bytes, bytes],
        receive: Receive,
    ) -> None:
        self._load, self._queue, self._receive = load, queue, receive
        self._deadline = deadline(scope["method"], scope["path"])
        self._spared = scope["path"].startswith(SPARED)
        self._bytes = 0
        self._state = ""
        sent = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
        if self._spared:  # and its answer may be read slowly: it takes no place from others
            return
        if sent and scope["method"] in READ:
            self._hold()
        else:
            self._begin()

    async def receive(self) -> Any:
        """Receive the next part of the body; the last one begins the work."""
        message = await self._receive()
        if self._state == "held":
            self._count(len(message.get("body", b"")))
            if not message.get("more_body"):
                if self._deadline == EVENTS:
                    self._state = "waiting"  # the body counts until its events are on the disk
                else:
                    self.end()
                self._begin()
        return message

    def end(self) -> None:
        """Give the place back."""
        if self._state == "work":
            self._load.at_work -= 1
        elif self._state in ("held", "waiting"):
            self._load.held -= 1
            self._load.held_bytes -= self._bytes
        self._state = ""

    def _hold(self) -> None:
        if self._load.held >= HELD:
            raise _overloaded("bodies are on their way")
        self._load.held += 1
        self._state = "held"

    def _begin(self) -> None:
        self._queue.join()
        if self._queue.over(self._deadline):
            raise OverloadedError("too much waits here", remedy="send it again later")
        if self._deadline == EVENTS:  # their number is bounded by those who write them
            return
        if self._load.at_work >= self._load.most:
            raise _overloaded("requests are at work")
        self._load.at_work += 1
        self._state = "work"

    def _count(self, size: int) -> None:
        self._bytes += size
        self._load.held_bytes += size
        if self._load.held_bytes > HELD_BYTES:
            raise _overloaded("large bodies are on their way")


def _overloaded(what: str) -> OverloadedError:
    return OverloadedError(f"too many {what} at once", remedy="send it again later")
