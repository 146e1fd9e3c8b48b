"""Requests that schemathesis makes from `/openapi.json`: none may be a fault of ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from live_server import Server

FEW, MANY = 15, 120  # examples an operation; 18 operations


@pytest.fixture(scope="module")
def fuzzed(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("fuzzed") / "copy"
    shutil.copytree(trained, root)
    with Server(root) as running:
        yield running


def walk(server: Server, examples: int) -> dict[str, list[int]]:
    """Send generated requests to every operation; return the statuses of each."""
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    return {each.label: statuses(server, each, examples) for each in operations}


def statuses(server: Server, operation: Any, examples: int) -> list[int]:
    seen: list[int] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        answer = case.call(headers=server.operator)
        seen.append(answer.status_code)
        assert answer.status_code < 500 or answer.status_code == 503, case.as_curl_command()
        if answer.status_code >= 400:
            kind = answer.headers["content-type"][0]
            assert kind == "application/problem+json", case.as_curl_command()

    send()
    return seen


def test_no_generated_request_is_a_fault_of_ours(fuzzed: Server) -> None:
    found = walk(fuzzed, FEW)
    assert len(found) >= 17
    answered = [label for label, seen in found.items() if 200 in seen]
    assert len(answered) >= 8  # else the requests were too odd to try anything


@pytest.mark.long
def test_no_fault_in_two_thousand_generated_requests(fuzzed: Server) -> None:
    found = walk(fuzzed, MANY)
    assert sum(len(seen) for seen in found.values()) >= 2000
