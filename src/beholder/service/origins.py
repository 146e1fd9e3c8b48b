"""Which web pages may call: our own, those of `serve.cors_origins`, and of publishable keys."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from beholder.errors import AccessError, UsageError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Headers = list[tuple[bytes, bytes]]
_HOST = r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
_SHAPE = re.compile(rf"([a-z][a-z0-9+.-]*)://{_HOST}(?::([1-9]\d{{0,4}}))?")
OPEN = re.compile(
    r"/v1/(?:visitors|recommendations|rows/[^/]+|items/.+|interactions|seen|me(?:/.+)?)"
)
_USUAL = {"http": "80", "https": "443"}  # ports that browsers leave out


def check_origin(text: str, field: str) -> None:
    """Refuse what no browser sends as the origin of a page: it would never be matched.

    Raises
    ------
    UsageError
        Unless it is `scheme://host`, with a port where that is not the usual one.
    """
    if "*" in text:
        raise UsageError(
            f"{field} has {text!r}, and origins are not matched by patterns",
            remedy="name each, such as https://shop.example",
            field=field,
        )
    shape = _SHAPE.fullmatch(text)
    if shape is None or (shape[2] is not None and shape[2] == _USUAL.get(shape[1])):
        raise UsageError(
            f"{field} has {text!r}, which no browser sends as an origin",
            remedy="scheme, host and port alone, in small letters, no path, no usual port: "
            "https://shop.example, http://127.0.0.1:8000",
            field=field,
        )


class Allowed(NamedTuple):
    """Origins other than ours.

    Attributes
    ----------
    named
        Those of `serve.cors_origins`: their pages may read every answer.
    pages
        Those of publishable keys: their pages may read what visitors of theirs are told.
    """

    named: Collection[str]
    pages: Collection[str]


def refuse_cross_site(
    method: str, headers: dict[bytes, bytes], scheme: str, allowed: Collection[str]
) -> None:
    """Refuse a change that a page of another site asks for in a visitor's name.

    Raises
    ------
    AccessError
        If the browser says that the page is neither ours nor an allowed one.
    """
    if method in SAFE_METHODS:
        return
    origin = headers.get(b"origin")
    if origin is None:
        foreign = headers.get(b"sec-fetch-site") == b"cross-site"
    else:
        own = f"{scheme}://".encode() + headers.get(b"host", b"")
        # Behind a proxy that ends TLS the scheme differs; the host does not.
        same = origin in (own, b"https://" + headers.get(b"host", b""))
        foreign = not same and origin.decode("latin-1") not in allowed
    if foreign:
        raise AccessError(
            "a page of another site asks for this", remedy="name it in serve.cors_origins"
        )


def cors(
    method: str, path: str, headers: dict[bytes, bytes], allowed: Allowed, *, beacon: bool
) -> Headers:
    """Return the headers that let an allowed page read the answer, never with its cookies.

    Parameters
    ----------
    beacon
        Whether the request can only be read with a token inside of it; see `beacons`.
    """
    if not (allowed.named or allowed.pages):
        return []
    origin = headers.get(b"origin", b"")
    text = origin.decode("latin-1")
    good = text in allowed.named or (
        text in allowed.pages
        and OPEN.fullmatch(path) is not None
        and (beacon or preflight(method, headers) or _for_visitor(headers))
    )
    return [(b"access-control-allow-origin", origin)] * good + [(b"vary", b"Origin")]


def preflight(method: str, headers: dict[bytes, bytes]) -> bool:
    """Return whether a browser asks if a page may ask."""
    return method == "OPTIONS" and b"access-control-request-method" in headers


def _for_visitor(headers: dict[bytes, bytes]) -> bool:
    """Return whether a request has a publishable key or a token: it is answered as that alone."""
    bearer = headers.get(b"authorization", b"").lower().removeprefix(b"bearer ").lstrip()
    return bearer.startswith((b"bhp_", b"bhv_"))


PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-max-age", b"600"),
    (b"content-length", b"0"),
]
