"""What an import is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from beholder.behaviour.kinds import CODES
from beholder.catalogue.mapping import (
    FIELDS,
    field_of,
    meant_by,
)
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.whole_file import Agree
from beholder.errors import DataError, UsageError
from beholder.store.ids import check_person


@dataclass(frozen=True)
class Request:
    """What to import.

    Attributes
    ----------
    maps
        Our names of columns to the files' names; an empty one forgets what was told before.
    kind
        What happened in an interactions file that does not say.
    words
        Kinds of the words that it has; see `kind_words.codes_of`.
    form
        Of text files.
    leaving
        Asked before much of the catalogue leaves it, where `items` has all of it; None: nothing
        does.
    user
        The person of all behaviour, where its file names none.
    keep_cancelled
        Whether purchases of orders that were cancelled count.
    vectors, ids
        Vectors computed elsewhere; `vectors_name` is what they are called here.
    """

    items: Path | None = None
    media: Path | None = None
    interactions: Path | None = None
    users: Path | None = None
    vectors: Path | None = None
    ids: Path | None = None
    vectors_name: str = "given"
    maps: dict[str, str] = field(default_factory=dict)
    kind: str | None = None
    words: dict[str, str] = field(default_factory=dict)
    form: Form = USUAL
    leaving: Agree | None = None
    user: str | None = None
    keep_cancelled: bool = False

    def tables(self) -> dict[str, Path]:
        """Return the files with rows, by what they hold, in the order of import."""
        named = {"items": self.items, "users": self.users, "interactions": self.interactions}
        return {what: path for what, path in named.items() if path is not None}


def check(request: Request) -> None:
    """Refuse a request that cannot be meant.

    Raises
    ------
    UsageError
        Saying what to write instead.
    """
    if not request.tables() and request.media is None and request.vectors is None:
        raise UsageError(
            "there is nothing to import", remedy="give --items, --media or --interactions"
        )
    if request.leaving is not None and request.items is None:
        raise UsageError("--full is of a file of items", remedy="add --items FILE")
    _check_user(request)
    if request.kind is not None and request.kind not in CODES:
        raise UsageError(f"there is no kind {request.kind!r}", remedy="one of " + ", ".join(CODES))
    if request.ids is not None and request.vectors is None:
        raise UsageError("--ids names the rows of vectors", remedy="add --vectors FILE")
    for name in request.maps:
        if not any(field_of(what, name) for what in FIELDS):
            raise UsageError(
                f"--map {name}=...: there is no field {name}",
                remedy=f"did you mean {meant_by(name)}?",
            )


def _check_user(request: Request) -> None:
    if request.user is None:
        return
    if request.interactions is None:
        raise UsageError("--user is of a file of behaviour", remedy="add --interactions FILE")
    if request.maps.get("user") or request.maps.get("session"):
        raise UsageError(
            "--user says that the file is of one person, and --map that a column names them",
            remedy="say one of both",
        )
    try:
        check_person(request.user, "--user")
    except DataError as error:
        raise UsageError(error.message, remedy="--user me") from error
