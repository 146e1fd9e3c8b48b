"""Files of secrets, mostly 32 random bytes: read with a look at whether they can be meant."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path

from beholder.errors import BeholderError, SettingsError

LENGTH = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_secret(path: Path, lost: str, broken: type[BeholderError] = SettingsError) -> bytes:
    """Return a secret.

    Parameters
    ----------
    lost
        What to do where it is lost or broken.
    broken
        The error that says so.

    Raises
    ------
    BeholderError
        If it is missing, or of another length: a short one could be guessed.
    """
    secret = _read(path, lost, broken)
    if len(secret) != LENGTH:
        raise broken(f"secrets/{path.name} is {len(secret)} bytes long, not {LENGTH}", remedy=lost)
    _warn_of_others(path)
    return secret


def read_private(path: Path, lost: str, broken: type[BeholderError]) -> bytes:
    """Return a file of secrets of any length; see `read_secret`."""
    secret = _read(path, lost, broken)
    _warn_of_others(path)
    return secret


def _read(path: Path, lost: str, broken: type[BeholderError]) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise broken(f"secrets/{path.name} is missing", remedy=lost) from error
    except OSError as error:
        raise broken(f"secrets/{path.name} cannot be read: {error.strerror}") from error


def _warn_of_others(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & OTHERS:
        warnings.warn(f"secrets/{path.name} may be read by others: chmod 600 {path}", stacklevel=3)
