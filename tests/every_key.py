"""What whoever has all of the secrets can open: every 32 bytes of them are tried as a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE, KEY, WRAPPED = 12, 32, 60  # bytes


def wrapped_behind(subject: bytes, raw: bytes) -> set[bytes]:
    """Return what stands behind a subject wherever rows of links are, on either database."""
    found = re.finditer(re.escape(subject) + b"(?=(.{%d}))" % (WRAPPED + 1), raw, re.DOTALL)
    return {match[1][gap : gap + WRAPPED] for match in found for gap in (0, 1)}


def opened_with(
    secrets: Mapping[str, bytes], wrapped: bytes, contexts: Iterable[bytes]
) -> set[bytes]:
    """Return what a wrapped key is, with any bytes of files of secrets."""
    found = set()
    for content in secrets.values():
        for start in range(len(content) - KEY + 1):
            cipher = AESGCM(content[start : start + KEY])
            for context in contexts:
                try:
                    found.add(cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], context))
                except InvalidTag:
                    continue
    return found
