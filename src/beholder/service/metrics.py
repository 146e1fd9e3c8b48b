"""`/metrics`: how the server does, for Prometheus. Nothing in it is of a person or an item.

Counts are of all processes of the server together, whichever is asked. What each process has at
work, waits or holds in memory is asked of the one that answers, and is of the others as they
wrote it down within the last second.
"""

from __future__ import annotations

import os
import time
from calendar import timegm
from collections.abc import Iterator
from itertools import product
from typing import get_args

from litestar import Response, get

from beholder.service.access import needs
from beholder.service.asking import Asking, running_of
from beholder.service.exposition import MEDIA_TYPE, Family, Sample, histogram, text
from beholder.service.memory import resident
from beholder.service.meters import DEGRADED, LEVELS, OUTCOMES, SECONDS, Meters
from beholder.service.running import Running
from beholder.service.trainings import Outcome, kept
from beholder.workspace import Workspace

OUTCOMES_OF_TRAINING: tuple[str, ...] = get_args(Outcome)


@get("/metrics", media_type=MEDIA_TYPE, opt=needs("metrics"))
async def metrics(request: Asking) -> Response[str]:
    """Say how the server does, in the text format of Prometheus."""
    running = running_of(request)
    running.meters.publish()
    families = [
        *_counted(running.meters),
        *_now(running.meters),
        *_served(running),
        *_trained(running.workspace),
    ]
    return Response(text(families), media_type=MEDIA_TYPE)


def _counted(meters: Meters) -> Iterator[Family]:
    yield Family(
        "beholder_requests_total",
        "counter",
        "Requests that were answered.",
        [
            Sample(n, {"method": method, "route": route, "status": status})
            for (method, route), status in product(meters.pairs, meters.statuses)
            if (n := meters.total("request", method, route, status))
        ],
    )
    yield Family(
        "beholder_request_seconds",
        "histogram",
        "Time from the headers of a request to the end of its answer, in seconds.",
        [each for route in meters.routes for each in _timed(meters, "seconds", route=route)],
    )
    yield Family(
        "beholder_recommendation_seconds",
        "histogram",
        "Time that making recommendations took, in seconds.",
        [
            each
            for level, degraded in product(LEVELS, DEGRADED)
            for each in _timed(meters, "made", level=level, degraded=degraded)
        ],
    )
    yield Family(
        "beholder_refusals_total",
        "counter",
        "Requests that were answered with a problem, by its code.",
        [
            Sample(n, {"code": code})
            for code in meters.codes
            if (n := meters.total("refused", code))
        ],
    )
    yield Family(
        "beholder_events_total",
        "counter",
        "Events that were sent, by what became of them.",
        [Sample(meters.total("event", outcome), {"outcome": outcome}) for outcome in OUTCOMES],
    )


def _timed(meters: Meters, what: str, **labels: str) -> list[Sample]:
    counts, total = meters.classes(what, *labels.values())
    return histogram(SECONDS, counts, total, labels) if any(counts) else []


def _now(meters: Meters) -> Iterator[Family]:
    def summed(gauge: str) -> list[Sample]:
        return [Sample(sum(meters.gauges(gauge).values()))]

    living = meters.gauges("resident")
    yield _gauge("workers", "Processes that answer.", [Sample(len(living))])
    yield Family(
        "beholder_worker_starts_total",
        "counter",
        "Processes that began to answer since the server began, those in the place of dead ones.",
        [Sample(meters.tally.starts)],
    )
    yield _gauge("requests_at_work", "Requests at work.", summed("at_work"))
    yield _gauge("requests_held", "Requests whose bodies are on their way.", summed("held"))
    yield _gauge("requests_queued", "Requests that wait for their turn.", summed("queued"))
    yield _gauge(
        "queue_wait_seconds",
        "Longest wait for a turn in any process, in seconds.",
        [Sample(max(meters.gauges("queue_wait").values(), default=0.0))],
    )
    yield _gauge("events_waiting", "Events that wait for the disk.", summed("events_waiting"))
    yield _gauge("answers_waiting", "Answers that wait to be stored.", summed("answers_waiting"))
    yield _gauge(
        "resident_memory_bytes",
        "Memory of each process; pages that they share count in each.",
        [
            Sample(resident(os.getppid()), {"process": "parent"}),
            *(Sample(size, {"process": str(slot)}) for slot, size in living.items()),
        ],
    )


def _served(running: Running) -> Iterator[Family]:
    view = running.engine.now_showing
    bundle = running.engine.bundle
    yield _gauge("bundle_info", "The bundle that is served.", [Sample(1, {"bundle": bundle})])
    yield _gauge(
        "bundle_age_seconds",
        "Time since the bundle that is served was written.",
        [Sample(time.time() - timegm(time.strptime(bundle[:15], "%Y%m%dT%H%M%S")))],
    )
    yield _gauge("items", "Items that may be in an answer.", [Sample(int(view.shown.sum()))])
    yield _gauge(
        "late_items", "Items that came after the bundle that is served.", [Sample(view.n_late)]
    )


def _trained(workspace: Workspace) -> Iterator[Family]:
    found = kept(workspace)
    if found is None:
        return
    training = found.training
    yield _gauge(
        "training_running", "Whether the server trains.", [Sample(training.state == "running")]
    )
    if training.last is None or training.started is None or training.finished is None:
        return
    yield _gauge(
        "training_outcome",
        "How the last training of the server ended: 1 for what holds.",
        [Sample(each == training.last.outcome, {"outcome": each}) for each in OUTCOMES_OF_TRAINING],
    )
    yield _gauge(
        "training_seconds",
        "How long the last training of the server took.",
        [Sample((training.finished - training.started) / 1000)],
    )
    yield _gauge(
        "training_finished_timestamp_seconds",
        "When the last training of the server ended, in seconds since 1970.",
        [Sample(training.finished / 1000)],
    )


def _gauge(name: str, told: str, samples: list[Sample]) -> Family:
    return Family(f"beholder_{name}", "gauge", told, samples)


handlers = [metrics]
