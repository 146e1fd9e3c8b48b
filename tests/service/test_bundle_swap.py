from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import httpx

from beholder.bundle.promote import current, promote
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from live_server import Server


def two_bundles(workspace: Workspace) -> tuple[str, str]:
    """Train once more; both bundles are whole, the second is served."""
    first = current(workspace)
    second = train_workspace(workspace, budget="5s", models=["itemknn"], seed=8).bundle
    promote(workspace, second)  # also where the gate would not
    return first, second


def wait_for(client: httpx.Client, bundle: str) -> None:
    deadline = time.monotonic() + 30
    while client.get("/health/ready").json()["bundle"] != bundle:
        assert time.monotonic() < deadline, f"{bundle} was never served"
        time.sleep(0.05)


def answered(answers: list[tuple[int, str]], bundle: str) -> None:
    """Wait for an answer from a bundle."""
    deadline = time.monotonic() + 30
    while bundle not in {name for _, name in list(answers)}:
        assert time.monotonic() < deadline, f"{bundle} never answered"
        time.sleep(0.05)


def test_bundles_are_swapped_while_answering_without_a_failed_request(
    workspace: Workspace,
) -> None:
    first, second = two_bundles(workspace)
    answers: list[tuple[int, str]] = []
    done = threading.Event()

    def ask(server: Server) -> None:
        with server.client() as client:
            while not done.is_set():
                answer = client.get("/v1/recommendations", params={"user": "visitor-00001"})
                answers.append((answer.status_code, answer.json().get("bundle", "")))

    with Server(workspace.root, workers=2) as server:
        threads = [threading.Thread(target=ask, args=(server,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            answered(answers, second)
            with server.client(headers=server.operator) as operator:
                for name in (first, second) * 3:
                    swapped = operator.post(f"/v1/bundles/{name}/promote")
                    assert swapped.json() == {"bundle": name}
                promote(workspace, first)  # as the command line does, beside the server
                wait_for(operator, first)
            answered(answers, first)
        finally:
            done.set()
            for thread in threads:
                thread.join()
    assert {status for status, _ in answers} == {200}
    assert {bundle for _, bundle in answers} == {first, second}


def damage(folder: Path) -> None:
    target = next(folder.glob("scorers/blend/*.safetensors"))
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(data)


def test_a_damaged_bundle_is_refused_and_the_old_one_stays(workspace: Workspace) -> None:
    first, second = two_bundles(workspace)
    promote(workspace, first)
    damage(workspace.bundles / second)
    with Server(workspace.root) as server, server.client(headers=server.operator) as client:
        refused = client.post(f"/v1/bundles/{second}/promote")
        assert (refused.status_code, refused.json()["code"]) == (503, "bundle")
        assert str(workspace.root) not in refused.text
        (workspace.root / "current").write_text(second)  # as if it broke after it was promoted
        deadline = time.monotonic() + 30
        while (ready := client.get("/health/ready").json())["refused"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert ready["refused"]["bundle"] == second
        assert ready["bundle"] == first
        assert client.get("/v1/recommendations").json()["bundle"] == first
        listed = client.get("/v1/bundles").json()["bundles"]
        assert [each["name"] for each in listed if each["served"]] == [first]
        why = "there is no ranker: 100 people could be asked, 500 are needed"
        assert why in {each["ranker"] for each in listed}
        assert client.post("/v1/bundles/none/promote").status_code == 404
    shutil.rmtree(workspace.bundles / second)
