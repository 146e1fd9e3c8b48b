"""`/v1/users`: what is held about a person: taken away, erased, or no longer used."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from beholder.privacy.export import export_lines
from beholder.service import uploads
from beholder.service.access import needs
from beholder.service.asking import Asking, plain_id, running_of
from beholder.service.running import in_thread
from beholder.store import PURPOSES, Purpose, Purposes, Receipt, Who
from beholder.store.ids import check_id

WhoseKind = Annotated[
    Literal["user", "session"],
    QueryParameter(description="Whether the id is a user's or a session's."),
]


class Profiling(msgspec.Struct, forbid_unknown_fields=True):
    """Whether what a person did may be used, for all purposes at once."""

    profiling: bool


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """What a person allows from now on; a purpose that is left out stays as it is."""

    recommend: bool | msgspec.UnsetType = msgspec.UNSET
    train: bool | msgspec.UnsetType = msgspec.UNSET
    measure: bool | msgspec.UnsetType = msgspec.UNSET

    @property
    def said(self) -> dict[Purpose, bool]:
        """The purposes that are named."""
        every = {purpose: getattr(self, purpose) for purpose in PURPOSES}
        return {purpose: on for purpose, on in every.items() if on is not msgspec.UNSET}


@get(
    "/v1/users/{user_id:str}/export",
    media_type="application/x-ndjson",
    opt=needs("privacy"),
)
async def export(request: Asking, user_id: FromPath[str], kind: WhoseKind = "user") -> Stream:
    """Return everything that is held about a person, one JSON object a line."""
    store, who = running_of(request).store, _who(kind, user_id)
    return Stream(lambda: export_lines(store, who), media_type="application/x-ndjson")


@delete("/v1/users/{user_id:str}", status_code=200, opt=needs("privacy"))
async def erase(request: Asking, user_id: FromPath[str], kind: WhoseKind = "user") -> Receipt:
    """Erase a person, and return the proof. Someone unknown gets one as well, which says so."""
    store, who = running_of(request).store, _who(kind, user_id)
    return await in_thread(lambda: store.erase(who))


@put("/v1/users/{user_id:str}/profiling", opt=needs("privacy", body="json"))
async def set_profiling(
    request: Asking, user_id: FromPath[str], kind: WhoseKind = "user"
) -> Profiling:
    """Allow all purposes, or none; the next answer follows it."""
    store, who = running_of(request).store, _who(kind, user_id)
    data: Profiling = uploads.decode(await request.body(), Profiling)
    await in_thread(lambda: store.set_profiling(who, data.profiling))
    return data


@get("/v1/users/{user_id:str}/purposes", opt=needs("privacy"))
async def purposes(request: Asking, user_id: FromPath[str], kind: WhoseKind = "user") -> Purposes:
    """Return what a person allows; of somebody unknown, what the settings say."""
    store, who = running_of(request).store, _who(kind, user_id)
    return await in_thread(lambda: store.purposes(who))


@put("/v1/users/{user_id:str}/purposes", opt=needs("privacy", body="json"))
async def set_purposes(
    request: Asking, user_id: FromPath[str], kind: WhoseKind = "user"
) -> Purposes:
    """Change what a person allows, and return it; the next answer follows it."""
    store, who = running_of(request).store, _who(kind, user_id)
    said = wish_in(await request.body())
    return await in_thread(lambda: store.set_purposes(who, said))


def wish_in(body: bytes) -> dict[Purpose, bool]:
    """Return what a body says of each purpose: by `true` and `false` alone.

    The framework's own reading of a body takes 1 and "true" for these, too.
    """
    wish: Wish = uploads.decode(body, Wish)
    return wish.said


def _who(kind: Literal["user", "session"], user_id: str) -> Who:
    plain = plain_id(user_id)
    check_id(plain, "user_id")
    return Who(kind, plain)


handlers = [export, erase, set_profiling, purposes, set_purposes]
