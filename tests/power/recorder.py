"""A process that records events through the group writer and says which are acknowledged.

    python recorder.py DIR THREADS [early] [synchronous=OFF|NORMAL]

Each acknowledged event is one line `user time` on standard output, written as one piece and
after the commit. With `early` it is written before the commit: the control that must lose.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from pathlib import Path

from beholder.behaviour.event import Event
from beholder.store import GroupWriter, ItemRecord, Store
from beholder.workspace import Workspace


def main(root: Path, n_threads: int, early: bool, synchronous: str) -> None:
    with Store.open(Workspace.open(root)) as store:
        if synchronous:
            database = store.database
            database.close()
            database.pragmas = (*database.pragmas, f"PRAGMA synchronous={synchronous}")
        # Small enough that checkpoints, the other thing that writes, happen in every run.
        store.database.pragmas += ("PRAGMA wal_autocheckpoint=64",)
        store.put_items([ItemRecord("a", "A")])
        with GroupWriter(store) as writer:
            threads = [
                threading.Thread(target=pour, args=(writer, f"{os.getpid()}-{n}", early))
                for n in range(n_threads)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()


def pour(writer: GroupWriter, user: str, early: bool) -> None:
    for time in itertools.count():
        acknowledgement = f"{user} {time}\n".encode()
        future = writer.submit([Event("a", "click", user=user, time=time)])
        if early:
            os.write(1, acknowledgement)
        assert future.result()[0].status == "stored"
        if not early:
            os.write(1, acknowledgement)


if __name__ == "__main__":
    given = sys.argv[3:]
    mode = next((text.partition("=")[2] for text in given if "=" in text), "")
    main(Path(sys.argv[1]), int(sys.argv[2]), "early" in given, mode)
