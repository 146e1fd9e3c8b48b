"""`/metrics`: numbers that are right whichever process is asked, and that are of nobody."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import httpx
import pytest
from prometheus_text import Numbers

from beholder.service.exposition import Family, Sample, histogram, text
from beholder.service.meters import Meters
from beholder.service.tally import Tally
from beholder.workspace import Workspace
from live_server import PATIENCE, Server

RECOMMEND = "/v1/recommendations"
EVENTS = "/v1/interactions"


def scraped(server: Server) -> Numbers:
    """Ask by a new connection: any of the processes may answer."""
    answer = httpx.get(f"{server.url}/metrics", headers={"connection": "close"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Numbers(answer.text)


def waited_for(server: Server, holds: Callable[[Numbers], bool]) -> Numbers:
    """Ask until something holds: a request is counted when its answer has left already."""
    deadline = time.monotonic() + PATIENCE
    while not holds(numbers := scraped(server)):
        assert time.monotonic() < deadline, numbers.found
        time.sleep(0.02)
    return numbers


def post_alone(server: Server, path: str, body: object) -> int:
    headers = {"connection": "close"}
    return httpx.post(f"{server.url}{path}", json=body, headers=headers, timeout=60).status_code


def get_alone(server: Server, path: str, **params: str) -> int:
    url, headers = f"{server.url}{path}", {"connection": "close"}
    return httpx.get(url, params=params, headers=headers, timeout=60).status_code


def test_counts_are_exact_over_several_processes(workspace: Workspace) -> None:
    with Server(workspace.root, workers=2) as server:
        for n in range(24):
            assert get_alone(server, RECOMMEND, user=f"visitor-{n:05d}") == 200
        for n in range(5):
            assert get_alone(server, RECOMMEND, k="x") == 422
            assert get_alone(server, f"/v1/items/nowhere-{n}") == 404
            assert get_alone(server, f"/nowhere-{n}") == 404
        for n in range(6):
            event = {"user": "ann", "item": f"picture-{n:05d}", "kind": "like", "event_id": str(n)}
            assert post_alone(server, EVENTS, event) == 200
        assert post_alone(server, EVENTS, event) == 200
        assert post_alone(server, EVENTS, {**event, "kind": "save"}) == 409
        assert post_alone(server, EVENTS, {**event, "event_id": "n", "item": "none"}) == 404
        many = [{"user": "bob", "item": "picture-00001", "kind": "view"} for _ in range(40)]
        many = [{**each, "event_id": f"b{n}"} for n, each in enumerate(many)]
        assert post_alone(server, EVENTS, {"events": many}) == 200
        # What ends last is known to be counted; a second page of numbers says the same.
        waited_for(server, lambda now: now.sum("beholder_requests_total") >= 24 + 15 + 10)
        for numbers in (scraped(server) for _ in range(6)):
            asked = {"method": "GET", "route": RECOMMEND}
            assert numbers("beholder_requests_total", **asked, status="200") == 24
            assert numbers("beholder_requests_total", **asked, status="422") == 5
            item = {"method": "GET", "route": "/v1/items/{item_id}"}
            assert numbers("beholder_requests_total", **item, status="404") == 5
            lost = {"method": "GET", "route": "-"}
            assert numbers("beholder_requests_total", **lost, status="404") == 5
            assert numbers("beholder_request_seconds_count", route=RECOMMEND) == 29
            levels = [dict(labels) for name, labels in numbers.found if "recommendation_" in name]
            assert {each["degraded"] for each in levels} == {""}
            assert numbers.sum("beholder_recommendation_seconds_count") == 24
            outcomes = {"stored": 46, "same": 1, "conflict": 1, "unknown-item": 1, "erased": 0}
            for outcome, n in outcomes.items():
                assert numbers("beholder_events_total", outcome=outcome) == n, outcome
            codes = {"data": 5, "unknown-item": 6, "not-found": 5, "conflict": 1}
            for code, n in codes.items():
                assert numbers("beholder_refusals_total", code=code) == n, code
            assert numbers("beholder_workers") == 2
            assert numbers("beholder_worker_starts_total") == 2


def test_counts_outlive_a_process_that_is_killed(workspace: Workspace) -> None:
    with Server(workspace.root, workers=2) as server:
        for _ in range(10):
            assert get_alone(server, RECOMMEND) == 200
        asked = {"method": "GET", "route": RECOMMEND, "status": "200"}
        waited_for(server, lambda now: now("beholder_requests_total", **asked) == 10)
        os.kill(server.workers()[0], signal.SIGKILL)
        again = waited_for(server, lambda now: now("beholder_worker_starts_total") == 3)
        assert again("beholder_requests_total", **asked) == 10
        assert again("beholder_workers") == 2


def test_what_is_served_and_held_is_told(workspace: Workspace) -> None:
    with Server(workspace.root) as server, server.client() as client:
        numbers = scraped(server)
        ready = client.get("/health/ready").json()
        assert numbers("beholder_bundle_info", bundle=ready["bundle"]) == 1
        assert 0 < numbers("beholder_bundle_age_seconds") < 3600
        assert numbers("beholder_items") == ready["items"] == 120
        assert numbers("beholder_late_items") == 0
        assert numbers("beholder_requests_at_work") == 1  # this very one
        for name in ("requests_held", "requests_queued", "events_waiting"):
            assert (f"beholder_{name}", ()) in numbers.found
        memory = [n for (name, _), n in numbers.found.items() if name.endswith("memory_bytes")]
        assert len(memory) == 2
        assert min(memory) > 20e6


def test_nothing_of_people_or_items_is_a_label_and_labels_do_not_grow(
    server: Server, client: httpx.Client
) -> None:
    def send(word: str) -> int:
        client.get(RECOMMEND, params={"user": f"{word}-user"})
        client.get(f"/v1/items/{word}-item")
        client.get(f"/{word}")
        client.get(f"/v1/{word}", headers={"authorization": f"Bearer {word}"})
        client.request(word.upper(), RECOMMEND)
        client.post(EVENTS, json={"user": word, "item": word, "kind": "like"})
        page = client.get("/metrics").text
        assert word not in page.lower()
        return len(Numbers(page).found)

    send("canary")
    before = send("magpie")
    assert [send(f"bird{n}") for n in range(5)] == [before] * 5


def test_numbers_need_a_key_of_their_own_elsewhere(workspace: Workspace) -> None:
    with Server(workspace.root) as server, server.client() as client:
        away = {"x-forwarded-for": "192.0.2.1"}
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers=away).status_code == 401
        assert client.get("/metrics", headers={**away, **server.operator}).status_code == 200


def test_rows_are_not_shared_while_their_processes_live() -> None:
    """Four processes count at once, and no count is lost; a fifth takes a row that was left."""
    tally = Tally(1, 4)

    def in_process(n: int) -> int:
        pid = os.fork()
        if pid == 0:
            row = tally.claim()
            for _ in range(n):
                row[0] += 1.0
            time.sleep(0.3)  # all four live at once
            os._exit(0)
        return pid

    for pid in [in_process(1000) for _ in range(4)]:
        os.waitpid(pid, 0)
    assert tally.total(0) == 4000
    assert tally.living() == {}
    os.waitpid(in_process(5), 0)
    assert tally.total(0) == 4005
    assert tally.starts == 5


def test_who_finds_no_row_counts_for_itself_alone() -> None:
    tally = Tally(1, 1)
    holds = os.pipe()
    pid = os.fork()
    if pid == 0:
        tally.claim()
        os.write(holds[1], b"x")
        time.sleep(60)
        os._exit(0)
    os.read(holds[0], 1)
    row = tally.claim()
    row[0] += 7.0
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    for end in holds:
        os.close(end)
    assert (row[0], tally.total(0)) == (7.0, 0.0)


def test_seconds_fall_into_the_class_whose_end_they_do_not_pass() -> None:
    meters = Meters([("GET", "/a")])
    meters.begin()
    for seconds in (0.001, 0.0011, 11.0):
        meters.request("GET", "/a", 200, seconds, "")
    counts, total = meters.classes("seconds", "/a")
    assert (counts[0], counts[1], counts[-1], sum(counts)) == (1, 1, 1, 3)
    assert total == pytest.approx(11.0021)


def test_what_is_not_expected_is_counted_as_other() -> None:
    meters = Meters([("GET", "/a")])
    meters.begin()
    meters.request("GET", "/a", 299, 0.1, "strange")
    meters.request("BREW", "/a", 0, 0.1, "")
    assert meters.total("request", "GET", "/a", "other") == 1
    assert meters.total("request", "other", "-", "other") == 1
    assert meters.total("refused", "other") == 1


def test_text_is_what_a_strict_reader_reads() -> None:
    families = [
        Family("a_total", "counter", "Of words.", [Sample(3, {"word": 'a"b\\c\nd'})]),
        Family("none", "gauge", "Nothing.", []),
        Family("b", "histogram", "Seconds.", histogram((0.1, 1), (1, 0, 2), 7.25, {"of": "x"})),
    ]
    assert text(families) == (
        "# HELP a_total Of words.\n# TYPE a_total counter\n"
        'a_total{word="a\\"b\\\\c\\nd"} 3\n'
        "# HELP b Seconds.\n# TYPE b histogram\n"
        'b_bucket{of="x",le="0.1"} 1\nb_bucket{of="x",le="1"} 1\nb_bucket{of="x",le="+Inf"} 3\n'
        'b_sum{of="x"} 7.25\nb_count{of="x"} 3\n'
    )
    assert Numbers(text(families))("b_sum", of="x") == 7.25
