"""`POST /recommend`, the classic: a picture in, a number between 0 and 1 out.

A network that was trained on likes says the number (`beholder train --tune-encoder small-cnn`): the
user's own where they have one, else that of the bundle, unless it does no better than chance. One
that was trained on classes says which class it is, and the number is how sure of it it is.

Without a network it is how like the picture is to a taste. For a user it is the mean cosine between
the picture and the five items liked by them that look most like it, less what the nearest disliked
item takes away; for nobody, or a user without likes, the hundred most popular items stand for
the taste. 1: it looks like several of them; 0: like none.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from litestar import post
from msgspec import UNSET, Meta, UnsetType
from numpy.typing import NDArray

from beholder.behaviour.event import Id
from beholder.behaviour.history import History
from beholder.bundle.network import Network, unpacked
from beholder.engine.answer import Answer, Recommendation
from beholder.engine.looks import alike, looks_of
from beholder.engine.overlay import Overlay
from beholder.engine.vectors import looking
from beholder.scorers.interface import Floats
from beholder.service import classic_image, uploads
from beholder.service.access import needs
from beholder.service.asking import Asking, caller_of, running_of
from beholder.service.problems import MalformedError, invalid
from beholder.service.running import Running, in_thread
from beholder.store import Snapshot

NEAREST = 5
POPULAR = 100
LIKENESS = "likeness"


class ClassicRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A picture, still as it came, and whose taste it is to fit."""

    image: msgspec.Raw
    user: Id | None = None
    k: Annotated[int, Meta(ge=1, le=100)] = 10


class Classic(msgspec.Struct, kw_only=True):
    """How well the picture fits, what looks like it, and what is recommended to the user.

    `by` is the network that says so, or `likeness`. `class` is what a network of classes sees;
    `likeness` is how like it is to what the user likes, beside what a network says.
    """

    prediction: float
    by: str
    class_: str | UnsetType = msgspec.field(name="class", default=UNSET)
    likeness: float | UnsetType = UNSET
    similar: tuple[Recommendation, ...]
    recommendations: tuple[Recommendation, ...] = ()


@post("/recommend", status_code=200, opt=needs("recommend", body="json", upload=True))
async def classic(request: Asking) -> Classic:
    """Say how well a picture fits a user's taste, or everybody's.

    The body is `{"image": ..., "user": ..., "k": 10}`: the picture as base64, or as nested lists of
    shape (height, width, 3) or (3, height, width), 0 to 255 or 0 to 1, of at most 512 x 512 pixels.
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
    known, _, view = engine.history_of(user, session, seen=seen)
    network = _network(running, user, seen)
    # Where nothing was encoded, there is nothing to compare with, and the network alone answers.
    looked = looking(running.workspace, engine.parts)
    blind = network is not None and not view.content.spaces.keys() & set(looked)
    encoded = uploads.encode(
        running,
        classic_image.bytes_of(data.image),
        encoders=[] if blind else None,
        network=None if network is None else network.onnx,
    )
    similar = () if blind else engine.search(picture=encoded.vectors, k=data.k).items
    recommended: Answer | None = None
    if data.user is not None:
        recommended = engine.recommend(user, session=session, k=data.k, seen=seen)
    likeness = prediction(view, encoded.vectors, known.history)
    answer = Classic(
        prediction=likeness,
        by=LIKENESS,
        similar=similar,
        recommendations=recommended.items if recommended is not None else (),
    )
    if network is None:
        return answer
    return _said(answer, network, encoded.said, compared=bool(len(known.history)) and not blind)


def _network(running: Running, user: str | None, seen: Snapshot) -> Network | None:
    """Return the network that answers: the user's own, else that of the bundle, else none.

    One that is not surely better than chance does not answer.
    """
    found = [running.engine.parts.network]
    if user is not None and seen.known and seen.profiling:
        own = running.store.network_of(user)
        found.insert(0, None if own is None else unpacked(own))
    return next((each for each in found if each is not None and each.record.sure), None)


def _said(answer: Classic, network: Network, said: Floats, *, compared: bool) -> Classic:
    """Return an answer with what a network says, beside the likeness where there is a taste."""
    sees = network.record.classes
    best = int(said.argmax())
    return msgspec.structs.replace(
        answer,
        prediction=float(said[best] if sees else said[-1]),
        by=network.record.name,
        class_=sees[best] if sees else UNSET,
        likeness=answer.prediction if compared else UNSET,
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


handlers = [classic]
