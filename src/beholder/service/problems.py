"""Every refusal as problem+json (RFC 9457). Status and code are those of `beholder.errors`."""

from __future__ import annotations

import re
import secrets
import traceback
from typing import Any, ClassVar

import msgspec
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from beholder.disk import of_disk
from beholder.errors import BeholderError, DataError, OverloadedError, TooLargeError

REQUEST = "beholder.request_id"
CODE = "beholder.code"
MEDIA_TYPE = "application/problem+json"
_MISSING = re.compile(r"parameter '?(\w+)'?")
_NAMED = re.compile(r"Object (?:contains unknown|missing required) field `([^`]*)`")
_QUOTED = re.compile(r"\((?:'/[^']*'|\"/[^\"]*\")\)|'/[^']*'|\"/[^\"]*\"")
AGAIN = (1, 2, 3)  # seconds; drawn, so that those who wait do not come back together


class GoneError(BeholderError):
    """A page of an item that is no longer in the catalogue."""

    code = "item-gone"
    status = 410


class NoRouteError(BeholderError):
    """There is nothing at this address."""

    code = "not-found"
    status = 404


class MethodError(BeholderError):
    """The address does not answer this method."""

    code = "method"
    status = 405


class MalformedError(BeholderError):
    """The body could not be read as what it says it is."""

    code = "malformed"
    status = 400


class BodyTypeError(BeholderError):
    """The body has a media type that is not read here."""

    code = "body-type"
    status = 415


class SlowBodyError(BeholderError):
    """The body took too long to arrive."""

    code = "slow-body"
    status = 408


class HeadersTooLargeError(BeholderError):
    """The headers of the request are over their limit."""

    code = "headers-too-large"
    status = 431


class InternalError(BeholderError):
    """A fault of ours."""

    code = "internal"


class Problem(msgspec.Struct, omit_defaults=True):
    """What a caller gets instead of an answer.

    Attributes
    ----------
    code
        Stable; `detail` and `remedy` are for people.
    field
        The part of the request that is wrong.
    request_id
        To be named when asking for help; the server's log has it too.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    remedy: str = ""
    field: str = ""
    request_id: str = ""

    media_type: ClassVar[str] = MEDIA_TYPE


def understood(error: BaseException) -> BeholderError:
    """Return any error as one of the table; what is not expected becomes an internal one."""
    if isinstance(error, BeholderError):
        return error
    if isinstance(error, ValidationException):
        return _no_body() if _is_empty(error) else _invalid(error)
    if isinstance(error, msgspec.ValidationError):
        return invalid(error)
    if isinstance(error, msgspec.DecodeError | UnicodeDecodeError | RecursionError):
        return _no_body()
    if isinstance(error, MethodNotAllowedException):
        return MethodError("this address does not answer this method", remedy="see /docs")
    if isinstance(error, NotFoundException):
        return NoRouteError("there is nothing at this address", remedy="see /docs")
    if isinstance(error, OSError) and (disk := of_disk(error)) is not None:
        return disk
    if isinstance(error, HTTPException) and error.status_code == 413:
        return TooLargeError("the body is too large", remedy="send less at once")
    if isinstance(error, HTTPException) and 400 <= error.status_code < 500:
        return MalformedError("the request could not be read", remedy="see /docs")
    return InternalError("something went wrong here", remedy="the server's log has the request_id")


def invalid(error: msgspec.ValidationError, source: str = "") -> DataError:
    """Return a value out of its range or of a wrong type as an error that names its field."""
    return _wrong(str(error), source)


def _no_body() -> MalformedError:
    return MalformedError("the body is no valid JSON", remedy="send UTF-8 JSON")


def _is_empty(error: ValidationException) -> bool:
    """Whether the framework found no body where one is wanted: it says so by a missing key."""
    first = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
    return str(first.get("message", "")) == "'data'"


def _invalid(error: ValidationException) -> DataError:
    first = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
    key = str(first.get("key", ""))
    if not first:
        missing = _MISSING.search(error.detail)
        if missing:
            return DataError("a parameter is missing", remedy="see /docs", field=missing[1])
    words = str(first.get("message", "")) or "a value is missing or wrong"
    return _wrong(words, "" if key == "data" else key)


def _wrong(text: str, source: str) -> DataError:
    """Return what msgspec says of a value, its place taken apart from the words."""
    words, _, place = text.partition(" - at `")
    parts = [place.rstrip("`").removeprefix("$").removeprefix(".")]
    named = _NAMED.search(words)
    if named:
        parts.append(named[1][:64])
    field = ".".join(part for part in parts if part)
    return DataError(words, remedy="see /docs", field=field or source)


def let_go(error: BaseException | None) -> None:
    """Forget how an error that is answered came about: its frames hold the body of the request."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def problem(error: BeholderError, scope: Any) -> Problem:
    """Return what is told about an error: nothing of files, traces or secrets.

    Parameters
    ----------
    scope
        Of the request, whose line in the log gets the same id, and whose code is counted.
    """
    scope[REQUEST], scope[CODE] = secrets.token_hex(6), error.code
    outside = error.status < 500 or isinstance(error, OverloadedError)
    return Problem(
        type=f"urn:beholder:problem:{error.code}",
        title=(type(error).__doc__ or error.code).splitlines()[0].rstrip("."),
        status=error.status,
        code=error.code,
        detail=error.message if outside else without_paths(error.message),
        remedy=error.remedy if outside else "",
        field=error.field,
        request_id=scope[REQUEST],
    )


def headers_of(error: BeholderError) -> list[tuple[str, str]]:
    """Return the headers that belong to an error."""
    if error.status == 429:
        return [("retry-after", "60")]
    if error.status == 503:
        return [("retry-after", str(secrets.choice(AGAIN)))]
    if error.status == 401:
        return [("www-authenticate", "Bearer")]
    return []


def without_paths(text: str) -> str:
    """Return words without those that name a file; a quoted one may have blanks in it."""
    text = _QUOTED.sub("...", text)
    return " ".join("..." if "/" in word else word for word in text.split(" "))
