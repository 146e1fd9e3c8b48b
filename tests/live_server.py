"""Runs `beholder serve` as people do, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

import httpx

from forked import Forked

COMMAND = (sys.executable, "-m", "beholder.cli.main")
SERVE = (*COMMAND, "serve")
PATIENCE = 60


class Server:
    """A server on a free port, ready when the block begins.

    Unless settings or words say otherwise, whoever asks from this machine may do so for anybody,
    and another address needs no TLS in front.

    Parameters
    ----------
    settings
        `{"serve.max_in_flight": "2"}`, by environment variables.
    program
        What is run instead of `beholder serve`, with the same arguments.
    start
        `subprocess.Popen` for a new interpreter.
    """

    def __init__(
        self,
        root: Path,
        *words: str,
        workers: int = 1,
        settings: dict[str, str] | None = None,
        program: tuple[str, ...] = SERVE,
        start: type[subprocess.Popen[str]] = Forked,
    ) -> None:
        arguments = [*program, str(root), "--port", "0", "--workers", str(workers), *words]
        meant = "serve.insecure_http" if "--host" in words else "serve.local_only_open"
        told = {meant: "true", **(settings or {})}
        names = {f"BEHOLDER_{name.replace('.', '_').upper()}": told[name] for name in told}
        self.root = root
        self.process = start(
            arguments,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **names},
        )
        self.errors: list[str] = []
        self._reader = threading.Thread(target=self._read_errors)
        self._reader.start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("http"):
            self.stop()
            raise RuntimeError(f"no server: {line} {self.errors}")
        self.url = line.split()[0]
        told = [line.rsplit(" ", 1)[1] for line in self.errors if "operator key" in line]
        self.key = told[0] if told else ""

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        url = httpx.URL(self.url)
        assert url.port is not None
        return url.host, url.port

    @property
    def operator(self) -> dict[str, str]:
        """The headers of an operator."""
        return {"authorization": f"Bearer {self.key}"}

    def workers(self) -> list[int]:
        """The processes that answer at this moment."""
        parent = self.process.pid
        try:
            found = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except FileNotFoundError:  # it has ended
            return []
        return [int(each) for each in found.split()]

    def client(self, **options: object) -> httpx.Client:
        """Return a client of this server."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE, **options)  # type: ignore[arg-type]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the server, all its processes with SIGKILL; return its exit status."""
        if self.process.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        self._reader.join()
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.append(line.rstrip("\n"))
