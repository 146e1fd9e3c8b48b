"""The quick door: what it answers itself, what it leaves to the framework, whom it refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from beholder.engine.question import Question
from beholder.errors import AccessError, KeyNeededError, TooLargeError, UnknownItemError
from beholder.service import interactions, recommendations
from beholder.service.access import MAY, Caller
from beholder.service.meters import Meters
from beholder.service.problems import BodyTypeError, MalformedError
from beholder.service.queue import Queue
from beholder.service.quick import ROUTES, Asked
from beholder.service.recommendations import plain_question
from beholder.service.running import Running
from beholder.service.visitor import Visitor
from beholder.workspace import Workspace

GET, POST = ("GET", recommendations.PATH), ("POST", interactions.PATH)
JSON = {b"content-type": b"application/json"}
LOCAL = Caller("local", MAY["local"])


@pytest.fixture
def running(workspace: Workspace) -> Iterator[Running]:
    opened = Running(workspace, None, Queue(), Meters([]))
    yield opened
    opened.close()


class Sent:
    """A body in parts, as a server hands it over; whether anybody read it can be asked."""

    def __init__(self, *parts: bytes, goes_away: bool = False) -> None:
        self.messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": part, "more_body": True} for part in parts
        ]
        if goes_away:
            self.messages.append({"type": "http.disconnect"})
        elif parts:
            self.messages[-1]["more_body"] = False
        self.read = 0

    async def __call__(self) -> dict[str, Any]:
        self.read += 1
        return self.messages[self.read - 1]


def ask(
    running: Running,
    route: tuple[str, str],
    query: bytes = b"",
    sent: Sent | None = None,
    caller: Caller = LOCAL,
    headers: dict[bytes, bytes] = JSON,
) -> bytes | None:
    asked = Asked(query, headers, sent or Sent(), caller, running.settings)
    return asyncio.run(ROUTES[route](asked, running))


def event(**fields: object) -> bytes:
    told = {"user": "ann", "item": "picture-00001", "kind": "like", **fields}
    return msgspec.json.encode(told)


def n_events(running: Running) -> int:
    return len(running.store.snapshot("ann"))


def ids(body: bytes | None) -> list[str]:
    assert body
    return [item["id"] for item in msgspec.json.decode(body)["items"]]


# -- recommendations ------------------------------------------------------------------------


def test_a_plain_question_is_answered_as_the_engine_does(running: Running) -> None:
    running.engine.record({"user": "a b", "item": "picture-00007", "kind": "like"})
    answer = running.engine.recommend("a b", k=7)
    assert ids(ask(running, GET, b"user=a%20b&k=7")) == answer.ids
    page = str(answer.next).encode()
    following = running.engine.recommend("a b", k=7, page=answer.next)
    assert ids(ask(running, GET, b"user=a+b&k=7&page=" + page)) == following.ids
    assert ids(ask(running, GET)) == running.engine.recommend(k=20).ids


def test_what_is_not_plain_is_left_to_the_framework(running: Running) -> None:
    for query in (b"k=0", b"user=a&user=b", b"colour=red", b"diversity=0.5", b"user=%ff"):
        assert ask(running, GET, query) is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", (None, None, Question(20))),
        (b"user=ann", ("ann", None, Question(20))),
        (b"session=s%26t&k=1000", (None, "s&t", Question(1000))),
        (b"user=%C3%A9&session=s&k=1", ("é", "s", Question(1))),
        (b"page=abc&filter=price%20%3C%205", (None, None, Question(20, (), "abc", "price < 5"))),
        (b"k=6&variants=one", (None, None, Question(6, variants="one"))),
        (b"user=" + b"a" * 256, ("a" * 256, None, Question(20))),
    ],
)
def test_a_plain_query_is_read(query: bytes, expected: tuple[object, ...]) -> None:
    assert plain_question(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        b"k=0", b"k=1001", b"k=-1", b"k=1.0", b"k=%2B5", b"k=", b"k=%D9%A1",
        b"k=007", b"k=0100", b"k=00005",
        b"user=", b"user", b"user=" + b"a" * 257, b"session=%ff", b"user=\xff", b"k=5&k=5",
        b"User=ann", b"repeat=allow", b"filter=", b"page=", b"variants=", b"variants=two",
    ],
)  # fmt: skip
def test_any_other_query_is_not(query: bytes) -> None:
    assert plain_question(query) is None


@pytest.mark.parametrize(
    "query", ["k=007", "k=0100", "user=a%00b", "user=a;k=3", "user=a&", "&user=a", "user=a=b"]
)
def test_odd_queries_are_answered_like_those_that_the_framework_reads(
    client: httpx.Client, query: str
) -> None:
    for item in ("picture-00003", "picture-00007"):
        for user in ("a", "a\x00b", "a;k=3", "a=b"):
            client.post("/v1/interactions", json={"user": user, "item": item, "kind": "like"})
    quick = client.get(f"/v1/recommendations?{query}")
    slow = client.get(f"/v1/recommendations?{query}&repeat=never")  # which is not plain
    assert quick.status_code == slow.status_code
    if quick.status_code == 200:
        assert (quick.json()["level"], ids(quick.content)) == (
            slow.json()["level"],
            ids(slow.content),
        )


# -- events ---------------------------------------------------------------------------------


def test_an_event_is_stored_and_its_status_told(running: Running) -> None:
    body = event(event_id="one")
    answer = ask(running, POST, sent=Sent(body[:10], body[10:]))
    assert answer is not None
    assert msgspec.json.decode(answer) == {"events": [{"event_id": "one", "status": "stored"}]}
    assert n_events(running) == 1


def test_with_a_query_the_framework_reads_the_body_and_says_what_is_wrong(
    running: Running, client: httpx.Client
) -> None:
    sent = Sent(event())
    assert ask(running, POST, b"dry_run=1", sent) is None
    assert sent.read == 0  # it is still there to be read
    assert n_events(running) == 0
    refused = client.post("/v1/interactions?dry_run=1", content=event(), headers=json_type())
    assert (refused.status_code, refused.json()["field"]) == (422, "dry_run")


def json_type() -> dict[str, str]:
    return {"content-type": "application/json"}


def test_who_goes_away_while_sending_leaves_nothing(running: Running) -> None:
    with pytest.raises(MalformedError):
        ask(running, POST, sent=Sent(event(), goes_away=True))
    assert n_events(running) == 0


def test_a_body_of_another_type_or_over_the_limit_is_refused(running: Running) -> None:
    with pytest.raises(BodyTypeError):
        ask(running, POST, sent=Sent(event()), headers={b"content-type": b"text/plain"})
    most = running.settings.serve.max_body
    with pytest.raises(TooLargeError):
        ask(running, POST, sent=Sent(event(), b" " * most))
    unread = Sent(event())
    with pytest.raises(TooLargeError):
        ask(running, POST, sent=unread, headers={**JSON, b"content-length": b"%d" % (most + 1)})
    assert unread.read == 0
    with pytest.raises(UnknownItemError):
        ask(running, POST, sent=Sent(event(item="none")))
    assert n_events(running) == 0


# -- who may --------------------------------------------------------------------------------


def only(kind: str, *may: str) -> Caller:
    return Caller(kind, frozenset(may))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("route", "wrong"), [(GET, "events"), (POST, "recommend")], ids=["recommend", "events"]
)
def test_who_may_not_is_refused_before_anything_is_read(
    running: Running, route: tuple[str, str], wrong: str
) -> None:
    for caller, error in (
        (only("nobody", "page", "live"), KeyNeededError),
        (only("key", "page", "media", "docs", wrong), AccessError),
    ):
        sent = Sent(event())
        with pytest.raises(error):
            ask(running, route, sent=sent, caller=caller)
        assert sent.read == 0
    assert n_events(running) == 0


def test_a_visitor_asks_and_acts_as_himself_alone(running: Running) -> None:
    visitor = Caller("visitor", MAY["visitor"], Visitor("f" * 32, 0))
    with pytest.raises(AccessError):
        ask(running, GET, b"user=ann", caller=visitor)
    with pytest.raises(AccessError):
        ask(running, POST, sent=Sent(event()), caller=visitor)
    own = msgspec.json.encode({"item": "picture-00007", "kind": "like"})
    assert ask(running, POST, sent=Sent(own), caller=visitor)
    answer = ask(running, GET, caller=visitor)
    assert answer is not None
    assert msgspec.json.decode(answer)["level"] == "session"
    assert "picture-00007" not in ids(answer)


def test_the_framework_has_the_same_routes() -> None:
    assert ROUTES.keys() == {("GET", "/v1/recommendations"), ("POST", "/v1/interactions")}
