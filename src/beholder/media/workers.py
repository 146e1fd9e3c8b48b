"""A few processes that read hostile files, so that a crash, a hang or a bomb costs one picture.

Each worker does one thing at a time, within a time and memory limit. One that crashed or hung
is killed and replaced, and the picture fails; a picture that ended three workers is not tried
again. Threads may share a pool.
"""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from typing import Any, NoReturn

import msgspec

from beholder.errors import BeholderError, MediaCrashError, OverloadedError, walk
from beholder.media.wire import BUG, Answer, GoneError, Hello, Question, receive, send

DEATHS = 3  # of workers, by one picture, before it is not tried again
REMEMBERED = 10_000  # pictures whose deaths are counted
START_SECONDS = 60.0
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Workers:
    """A pool of worker processes, started when they are first needed.

    Parameters
    ----------
    task
        "module:function"; called in each worker with `options`, it returns the function that
        does the work: bytes and options in, a dictionary of plain values out.
    count
        How many processes at most.
    seconds
        What one picture may take before its worker is killed.
    memory
        Bytes that a worker may use on top of what it has when it is ready.
    """

    def __init__(
        self, task: str, options: dict[str, Any], *, count: int, seconds: float, memory: int
    ) -> None:
        self.hello = Hello(task, options, memory)
        self.count = count
        self.seconds = seconds
        self._slots: queue.LifoQueue[Worker | None] = queue.LifoQueue()  # None: to be started
        for _ in range(count):
            self._slots.put(None)
        self._deaths: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self,
        key: str,
        data: bytes,
        options: dict[str, Any] | None = None,
        *,
        wait: float | None = None,
    ) -> dict[str, Any]:
        """Return what the task makes of `data`.

        Parameters
        ----------
        key
            Names the picture, to count the workers it ended.
        wait
            Seconds to wait for a free worker; None: as long as it takes.

        Raises
        ------
        MediaError
            As the task refused it; MediaCrashError if a worker was lost over it.
        OverloadedError
            If no worker became free in time.
        """
        if self.deaths(key) >= DEATHS:
            raise MediaCrashError(
                f"this picture ended {DEATHS} workers and is not tried again",
                remedy="export it again from another program",
            )
        worker = self._take(wait)
        try:
            answer = worker.ask(Question(data, options or {}), self.seconds)
        except (GoneError, TimeoutError) as error:
            worker.kill()
            self._slots.put(None)
            self._count(key)
            raise MediaCrashError(
                f"a worker was lost over this picture: it {worker.fate(error, self.seconds)}",
                remedy="export the picture again, or raise media.seconds or media.memory",
            ) from error
        except BaseException:  # Ctrl-C in the middle: the answer would come to the next question
            worker.kill()
            self._slots.put(None)
            raise
        self._slots.put(worker)
        if answer.result is None:
            _raise(answer)
        return answer.result

    def deaths(self, key: str) -> int:
        """Return how many workers this picture has ended."""
        with self._lock:
            return self._deaths.get(key, 0)

    def close(self) -> None:
        """End all workers, after what they are doing. Can be called again."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self.count):
            worker = self._slots.get()
            if worker is not None:
                worker.close()
        for _ in range(self.count):
            self._slots.put(None)

    def _take(self, wait: float | None) -> Worker:
        try:
            worker = self._slots.get(timeout=wait)
        except queue.Empty as error:
            raise OverloadedError(
                "all picture workers are busy", remedy="send the picture again later"
            ) from error
        if worker is not None and not worker.alive():  # it died while nobody was looking
            worker.kill()
            worker = None
        if worker is not None:
            return worker
        try:
            if self._closed:
                raise RuntimeError("the picture workers are closed")
            return Worker(self.hello)
        except BaseException:
            self._slots.put(None)
            raise

    def _count(self, key: str) -> None:
        with self._lock:
            self._deaths[key] = self._deaths.pop(key, 0) + 1
            if len(self._deaths) > REMEMBERED:
                self._deaths.popitem(last=False)


class Worker:
    """One process and the socket to it."""

    def __init__(self, hello: Hello) -> None:
        ours, theirs = socket.socketpair()
        self.sock = ours
        with theirs, tempfile.TemporaryFile() as words:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", f"{__package__}.worker_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(sys.path)},
                process_group=0,  # Ctrl-C is for the main process, which ends the workers
            )
            theirs.close()
            try:
                self._greet(hello)
            except BaseException as error:
                self.kill()
                if isinstance(error, GoneError | TimeoutError):
                    words.seek(0)
                    said = words.read().decode(errors="replace")[-2000:]
                    raise RuntimeError(f"a picture worker did not start: {said}") from error
                raise

    def _greet(self, hello: Hello) -> None:
        deadline = time.monotonic() + START_SECONDS
        send(self.sock, hello, deadline)
        answer = msgspec.msgpack.decode(receive(self.sock, deadline), type=Answer)
        if answer.result is None:
            _raise(answer)

    def ask(self, question: Question, seconds: float) -> Answer:
        """Send a question and wait for its answer, both within `seconds`."""
        deadline = time.monotonic() + seconds
        send(self.sock, question, deadline)
        body = receive(self.sock, deadline)
        try:
            return msgspec.msgpack.decode(body, type=Answer)
        except msgspec.DecodeError as error:
            raise GoneError("it sent what is no answer") from error

    def alive(self) -> bool:
        """Return whether the process still runs."""
        return self.process.poll() is None

    def fate(self, error: Exception, seconds: float) -> str:
        """Return in words why an answer did not come; call after `kill`."""
        if isinstance(error, TimeoutError):
            return f"took longer than {seconds:g} s"
        return f"crashed ({error}, exit status {self.process.returncode})"

    def kill(self) -> None:
        """End the process at once."""
        if not isinstance(self.process.poll(), int):
            try:
                self.process.wait(0.05)  # it may be on its way out: keep its own exit status
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.sock.close()

    def close(self) -> None:
        """Let the process end by itself, and kill it if it does not."""
        self.sock.close()
        try:
            self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _raise(answer: Answer) -> NoReturn:
    if answer.code == BUG:
        raise RuntimeError(f"a picture worker failed:\n{answer.message}")
    kinds = {kind.code: kind for kind in walk()}
    raise kinds.get(answer.code, BeholderError)(answer.message, remedy=answer.remedy)
