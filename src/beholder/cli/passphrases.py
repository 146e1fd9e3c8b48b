"""The passphrase of a backup's keys: from a file, or the environment."""

from __future__ import annotations

import os
from pathlib import Path

import click

from beholder.errors import UsageError
from beholder.settings import PASSPHRASE

SHORTEST = 12  # characters
OPTION = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="Its first line opens the keys; else BEHOLDER_PASSPHRASE does.",
)


def given(file: Path | None) -> bytes:
    """Return the passphrase.

    Raises
    ------
    UsageError
        If there is none.
    """
    words = os.environ.get(PASSPHRASE, "") if file is None else _first_line(file)
    if not words:
        raise UsageError(
            "the keys need a passphrase",
            remedy=f"write it into a file for --passphrase-file, or into {PASSPHRASE}",
        )
    return words.encode()


def new(file: Path | None) -> bytes:
    """Return a passphrase that is long enough.

    Raises
    ------
    UsageError
        If there is none, or a short one, which could be guessed.
    """
    words = given(file)
    if len(words.decode()) < SHORTEST:
        raise UsageError(
            f"the passphrase has fewer than {SHORTEST} characters", remedy="take a longer one"
        )
    return words


def _first_line(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"no passphrase can be read from {str(file)!r}", remedy="name a file with one line"
        ) from error
    return lines[0] if lines else ""
