"""Pictures as they came, named by the SHA-256 of their bytes; the same picture is kept once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from beholder.durable import write_file


def path_of(media: Path, digest: str) -> Path:
    """Return where the picture of this hexadecimal SHA-256 lies (or would lie)."""
    return media / "originals" / digest[:2] / digest


def digest_of(data: bytes) -> str:
    """Return what the picture of these bytes is called."""
    return hashlib.sha256(data).hexdigest()


def keep(media: Path, data: bytes) -> str:
    """Store the bytes of one picture and return their hexadecimal SHA-256."""
    digest = digest_of(data)
    path = path_of(media, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data)
    return digest
