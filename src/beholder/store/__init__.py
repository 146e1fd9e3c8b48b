"""Items, events and people in SQL, on SQLite or PostgreSQL."""

from beholder.store.locks import server_lock
from beholder.store.records import (
    PURPOSES,
    Counts,
    ItemRecord,
    Outcome,
    Purpose,
    Purposes,
    Receipt,
    Snapshot,
    TrainingEvents,
    Who,
)
from beholder.store.store import Store
from beholder.store.writer import GroupWriter

__all__ = [
    "PURPOSES",
    "Counts",
    "GroupWriter",
    "ItemRecord",
    "Outcome",
    "Purpose",
    "Purposes",
    "Receipt",
    "Snapshot",
    "Store",
    "TrainingEvents",
    "Who",
    "server_lock",
]
