"""Processes forked from one that has imported the program: the second that importing takes, once.

Each is what a new interpreter would be: a child of whoever asked for it, with an environment,
files, a group, signals and an exit status of its own. What is about starting and importing itself
takes a new interpreter (`subprocess`). This file, run, is the process that is forked from.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

# The first is what `python -m` would import first: it is asked whether Ctrl-C ends with words.
PRELOADED = ("beholder.cli", "beholder.service.server", "beholder.training.train")
LONGEST = 1 << 17  # bytes of a request: words and environment
ADOPTING = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
PATIENCE = 60  # seconds that a command may take
ASKING = threading.Lock()


class Forked(subprocess.Popen):  # type: ignore[type-arg]
    """`subprocess.Popen` of `[sys.executable, "-m", module, ...]`, `-c` or a script."""

    def _execute_child(
        self, args: Sequence[str], executable: Any, preexec_fn: Any, close_fds: bool,
        pass_fds: Any, cwd: Any, env: Any, startupinfo: Any, creationflags: int, shell: bool,
        p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int, errread: int, errwrite: int,
        restore_signals: bool, gid: Any, gids: Any, uid: Any, umask: int,
        start_new_session: bool, process_group: int,
    ) -> None:  # fmt: skip
        assert args[0] == sys.executable
        assert (preexec_fn, pass_fds, shell) == (None, (), False), "take a new interpreter"
        asked = {
            "words": [os.fspath(word) for word in args[1:]],
            "cwd": os.fspath(cwd or os.getcwd()),
            "env": dict(os.environ if env is None else env),
            "session": start_new_session,
        }
        theirs = [p2cread, c2pwrite, errwrite]
        files = [fd if fd >= 0 else own for own, fd in enumerate(theirs)]
        try:
            self.pid = _ask(json.dumps(asked).encode(), files)
            self._child_created = True
        finally:
            self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)


def run(words: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
    """Run to the end, as `subprocess.run(words, capture_output=True, text=True)` does."""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
    with Forked(words, **how) as process:
        try:
            said, errors = process.communicate(timeout=PATIENCE)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(words, process.returncode, said, errors)


def _ask(request: bytes, files: list[int]) -> int:
    """Return the process forked for a request: a child of this one, which adopts it."""
    with ASKING:
        sock, adopt = _forking(), ctypes.CDLL(None).prctl
        adopt(ADOPTING, 1)
        try:
            socket.send_fds(sock, [request], files)
            answer = sock.recv(LONGEST)
            assert answer, "the process that is forked from has ended"
            return int(answer)
        finally:
            adopt(ADOPTING, 0)


@cache
def _forking() -> socket.socket:
    """Return the socket to the process that is forked from; it ends with this one."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        words = [sys.executable, __file__, str(theirs.fileno())]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        process = subprocess.Popen(words, pass_fds=[theirs.fileno()], **quiet)  # type: ignore[call-overload]
    atexit.register(lambda: (ours.close(), process.wait()))
    return ours


def _answer(sock: socket.socket) -> list[str]:
    """Fork for each request; return, in a fork, the words of its command line."""
    while True:
        request, files, *_ = socket.recv_fds(sock, LONGEST, 3)
        if not request:
            os._exit(0)
        child = _fork()
        if not child:
            break
        sock.send(str(child).encode())
        for fd in files:
            os.close(fd)
    sock.close()
    asked = json.loads(request)
    for own, fd in enumerate(files):
        os.dup2(fd, own)
        os.close(fd)
    if asked["session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    os.chdir(asked["cwd"])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    words: list[str] = asked["words"]
    return words


def _fork() -> int:
    """Fork a process that loses its parent at once: whoever adopts is the next."""
    reading, writing = os.pipe()
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        child = int(os.read(reading, 20))
    else:
        between = os.getpid()
        child = os.fork()
        if child:
            os.write(writing, str(child).encode())
            os._exit(0)
        while os.getppid() == between:
            time.sleep(0.001)
    os.close(reading)
    os.close(writing)
    return child


def _become(words: list[str]) -> None:
    """Do what Python does with these words."""
    if words[0] == "-m":
        sys.path[0], sys.argv = os.getcwd(), words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "-c":
        sys.path[0], sys.argv = "", ["-c", *words[2:]]
        exec(words[1], {"__name__": "__main__"})
    else:
        sys.path[0], sys.argv = os.path.dirname(words[0]), words
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    connection = socket.socket(fileno=int(sys.argv[1]))
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    sys.argv = ["-m"]
    for name in PRELOADED:
        importlib.import_module(name)
    assert threading.active_count() == 1
    gc.freeze()  # else the first collection of each fork would copy what they share
    _become(_answer(connection))
