"""Pictures that come over HTTP: read from a form, encoded in a worker, kept where it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from beholder.encoders.picture_workers import EncodedPicture
from beholder.encoders.run import Shelf
from beholder.errors import DataError, TooLargeError
from beholder.media import originals, renditions
from beholder.service.asking import Asking
from beholder.service.problems import MalformedError, invalid
from beholder.service.running import Running

WAIT = 5.0  # seconds for a free worker


class Form(msgspec.Struct):
    """A form: its words by name, and the pictures in it."""

    words: dict[str, str]
    pictures: list[bytes]


def is_form(request: Asking) -> bool:
    """Return whether the body is a form with a picture; else it is JSON."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def read_form(request: Asking, known: frozenset[str]) -> Form:
    """Read a form whose files are all called `picture`.

    Raises
    ------
    DataError
        For a field that is not known.
    """
    try:
        fields = await request.form()
    except HTTPException as error:
        raise MalformedError("the form could not be read", remedy="send a valid form") from error
    form = Form({}, [])
    for name, value in fields.multi_items():
        if isinstance(value, UploadFile):
            if name != "picture":
                raise _unknown(name)
            form.pictures.append(await value.read())
            await value.close()
        elif name not in known:
            raise _unknown(name)
        else:
            form.words[name] = str(value)
    return form


def decode(body: bytes | str, kind: Any, field: str = "") -> Any:
    """Read JSON of a known shape."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise invalid(error, field) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError("the body is no valid JSON", remedy="send UTF-8 JSON") from error


def encode(
    running: Running,
    data: bytes,
    *,
    encoders: Sequence[str] | None = None,
    network: Path | bytes | None = None,
) -> EncodedPicture:
    """Encode a picture that is not kept, and ask a network what it says of it."""
    _refuse_large(running, data)
    return running.pictures.encode(data, encoders=encoders, network=network, wait=WAIT)


def keep(running: Running, data: bytes) -> EncodedPicture:
    """Encode a picture and keep it, its vectors and its renditions, durably."""
    _refuse_large(running, data)
    pool = running.pictures
    encoded = pool.encode(data, renditions=True, wait=WAIT)
    media = running.workspace.media
    originals.keep(media, data)
    renditions.keep(media, encoded.hash, encoded.renditions)
    shelf = Shelf(running.workspace, pool.encoders, True)
    shelf.take(encoded)
    shelf.flush()
    return encoded


def _refuse_large(running: Running, data: bytes) -> None:
    limit = running.settings.media.max_bytes
    if len(data) > limit:
        raise TooLargeError(
            f"a picture has at most {limit} bytes", remedy="make it smaller", field="picture"
        )


def _unknown(name: str) -> DataError:
    return DataError("the form has a field that is not known", remedy="see /docs", field=name[:64])
