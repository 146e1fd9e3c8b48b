"""A fitted recommender on disk: the parts of a bundle, the ids, and checksums of both."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

import msgspec

import beholder
from beholder.bundle import manifest, parts
from beholder.durable import folder_aside
from beholder.errors import BundleError, UsageError

REMEDY = "fit and save it again"


class Saved(msgspec.Struct, forbid_unknown_fields=True):
    """What `manifest.json` says; of no workspace, so that it has no signature.

    Attributes
    ----------
    files
        SHA-256 in hexadecimal by path.
    """

    format: int
    version: str
    files: dict[str, str]


def save(contents: parts.Parts, ids: Sequence[Hashable], folder: Path) -> None:
    """Write parts and ids into a new folder; a power cut leaves none or a whole one."""
    odd = next((one for one in ids if type(one) not in (str, int)), None)
    if odd is not None:
        raise UsageError(
            f"an id of type {type(odd).__name__} cannot be saved: {odd!r}",
            remedy="fit with texts or whole numbers as ids",
        )
    if folder.exists():
        raise UsageError(f"{folder} exists already", remedy="name a new folder", field="folder")
    with folder_aside(folder.absolute()) as aside:
        parts.save(contents, aside)
        (aside / "ids.json").write_bytes(msgspec.json.encode(list(ids)))
        made = Saved(manifest.FORMAT, beholder.__version__, manifest.digests(aside))
        (aside / "manifest.json").write_bytes(msgspec.json.encode(made))


def check(folder: Path) -> list[str | int]:
    """Check every file of a folder, and return the ids by position."""
    try:
        kept = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Saved)
    except (OSError, msgspec.DecodeError) as error:
        raise BundleError(f"{folder} holds no saved recommender: {error}", remedy=REMEDY) from error
    if kept.format != manifest.FORMAT:
        raise BundleError(
            f"{folder} has format {kept.format}, this version reads {manifest.FORMAT}",
            remedy=REMEDY,
        )
    found = manifest.digests(folder)
    wrong = sorted({*found.items()} ^ {*kept.files.items()})
    if wrong:
        raise BundleError(f"{wrong[0][0]} of {folder} is missing, cut or changed", remedy=REMEDY)
    return msgspec.json.decode((folder / "ids.json").read_bytes(), type=list[str | int])
