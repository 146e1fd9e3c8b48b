"""The receipts of erasures as a ledger: what a restored backup must not bring back.

It names people by a hash of their subject, the random number under which their rows stood. The
number itself is gone with the erasure; only a backup from before it has it still.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec

from beholder.durable import write_file
from beholder.errors import BackupError, UsageError
from beholder.store.records import Receipt

WHERE = "give the folder reports/erasures as it was last, or --no-erasures where nobody was erased"
NUMBER = re.compile(r"[0-9a-f]{32}", re.ASCII)


def hashed(subject: bytes) -> str:
    """Return what the ledger calls a subject: 64 hexadecimal digits."""
    return hashlib.sha256(b"beholder subject " + subject).hexdigest()


def keep(folder: Path, receipt: Receipt) -> None:
    """Write a receipt into a ledger, durably, instead of the one of the same number."""
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / f"{receipt.number}.json", msgspec.json.encode(receipt) + b"\n")


def read(place: Path) -> list[Receipt]:
    """Return the receipts of a ledger.

    Parameters
    ----------
    place
        A folder of receipts, or a file with one a line.

    Raises
    ------
    BackupError
        If one cannot be read: whoever it is about would come back.
    UsageError
        If there is no such place.
    """
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    found: list[Receipt] = []
    try:
        for file in files:
            lines = file.read_bytes().splitlines()
            found += [_receipt(line) for line in lines if line]
    except FileNotFoundError as error:
        raise UsageError(f"there is no ledger {str(place)!r}", remedy=WHERE) from error
    except ValueError as error:
        raise BackupError(
            f"{file.name} is no receipt of an erasure: {error}",
            remedy="fetch it again from where the ledger is kept",
        ) from error
    return found


def _receipt(line: bytes) -> Receipt:
    made = msgspec.json.decode(line, type=Receipt)
    if not NUMBER.fullmatch(made.number):
        raise ValueError("its number is none")
    return made
