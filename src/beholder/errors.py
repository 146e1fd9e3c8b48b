"""Every error a user can meet: its code, HTTP status, exit status and what to do about it.

BeholderError
├── UsageError              the call itself is wrong
│   ├── SettingsError       beholder.toml, BEHOLDER_* or a flag
│   ├── FilterError         a filter cannot be read, or does not fit the catalogue
│   └── UnknownRowError     no row of this name
├── WorkspaceError          the folder is not what a command needs
├── DataError               a file or a value was refused
│   ├── MediaError          a picture was refused
│   │   ├── MediaTypeError      its format
│   │   ├── MediaTooLargeError  its size
│   │   └── MediaCrashError     reading it crashed its worker
│   ├── VectorsError        vectors do not fit
│   ├── ShapeError          arrays disagree about their lengths
│   ├── BackupError         a backup is cut, changed, or not what it should be
│   └── TooLargeError       a request is over its limit
├── UnknownItemError        no such item in the bundle or catalogue
├── UnknownEventError       no such event in the store
├── UnknownAnswerError      no such answer of this person
├── ConflictError           the same event id with another body
├── ErasedError             its person was erased less than a day ago
├── BundleError             a bundle is broken, foreign or missing
│   └── UnknownBundleError  no bundle of this name
├── StoreError              the database does not answer
│   ├── OverloadedError     too much at once: try again later
│   ├── ManyEndError        much would be deleted at once: is the clock right?
│   └── TrainingBusyError   another training is at work
├── TooManyEventsError      more events than a visitor may send
├── DiskError               a file cannot be written: full, read-only, failing
├── AccessError             the caller may not do this
│   └── KeyNeededError      a key is missing or not known
└── MissingExtraError       an optional package is not installed
"""

from __future__ import annotations

from typing import ClassVar, Self


class BeholderError(Exception):
    """Base of all errors that Beholder raises on purpose.

    The message says what was found and what was wanted; ``remedy`` says what to do, ``field`` which
    argument or column is meant, and ``file`` the name of the file that is at fault, if one is.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field
        self.file = ""

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message

    def of_file(self, name: str) -> Self:
        """Return itself as of a file of this name, unless another is named already."""
        self.file = self.file or name
        return self

    def inside(self, place: str) -> Self:
        """Return itself as of a part of what was told, such as `events[1]`."""
        self.message = f"{place}: {self.message}"
        self.field = f"{place}.{self.field}" if self.field else place
        return self


class UsageError(BeholderError, ValueError):
    """The caller asked for something that cannot be meant."""

    code = "usage"
    status = 422
    exit_status = 2


class SettingsError(UsageError):
    """A setting is unknown or has a value outside of its range."""

    code = "settings"


class FilterError(UsageError):
    """A filter cannot be read, or does not fit the attributes of the catalogue.

    ``column`` is where in its text, from 1; 0 where no place is at fault.
    """

    code = "filter"

    def __init__(self, message: str, *, remedy: str = "", field: str = "", column: int = 0) -> None:
        super().__init__(message, remedy=remedy, field=field)
        self.column = column


class WorkspaceError(BeholderError):
    """The folder is not a workspace, or lacks what the command needs."""

    code = "workspace"
    status = 503


class DataError(BeholderError, ValueError):
    """A file or a value from outside was refused."""

    code = "data"
    status = 422


class MediaError(DataError):
    """A picture was refused: its format, size or content."""

    code = "media"


class MediaTypeError(MediaError):
    """The bytes are no picture of an allowed format."""

    code = "media-type"
    status = 415


class MediaTooLargeError(MediaError):
    """The picture is over a limit of bytes, pixels or side length."""

    code = "media-too-large"
    status = 413


class MediaCrashError(MediaError):
    """Reading the picture crashed its worker process, took too long, or too much memory."""

    code = "media-crash"


class VectorsError(DataError):
    """Vectors do not fit their ids, their encoder, or each other."""

    code = "vectors"


class ShapeError(DataError):
    """Arrays disagree about their lengths."""

    code = "shape"


class UnknownItemError(BeholderError, KeyError):
    """A request named an item that is not in the catalogue or bundle."""

    code = "unknown-item"
    status = 404

    __str__ = BeholderError.__str__


class UnknownEventError(BeholderError, KeyError):
    """A request named an event that is not stored."""

    code = "unknown-event"
    status = 404

    __str__ = BeholderError.__str__


class UnknownAnswerError(BeholderError, KeyError):
    """A request named an answer that was not given to this person, or is no longer kept."""

    code = "unknown-answer"
    status = 404

    __str__ = BeholderError.__str__


class ConflictError(BeholderError):
    """The same event id was sent before with another body."""

    code = "conflict"
    status = 409


class ErasedError(BeholderError):
    """The person of an event was erased less than a day ago: nothing is taken in."""

    code = "erased"
    status = 410


class BundleError(BeholderError):
    """A bundle is missing, cut, changed, foreign, or of another format."""

    code = "bundle"
    status = 503


class UnknownRowError(UsageError):
    """A request named a row that does not exist."""

    code = "unknown-row"
    status = 404


class UnknownBundleError(BundleError):
    """A request named a bundle that does not exist."""

    code = "unknown-bundle"
    status = 404


class StoreError(BeholderError):
    """The database could not take or give what was asked."""

    code = "store"
    status = 503


class OverloadedError(StoreError):
    """More work is waiting than the limits allow; sending it again later is safe."""

    code = "overloaded"


class TooManyEventsError(BeholderError):
    """A visitor sends more events than one may; sending them again later is safe."""

    code = "too-many-events"
    status = 429


class ManyEndError(StoreError):
    """Much of what is stored would end at once, as it would by a clock that is wrong."""

    code = "many-end"


class TrainingBusyError(StoreError):
    """Another training is at work in this workspace."""

    code = "training-busy"


class DiskError(BeholderError):
    """A file could not be written or read: the disk is full, read-only or failing."""

    code = "disk"
    status = 503


class AccessError(BeholderError, PermissionError):
    """The caller may not do this: its key lacks the scope, or it named somebody else."""

    code = "access"
    status = 403


class KeyNeededError(AccessError):
    """The caller has no key, or one that is not known (any more)."""

    code = "key-needed"
    status = 401


class BackupError(DataError):
    """A backup is cut, changed, of another version, or does not fit what it is to be used for."""

    code = "backup"


class TooLargeError(DataError):
    """A request body is over its limit."""

    code = "too-large"
    status = 413


class MissingExtraError(BeholderError, ImportError):
    """A feature needs an optional package; the message names the extra."""

    code = "missing-extra"
    status = 501


def walk(root: type[BeholderError] = BeholderError) -> list[type[BeholderError]]:
    """Return `root` and all errors below it, parents first."""
    found = [root]
    for child in root.__subclasses__():
        found += walk(child)
    return found
