"""The folder beside a file of recommendations: what a run that was stopped has done, to go on with.

It holds a manifest, by which it is known as ours, and two files for each part: its rows, and what
became of its people. Whatever else stands under its name is left alone.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from beholder.durable import beside, left_aside, write_file
from beholder.errors import UsageError


class Manifest(msgspec.Struct):
    """What a folder of parts is of; parts of anything else are made anew.

    Attributes
    ----------
    people
        `store`, or the SHA-256 of the list of users.
    highest
        The largest number of a person when the work began: who came later is for the next time.
    size
        People in one part.
    upto
        The largest number of a person of the store when the work began.
    shown
        Of the catalogue and the settings: what was made before they changed is not used after it.
    """

    bundle: str
    k: int
    people: str
    suffix: str
    highest: int
    size: int
    upto: int
    shown: str
    made_by: Literal["beholder recommend --all"] = "beholder recommend --all"


class Report(msgspec.Struct):
    """What became of everybody.

    Attributes
    ----------
    without_history, profiling_off
        People who are not in the file: nothing is known of them, or nothing may be used.
    refused
        Lines of the list of users that are no ids.
    left_out
        Rows that were made, and left out in the end: their people refuse since, or are erased.
    shards, kept
        Parts of the work, and those that an earlier run had done.
    """

    people: int = 0
    without_history: int = 0
    profiling_off: int = 0
    refused: int = 0
    left_out: int = 0
    shards: int = 0
    kept: int = 0

    def plus(self, other: Report) -> Report:
        """Return both together."""
        mine, others = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return Report(*(a + b for a, b in zip(mine, others, strict=True)))


class Made(msgspec.Struct):
    """What became of the people of one part, and whose its rows are, by their row numbers."""

    report: Report
    persons: list[int]


class Part(NamedTuple):
    """The two files of a part; the second is written last."""

    rows: Path
    about: Path

    def made(self) -> Made | None:
        """Return what an earlier run made; None: nothing that is whole."""
        with suppress(FileNotFoundError, msgspec.DecodeError):
            made = msgspec.json.decode(self.about.read_bytes(), type=Made)
            return made if self.rows.exists() else None
        return None

    def keep(self, rows: bytes, made: Made) -> None:
        """Write both, for nobody else to read."""
        write_file(self.rows, rows, mode=0o600)
        write_file(self.about, msgspec.json.encode(made), mode=0o600)


class Parts:
    """The folder of parts of a file."""

    def __init__(self, out: Path) -> None:
        self.folder = out.with_name(f"{out.name}.beholder-parts")
        self.manifest = self.folder / "manifest.json"
        self.leaving = out.with_name(f"{beside(out)}parts.part")
        self.suffix = out.suffix

    def begin(self, asked: Manifest) -> Manifest:
        """Make the folder, or go on with it; what it holds of another question is thrown away.

        Raises
        ------
        UsageError
            If there is something that no run of ours has left.
        """
        begun = self._begun()
        if begun is not None and asked.upto >= begun.upto:  # else it is of a later store
            same = msgspec.structs.replace(asked, highest=begun.highest, upto=begun.upto)
            if begun == same:
                return begun
        if self.folder.exists():
            self.remove()
        self.folder.mkdir(mode=0o700)
        write_file(self.manifest, msgspec.json.encode(asked), mode=0o600)
        return asked

    def part(self, number: int) -> Part:
        """Return where a part is, or will be."""
        rows = self.folder / f"{number:06d}{self.suffix}"
        return Part(rows, rows.with_suffix(".json"))

    def remove(self) -> None:
        """Take the folder away; what a kill leaves of it is swept with what was written aside."""
        shutil.rmtree(self.folder.rename(self.leaving))

    def _begun(self) -> Manifest | None:
        """Return what an earlier run left; None: nothing, or not so much as a manifest."""
        if not self.folder.is_symlink():
            if not self.folder.exists():
                return None
            if self.folder.is_dir():
                with suppress(FileNotFoundError, msgspec.DecodeError):
                    return msgspec.json.decode(self.manifest.read_bytes(), type=Manifest)
                if set(self.folder.iterdir()) <= set(left_aside(self.manifest)):
                    return None  # killed at its very beginning
        raise UsageError(
            f"{self.folder} is in the way: parts of the work go there, and this is none of ours",
            remedy="move it away, or name another file",
            field="out",
        )
