"""Small pictures that stand inside of a document, made of the clean copies for pages."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from beholder.media.renditions import ALWAYS, path_of

QUALITY = 72


def thumbnail(media: Path, digest: str, side: int) -> bytes | None:
    """Return a WebP file of at most `side` pixels each way; None where there is no clean copy."""
    path = path_of(media, digest, min(ALWAYS))
    if not path.is_file():
        return None
    with Image.open(path, formats=["WEBP"]) as picture:
        small = picture.convert("RGB")
    small.thumbnail((side, side))
    file = io.BytesIO()
    small.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
