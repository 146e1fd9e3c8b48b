"""Answers sent smaller to whoever can read them so: gzip, for text that is worth it.

What a page says for other sites' sake is never compressed: where somebody else chooses a part of
it and sees how long it is on the way, its length would tell what else it says (BREACH: Gluck,
Harris and Prado, 2013). Browsers say so themselves, and no page of ours holds a secret besides.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import lru_cache

Headers = list[tuple[bytes, bytes]]

LEAST = 1_000  # bytes; less fits into one packet as it is
LEVEL = 2  # an answer of 20 items, 16 kB: a quarter of it after 0.06 ms; level 6 takes 0.17
GZIP = 31  # the window of zlib with the head and end of a gzip file
TYPES = frozenset(
    {
        b"application/json",
        b"application/problem+json",
        b"image/svg+xml",
        b"text/css",
        b"text/html",
        b"text/javascript",
        b"text/plain",
    }
)
VARY = (b"vary", b"Accept-Encoding")


def readable(headers: dict[bytes, bytes]) -> bool:
    """Return whether whoever sent these headers may get an answer compressed."""
    if headers.get(b"sec-fetch-site") == b"cross-site":
        return False
    accepted = headers.get(b"accept-encoding")
    return accepted is not None and prefers_gzip(accepted)


@lru_cache(maxsize=256)  # clients of a kind say the same
def prefers_gzip(accepted: bytes) -> bool:
    """Return whether gzip is as welcome as anything else by an `Accept-Encoding` (RFC 9110)."""
    wishes = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, *more = (word.strip() for word in part.split(";"))
        wishes[name] = _weight(more)
    gzip = wishes.get("gzip", wishes.get("x-gzip", wishes.get("*", 0.0)))
    return gzip > 0 and gzip >= wishes.get("identity", 0.0)


def worth_it(told: Mapping[bytes, bytes], size: int) -> bool:
    """Return whether an answer of so many bytes would be compressed for those who read that.

    Parameters
    ----------
    told
        Its headers, by their names in small letters.
    """
    if size < LEAST:
        return False
    kind = told.get(b"content-type", b"").partition(b";")[0].strip()
    return kind in TYPES and b"content-encoding" not in told


def compressed(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Return an answer as gzip."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    packed = packer.compress(body) + packer.flush()
    kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
    length = str(len(packed)).encode()
    return [*kept, (b"content-encoding", b"gzip"), (b"content-length", length)], packed


def _weight(more: list[str]) -> float:
    """Return the `q` of a wish; what is no number is 0, and nothing is 1."""
    for word in more:
        name, _, number = word.partition("=")
        if name.strip() == "q":
            try:
                return float(number)
            except ValueError:
                return 0.0
    return 1.0
