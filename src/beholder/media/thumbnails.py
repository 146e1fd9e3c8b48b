"""Small pictures that stand inside of a document, made of the clean copies for pages.

They are decoded here, and not in a worker process: no file of a stranger comes to it. What lies at
`renditions.path_of` was encoded anew from pixels by `renditions.render`, in a worker, and written
by `renditions.keep` alone; and of all decoders only that of WebP may be asked.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from beholder.media.renditions import ALWAYS, path_of

QUALITY = 72


def thumbnail(media: Path, digest: str, side: int) -> bytes | None:
    """Return a WebP file of at most `side` pixels each way; None where there is no clean copy.

    A copy that a disk damaged is none.
    """
    path = path_of(media, digest, min(ALWAYS))
    try:
        with Image.open(path, formats=["WEBP"]) as picture:
            small = picture.convert("RGB")
    except OSError:  # not there, or not whole
        return None
    small.thumbnail((side, side))
    file = io.BytesIO()
    small.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
