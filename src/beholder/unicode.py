"""Texts that cannot be written, or shown as they are, and what two spellings have in common.

JSON can hold halves of characters, and so can names of files; terminals obey control characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

LONGEST_NAME = 64  # characters that are kept to be asked again
LARGEST = 2**63  # of a whole number in JSON as others read it
# What a terminal obeys, and what turns the order of a line around; not tab and end of line.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def is_unicode(text: str) -> bool:
    """Whether a text can be written at all."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain(text: str) -> str:
    """Return a text in small letters and digits: `Art.-Nr.` is artnr, `Quantité` is quantite."""
    return _plain_name(text) if len(text) <= LONGEST_NAME else _plain(text)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]", "", bare)  # letters of any script stay, their accents are none


_plain_name = lru_cache(4_096)(_plain)  # the same few columns in each row of a file


def visible(text: str) -> str:
    """Return a text of a file for a terminal: control characters as `\\x1b`, to be seen."""
    return OBEYED.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


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
