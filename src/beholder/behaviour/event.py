"""One thing that one person did with one item, as it comes from outside: stored, or told."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=256)]
AnswerId = Annotated[str, Meta(pattern="^([0-9a-f]{2}){1,16}$")]
MOST_PLACE = 9_999
Kind = Literal[
    "view", "click", "like", "dislike", "save", "hide", "cart",
    "purchase", "rating", "watch", "share", "satisfaction", "review",
]  # fmt: skip


class Event(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """An interaction. Exactly one of `user` and `session` says who.

    Attributes
    ----------
    item, user, session
        The caller's ids, 1 to 256 bytes of UTF-8 without control characters.
    value
        Rating, seconds watched, or pieces bought.
    time
        Milliseconds since 1970; the moment of arrival where it is absent.
    event_id
        Sent twice with the same body it counts once; with another body it is a conflict. Events
        with ids of their own are different events, even where all else agrees.
    text
        What a person wrote (reviews); stored encrypted.
    answer, place
        The id of the answer that showed the item, in hexadecimal, and where it stood in it, from
        0. An answer that is not known here is kept as it is told.
    """

    item: Id
    kind: Kind
    user: Id | None = None
    session: Id | None = None
    value: float | None = None
    time: int | None = None
    event_id: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    text: Annotated[str, Meta(max_length=20_000)] | None = None
    answer: AnswerId | None = None
    place: Annotated[int, Meta(ge=0, le=MOST_PLACE)] | None = None


class ToldEvent(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An event of a history that the caller keeps."""

    item: Id
    kind: Kind = "like"
    time: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    value: Annotated[float, Meta(ge=-1e9, le=1e9)] | None = None
