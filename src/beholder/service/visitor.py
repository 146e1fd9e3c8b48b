"""The signed cookie of a browser: a random name that only this server can have given."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import time
from pathlib import Path
from typing import NamedTuple

from beholder.durable import write_file
from beholder.secret_files import read_secret

COOKIE = "beholder_visitor"
DAY = 86_400
LIFE = 30 * DAY  # since the last visit of a page
RENEW = DAY
_SHAPE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{1,12})\.([0-9a-f]{64})")


class Visitor(NamedTuple):
    """Who a cookie says a browser is.

    Attributes
    ----------
    id
        The session under which events are kept.
    stale
        Whether the next page should give the cookie anew.
    """

    id: str
    stale: bool


def secret_of(secrets_folder: Path) -> bytes:
    """Return the key that signs cookies, made at its first use."""
    path = secrets_folder / "visitor.key"
    if not path.exists():
        write_file(path, os.urandom(32), mode=0o600)
    return read_secret(path, "delete it: browsers are then met anew")


def read(secret: bytes, cookie: str) -> Visitor | None:
    """Return whose cookie it is; None where it is foreign, changed or too old."""
    shape = _SHAPE.fullmatch(cookie)
    if shape is None or not hmac.compare_digest(shape[3], _mark(secret, shape[1], shape[2])):
        return None
    age = int(time.time()) - int(shape[2], 16)
    return Visitor(shape[1], age > RENEW) if age <= LIFE else None


def new_id() -> str:
    """Return a name for somebody new."""
    return secrets.token_hex(16)


def set_cookie(secret: bytes, visitor_id: str, *, https: bool, path: str = "/") -> str:
    """Return the header that gives a browser its cookie.

    Parameters
    ----------
    https
        Whether the browser asked by TLS: then it sends the cookie by nothing else.
    path
        Below which it sends the cookie.
    """
    moment = f"{int(time.time()):x}"
    value = f"{visitor_id}.{moment}.{_mark(secret, visitor_id, moment)}"
    secure = "; Secure" if https else ""
    return f"{COOKIE}={value}; Path={path}; Max-Age={LIFE}; HttpOnly; SameSite=Lax{secure}"


def unset_cookie(*, path: str = "/") -> str:
    """Return the header that takes the cookie from a browser."""
    return f"{COOKIE}=; Path={path}; Max-Age=0; HttpOnly; SameSite=Lax"


def _mark(secret: bytes, visitor_id: str, moment: str) -> str:
    return hmac.digest(secret, f"{visitor_id}.{moment}".encode(), "sha256").hex()
