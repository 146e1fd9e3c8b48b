"""`beholder serve`: one parent that opens the bundle, and worker processes that answer.

The parent imports everything and opens the bundle before it forks, so that the workers share
its memory and start at once. What may not be shared by processes (database connections,
threads) each worker opens itself.
"""

from __future__ import annotations

import gc
import http.client
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from beholder.bundle.opened import open_bundle
from beholder.bundle.parts import Parts
from beholder.bundle.promote import current
from beholder.engine.opening import rules_of
from beholder.errors import UsageError
from beholder.service.app import build, routes
from beholder.service.first_screen import lines
from beholder.service.keys import KeyFile
from beholder.service.lasting import LastWords, keep_serving
from beholder.service.lifeline import end_with
from beholder.service.meters import Meters
from beholder.service.origins import check_origin
from beholder.service.prefix import check_prefix
from beholder.service.reach import Reach
from beholder.service.schedule import Schedule
from beholder.service.trainer import Trainer
from beholder.service.trainings import forget
from beholder.service.visitor import secret_of
from beholder.store import Store, server_lock
from beholder.workspace import Workspace

HEADER_SECONDS = 5  # a half-sent header is not waited for longer
HEADER_BUFFER = 65_536  # bytes; the application refuses more than 16 KiB with words
BACKLOG = 4096
CONNECTIONS = 8_192  # at once, each at most HEADER_SECONDS without a request
FILES = 512  # descriptors for everything else
GRACE = 10  # seconds that requests have to end when the server stops
ALLOCATED = 10_000  # objects between looks for garbage: Python's 700 are those of a few answers


@dataclass
class Plan:
    """How each worker makes its application; called in the worker."""

    workspace: Workspace
    reach: Reach
    log: bool
    parent: int
    words: LastWords | None
    meters: Meters | None
    loaded: tuple[str, Parts] | None = field(default=None, repr=False)

    def __call__(self) -> Any:
        """Return the ASGI application of this process."""
        end_with(self.parent)
        words = self.words
        return build(
            self.workspace,
            self.loaded,
            self.meters,
            reach=self.reach,
            log=self.log,
            failed=None if words is None else words.say,
        )

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what only a fork shares, where processes are spawned: each opens it itself."""
        return {**self.__dict__, "loaded": None, "words": None, "meters": None}


def serve(
    workspace: Workspace,
    reach: Reach,
    port: int,
    workers: int,
    *,
    schedule: Schedule | None = None,
    log: bool = False,
    say: Callable[[str], None] = print,
    whisper: Callable[[str], None] = print,
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Parameters
    ----------
    schedule
        When to train; None: never.
    reach
        Where to listen, and who is believed what.
    say
        Is told the address, and who can do what, once the server answers.
    whisper
        Is told the operator key, at the first start, when workers died, and how trainings ended.

    Raises
    ------
    UsageError
        If the port is in use, the address is not loopback and there is no key, or no TLS, or a
        setting has a value that cannot be served.
    StoreError
        If another server serves this workspace.
    BundleError
        If there is nothing to serve.
    BeholderError
        If its workers die before they answer.
    """
    host = reach.host
    reach.check()
    for origin in workspace.settings.serve.cors_origins:
        check_origin(origin, "serve.cors_origins")
    check_prefix(workspace.settings.serve.root_path, (route for _, route in routes()))
    with server_lock(workspace):
        _check_key(workspace, reach.loopback)
        port = _free_port(host, port)
        name = current(workspace)
        rules_of(workspace)  # a broken rule ends this process, not one worker after another
        words, answered = LastWords(), threading.Event()
        meters = Meters(routes(), 2 * workers)  # twice: one may begin before another has ended
        loaded = open_bundle(workspace, name)
        plan = Plan(workspace, reach, log, os.getpid(), words, meters, loaded)
        Store.open(workspace).close()  # brings the tables forward, before several would
        secret_of(workspace.secrets)
        _first_key(workspace, whisper)
        gc.collect()
        gc.freeze()  # else the first collection of each worker would copy what they share
        gc.set_threshold(ALLOCATED)
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        address += workspace.settings.serve.root_path

        def ready() -> None:
            if not answered.is_set():
                say("\n  ".join((f"{address} is ready", *_who(workspace, reach))))
            answered.set()

        def start() -> None:
            server = _granian(host, port, workers)
            server.on_startup(lambda: _announce(host, port, ready))
            server.serve(target_loader=plan, wrap_loader=False)

        with _training(workspace, schedule, meters, whisper):
            keep_serving(start, answered.is_set, words, whisper)


@contextmanager
def _training(
    workspace: Workspace, schedule: Schedule | None, meters: Meters, say: Callable[[str], None]
) -> Iterator[None]:
    """Train as scheduled until the block ends."""
    if schedule is None:
        forget(workspace)  # of a server before this one
        yield
        return
    trainer = Trainer(workspace, schedule, meters, say)
    trainer.start()
    try:
        yield
    finally:
        trainer.stop()


def _granian(host: str, port: int, workers: int) -> Any:
    return Granian(
        "beholder",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        backlog=BACKLOG,
        backpressure=_connections(),
        loop=Loops.asyncio,
        websockets=False,
        http=HTTPModes.http1,  # HTTP/2 belongs to the proxy: its streams end at no idle bound
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_BUFFER
        ),
        log_enabled=False,
        log_level=LogLevels.critical,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
    )


def _connections() -> int:
    """Return how many connections a worker may hold, and allow this process as many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = CONNECTIONS + FILES if hard == resource.RLIM_INFINITY else hard
    if soft < min(most, CONNECTIONS + FILES):
        soft = min(most, CONNECTIONS + FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(256, min(CONNECTIONS, soft - FILES))


def _check_key(workspace: Workspace, loopback: bool) -> None:
    if not loopback and not _has_key(workspace):
        raise UsageError(
            "away from loopback every caller needs a key, and there is none",
            remedy=f"run `beholder key add {workspace.root} --scope operator`",
        )


def _first_key(workspace: Workspace, whisper: Callable[[str], None]) -> None:
    """Make an operator key at the first start; the last step, since it is told only once."""
    if not _has_key(workspace):
        _, token = KeyFile(workspace.secrets).add("first start", ["operator"])
        whisper(f"operator key, shown only this once: {token}")


def _who(workspace: Workspace, reach: Reach) -> list[str]:
    tools = workspace.settings.serve.cors_origins
    return lines(reach, KeyFile(workspace.secrets).all(), tools)


def _has_key(workspace: Workspace) -> bool:
    return any(key.scopes for key in KeyFile(workspace.secrets).all())


def _free_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0; the workers then listen on it together.

    They share it by SO_REUSEPORT, which any process of this user may join: so it is first
    asked for alone.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        reason = "is in use" if error.errno == 98 else f"cannot be listened on: {error.strerror}"
        raise UsageError(
            f"port {port} of {host} {reason}", remedy="choose another one with --port"
        ) from error


def _announce(host: str, port: int, say: Callable[[], None]) -> None:
    """Say that the server is ready as soon as it answers."""

    def ask() -> None:
        while True:
            try:
                connection = http.client.HTTPConnection(_reachable(host), port, timeout=1)
                try:
                    connection.request("GET", "/health/live")
                    if connection.getresponse().status == 200:
                        say()
                        return
                finally:
                    connection.close()
            except OSError:
                time.sleep(0.02)

    threading.Thread(target=ask, name="beholder-announce", daemon=True).start()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
