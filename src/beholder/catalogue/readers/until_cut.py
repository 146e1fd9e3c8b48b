"""Files that are broken somewhere: what stands before the break, and then what broke them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from beholder.errors import DataError

T = TypeVar("T")


class UntilCut(Generic[T]):
    """Goes through what a reader gives, and ends where its file is broken.

    Attributes
    ----------
    error
        What ended the file; None: it was read to its end, or is not yet.
    """

    def __init__(self, source: Iterator[T]) -> None:
        self.error: DataError | None = None
        self._source = source

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        try:
            return next(self._source)
        except DataError as error:
            self.error = error
            raise StopIteration from error

    def check(self) -> None:
        """Raise what ended the file, if anything did."""
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Close the file before its end."""
        self._source.close()  # type: ignore[attr-defined]
