"""Which web pages may call: our own, and those of `serve.cors_origins`."""

from __future__ import annotations

from collections.abc import Collection

from beholder.errors import AccessError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Headers = list[tuple[bytes, bytes]]


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


def cors(headers: dict[bytes, bytes], allowed: Collection[str]) -> Headers:
    """Return the headers that let an allowed page read the answer."""
    if not allowed:
        return []
    origin = headers.get(b"origin", b"")
    if origin.decode("latin-1") not in allowed:
        return [(b"vary", b"Origin")]
    return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]


def preflight(method: str, headers: dict[bytes, bytes]) -> bool:
    """Return whether a browser asks if a page may ask."""
    return method == "OPTIONS" and b"access-control-request-method" in headers


PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-max-age", b"600"),
    (b"content-length", b"0"),
]
