"""`POST /recommend`, the classic: a picture in, a number between 0 and 1 out.

The number is how well the picture fits a taste. For a user it is the mean cosine between the
picture and the five items liked by them that look most like it, less what the nearest disliked
item takes away; for nobody, or a user without likes, the hundred most popular items stand for
the taste. 1: it looks like several of them; 0: like none.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from typing import Annotated

import msgspec
import numpy as np
from litestar import post
from msgspec import Meta
from numpy.typing import NDArray

from beholder.behaviour.event import Id
from beholder.behaviour.history import History
from beholder.engine.answer import Answer, Recommendation
from beholder.engine.looks import alike, looks_of
from beholder.engine.overlay import Overlay
from beholder.errors import DataError, TooLargeError
from beholder.scorers.interface import Floats
from beholder.service import uploads
from beholder.service.access import needs
from beholder.service.asking import Asking, caller_of, running_of
from beholder.service.problems import MalformedError, invalid
from beholder.service.running import Running, in_thread
from beholder.store import Snapshot

SIDE = 512  # pixels
MOST_NUMBERS = SIDE * SIDE * 3
NEAREST = 5
POPULAR = 100
Rows = list[list[list[float]]]


class ClassicRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A picture, still as it came, and whose taste it is to fit."""

    image: msgspec.Raw
    user: Id | None = None
    k: Annotated[int, Meta(ge=1, le=100)] = 10


class Classic(msgspec.Struct):
    """How well the picture fits, what looks like it, and what is recommended to the user."""

    prediction: float
    similar: tuple[Recommendation, ...]
    recommendations: tuple[Recommendation, ...] = ()


@post("/recommend", status_code=200, opt=needs("recommend", body="json", upload=True))
async def classic(request: Asking) -> Classic:
    """Say how well a picture fits a user's taste, or the popular one.

    The body is `{"image": ..., "user": ..., "k": 10}`: the picture as base64, or as nested lists of
    shape (height, width, 3), 0 to 255 or 0 to 1, of at most 512 x 512 pixels.
    """
    running, body = running_of(request), await request.body()
    data = await in_thread(lambda: read(body))
    user, session = caller_of(request).whose(data.user, None)
    seen = await running.seen(user, session)
    return await in_thread(lambda: _answer(running, data, user, session, seen))


def _answer(
    running: Running,
    data: ClassicRequest,
    user: str | None,
    session: str | None,
    seen: Snapshot,
) -> Classic:
    engine = running.engine
    vectors = uploads.encode(running, picture_bytes(_image(data.image))).vectors
    similar = engine.search(picture=vectors, k=data.k)
    known, _, view = engine.history_of(user, session, seen=seen)
    recommended: Answer | None = None
    if data.user is not None:
        recommended = engine.recommend(user, session=session, k=data.k, seen=seen)
    return Classic(
        prediction(view, vectors, known.history),
        similar.items,
        recommended.items if recommended is not None else (),
    )


def prediction(view: Overlay, vectors: dict[str, Floats], known: History) -> float:
    """Return how well a picture fits a history, 0 to 1; see the head of this file."""
    looks = looks_of(view.content, vectors)
    if not looks:
        return 0.0
    near = np.maximum(alike(view.content, looks), 0)
    liked: NDArray[np.int32] = known.items
    if not len(liked):
        liked = np.argsort(-view.popularity, kind="stable")[:POPULAR].astype(np.int32)
    nearest = np.sort(near[liked])[-NEAREST:]
    fit = float(nearest.mean()) if len(nearest) else 0.0
    if len(known.disliked):
        fit *= 1.0 - float(np.clip(near[known.disliked].max(), 0.0, 1.0))
    return float(np.clip(fit, 0.0, 1.0))


def read(body: bytes) -> ClassicRequest:
    """Read a body, and leave the picture in it as it came."""
    try:
        return msgspec.json.decode(body, type=ClassicRequest)
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError("the body is no valid JSON", remedy="send UTF-8 JSON") from error


def _image(raw: msgspec.Raw) -> str | Rows:
    """Read what came as a picture; numbers become objects only where they are few enough."""
    numbers = memoryview(raw).tobytes()
    if not numbers.lstrip().startswith(b'"') and numbers.count(b",") >= MOST_NUMBERS:
        raise TooLargeError(
            f"a picture as numbers has at most {MOST_NUMBERS:,} of them",
            remedy=f"send it as base64, or smaller: {SIDE} x {SIDE} is more than is looked at",
            field="image",
        )
    try:
        return msgspec.json.decode(raw, type=str | Rows)
    except msgspec.ValidationError as error:
        raise invalid(error, "image") from error


def picture_bytes(image: str | Rows) -> bytes:
    """Return the file of a picture that came as text or as numbers."""
    if isinstance(image, str):
        text = image.partition(",")[2] if image.startswith("data:") else image
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise DataError("the image is no base64", field="image") from error
    try:
        pixels = np.asarray(image, np.float64)
    except ValueError as error:
        raise DataError("the rows of the image differ in length", field="image") from error
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise DataError("the image is not height x width x 3", field="image")
    if pixels.min() < 0 or pixels.max() > 255:
        raise DataError("the image has values outside of 0 to 255", field="image")
    scale = 255.0 if pixels.max() <= 1.0 else 1.0
    return _png((pixels * scale).round().astype(np.uint8))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the PNG file of pixels (height, width, 3): the workers read files only."""
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each line begins with filter 0
    lines[:, 1:] = pixels.reshape(height, -1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


handlers = [classic]
