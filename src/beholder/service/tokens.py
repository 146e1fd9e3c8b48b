"""Tokens of visitors of other sites' pages: signed, of one publishable key, for a while."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import time
from typing import NamedTuple

from beholder.service.visitor import LIFE

PREFIX = "bhv_"
LONGEST = 512  # characters
_SHAPE = re.compile(
    r"(bhv_([0-9a-f]{8})\.([0-9a-f]{32})\.([0-9a-f]{1,12})\.([\w-]*))\.([0-9a-f]{64})", re.ASCII
)


class Token(NamedTuple):
    """Whom a token speaks for.

    Attributes
    ----------
    key
        The id of the publishable key that it came from.
    session
        The visitor, under whom events are kept until somebody logs in.
    user
        Who logged in; None: nobody.
    """

    key: str
    session: str
    user: str | None


def make(secret: bytes, token: Token) -> tuple[str, int]:
    """Return the text of a token, and when it ends, in seconds since 1970."""
    now = int(time.time())
    user = base64.urlsafe_b64encode((token.user or "").encode()).decode().rstrip("=")
    said = f"{PREFIX}{token.key}.{token.session}.{now:x}.{user}"
    return f"{said}.{_mark(secret, said)}", now + LIFE


def read(secret: bytes, text: str) -> Token | None:
    """Return whom a token speaks for; None where it is foreign, changed or too old."""
    shape = _SHAPE.fullmatch(text)
    if shape is None or not hmac.compare_digest(shape[6], _mark(secret, shape[1])):
        return None
    if int(time.time()) - int(shape[4], 16) > LIFE:
        return None
    try:
        user = base64.urlsafe_b64decode(shape[5] + "=" * (-len(shape[5]) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Token(shape[2], shape[3], user or None)


def _mark(secret: bytes, said: str) -> str:
    return hmac.digest(secret, said.encode(), "sha256").hex()
