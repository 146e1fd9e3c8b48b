"""Texts that cannot be written: JSON can hold halves of characters, and so can names of files."""

from __future__ import annotations

from typing import Any

LARGEST = 2**63  # of a whole number in JSON as others read it


def is_unicode(text: str) -> bool:
    """Whether a text can be written at all."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def writable(value: Any) -> Any:
    """Return a value of a file so that it can be shown: `?` for halves of characters."""
    if isinstance(value, str):
        return value if is_unicode(value) else value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [writable(each) for each in value]
    if isinstance(value, dict):
        return {writable(key): writable(each) for key, each in value.items()}
    if isinstance(value, int) and abs(value) >= LARGEST:
        return str(value)
    return value
