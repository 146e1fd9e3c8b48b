"""What a backup says that it is: the first thing that is read of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from beholder.backup.container import AGAIN
from beholder.errors import BackupError
from beholder.store.migrate import HEADS

FORMAT = 1
Kind = Literal["workspace", "keys"]
NEWER = "use the newer program that wrote it"


class Manifest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a backup is.

    Attributes
    ----------
    id
        Random; the file of keys that was written with a backup has the same.
    made
        Milliseconds since 1970: everything that was stored by then is in it.
    version
        Of the program that wrote it.
    schema
        The migration that its database stands at.
    holds
        Rows by table.
    """

    format: int
    kind: Kind
    id: str
    made: int
    version: str
    schema: str
    holds: dict[str, int]


class _Format(msgspec.Struct):
    format: int


def encode(manifest: Manifest) -> bytes:
    """Return a manifest as it is written."""
    return msgspec.json.format(msgspec.json.encode(manifest))


def read(data: bytes, kind: Kind) -> Manifest:
    """Return the manifest of a backup.

    Raises
    ------
    BackupError
        If it is of another version or kind, or cannot be read.
    """
    try:
        found = msgspec.json.decode(data, type=_Format).format
        if found != FORMAT:
            remedy = NEWER if found > FORMAT else AGAIN
            raise BackupError(f"the backup has format {found}, not {FORMAT}", remedy=remedy)
        made = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupError(f"the backup has no manifest: {error}", remedy=AGAIN) from error
    if made.kind != kind:
        raise BackupError(f"this is a backup of the {made.kind}, not of the {kind}", remedy=AGAIN)
    newest = HEADS["store" if kind == "workspace" else "keys"]
    if made.schema > newest:
        raise BackupError(
            f"the backup holds tables of version {made.schema}, this program knows {newest}",
            remedy=NEWER,
        )
    return made
