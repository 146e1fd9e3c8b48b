"""Whether a file is still the one that was looked at: it is read more than once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beholder.errors import BeholderError, DataError

Stamp = tuple[int, int, int] | None
"""Which file it is, how large, and when it was written last; None: there is none."""
CHANGED = (
    "warning: the file changed while it was read: import it again, once nothing writes it any more"
)


def stamp(path: Path) -> Stamp:
    """Return what changes when somebody else writes a file, or puts another in its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


@contextmanager
def of_file(path: Path, before: Stamp = None) -> Iterator[None]:
    """Say in an error, for programs, which file it is about.

    Parameters
    ----------
    before
        Of the file as it was looked at: where it is another by now, that is what is wrong.

    Raises
    ------
    DataError
        If reading fails, and the file is another by now.
    """
    try:
        yield
    except (LookupError, ValueError, FileNotFoundError) as error:
        if changed(path, before):
            raise _changed(path) from error
        if isinstance(error, BeholderError):
            error.of_file(path.name)
        raise
    except BeholderError as error:
        error.of_file(path.name)
        raise


def changed(path: Path, before: Stamp) -> bool:
    """Whether a file is another than before; None: nobody looked at it then."""
    return before is not None and stamp(path) != before


def _changed(path: Path) -> DataError:
    there = "changed" if path.exists() else "vanished"
    return DataError(
        f"{path.name} {there} while it was read",
        remedy="import it again, once nothing writes it any more",
    ).of_file(path.name)
