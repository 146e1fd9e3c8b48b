"""Clients that post events to a server, and know when each was acknowledged."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kept import Event
from live_server import PATIENCE, Server

POSTERS = 8
BEGAN = 1_700_000_000_000  # the moment of the first event of each


class Poster(threading.Thread):
    """Posts one event after the other over a connection of its own, until the server is gone.

    Attributes
    ----------
    heard
        Moment (monotonic, taken after the reading) and event of every answer 2xx.
    """

    def __init__(self, address: tuple[str, int], user: str) -> None:
        super().__init__()
        self.address, self.user = address, user
        self.heard: list[tuple[float, Event]] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        for number in itertools.count(BEGAN):
            event = {
                "user": self.user,
                "item": "item-0001",
                "kind": "view",
                "time": number,
                "event_id": f"{self.user}-{number}",
            }
            try:
                status = post(connection, event)
            except (OSError, http.client.HTTPException):
                connection.close()
                return
            if status // 100 == 2:
                self.heard.append((time.monotonic(), (self.user, number)))


def post(connection: http.client.HTTPConnection, event: dict[str, object]) -> int:
    headers = {"content-type": "application/json"}
    connection.request("POST", "/v1/interactions", json.dumps(event), headers)
    with connection.getresponse() as answer:
        answer.read()
        return answer.status


class Crowd:
    """Several posters at once."""

    def __init__(self, server: Server, name: str) -> None:
        self.posters = [Poster(server.address, f"{name}-{n}") for n in range(POSTERS)]

    @property
    def heard(self) -> list[tuple[float, Event]]:
        return [each for poster in self.posters for each in poster.heard]

    def wait_for(self, n: int) -> None:
        """Return once `n` events were acknowledged."""
        deadline = time.monotonic() + PATIENCE
        while len(self.heard) < n:
            assert any(poster.is_alive() for poster in self.posters), "the server is gone"
            assert time.monotonic() < deadline, f"{len(self.heard)} of {n} acknowledged"
            time.sleep(0.005)


@contextmanager
def crowd(server: Server, name: str) -> Iterator[Crowd]:
    """Post from many sides; the server must be gone when the block ends."""
    made = Crowd(server, name)
    for poster in made.posters:
        poster.start()
    yield made
    for poster in made.posters:
        poster.join()
