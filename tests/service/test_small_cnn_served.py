"""A network of a bundle and one of a person, as `POST /recommend` answers with them."""

from __future__ import annotations

import base64
import math
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs

from beholder.bundle.network import Network, NetworkRecord, packed
from beholder.bundle.promote import current, folder_of, promote
from beholder.encoders.workspace import encode_workspace
from beholder.store import Store
from beholder.store.erase import mark_bundle
from beholder.training.classic import write
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from live_server import Server
from taste_workspace import FAN, network, picture, png, taste_workspace

IMAGE = base64.b64encode(png(picture(7))).decode()
ORIGIN = "https://shop.example"


def made(onnx: bytes, *classes: str, of_people: bool = True) -> Network:
    record = NetworkRecord("small-cnn", 0, "bce", classes, of_people, 80, 20, 0.9, None, 0.75)
    return Network(record, onnx)


def test_who_is_surely_better_than_chance() -> None:
    """Of 20, 5 are liked: an AUC by chance is off by sqrt(21 / (12 * 5 * 15)) = 0.153."""
    record = made(b"").record
    sure = [structs.replace(record, auc=auc).sure for auc in (0.8, 0.82, 0.5, None)]
    assert sure == [False, True, False, True]
    assert not structs.replace(record, auc=math.nan).sure
    assert not structs.replace(record, auc=1.0, always=1.0).sure


def publish(workspace: Workspace, network: Network) -> str:
    name = write(workspace, network)
    promote(workspace, name)
    return name


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = taste_workspace(tmp_path_factory.mktemp("taste") / "workspace")
    train_workspace(workspace, budget="1s")
    publish(workspace, made(network(math.log(3))))
    return workspace


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[httpx.Client]:
    settings = {"serve.cors_origins": f'["{ORIGIN}"]'}
    with Server(workspace.root, settings=settings) as server, server.client() as client:
        yield client


def ask(client: httpx.Client, **more: object) -> dict[str, Any]:
    answer = client.post("/recommend", json={"image": IMAGE, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_network_of_the_bundle_answers_where_nothing_was_encoded(client: httpx.Client) -> None:
    found = ask(client)
    assert found.pop("prediction") == pytest.approx(0.75)
    assert found == {"by": "small-cnn", "similar": [], "recommendations": []}
    assert len(ask(client, user=FAN)["recommendations"]) == 10


def test_a_network_of_one_person_answers_only_them_and_goes_with_them(
    client: httpx.Client, workspace: Workspace
) -> None:
    with Store.open(workspace) as store:
        store.keep_network("ann", packed(made(network(math.log(9)))))
        (file,) = workspace.networks.glob("*.sealed")
        assert file.stat().st_mode & 0o777 == 0o600
        sealed = file.read_bytes()
        assert b"small-cnn" not in sealed, "it opens with the key of the person alone"
        assert ask(client, user="ann")["prediction"] == pytest.approx(0.9)
        assert ask(client, user="bob")["prediction"] == pytest.approx(0.75)
        assert ask(client)["prediction"] == pytest.approx(0.75)
        store.set_purposes("ann", {"recommend": False})
        assert ask(client, user="ann")["prediction"] == pytest.approx(0.75)
        store.set_purposes("ann", {"recommend": True})
        told = b"".join(str(record).encode() for record in store.export("ann"))
        assert b"small-cnn" not in told
        receipt = store.erase("ann")
        assert receipt.networks == 1
        assert not file.exists()
        assert ask(client, user="ann")["prediction"] == pytest.approx(0.75)


def test_a_network_no_better_than_chance_leaves_the_answer_to_that_of_all(
    client: httpx.Client, workspace: Workspace
) -> None:
    chance = made(network(math.log(9)))
    chance = chance._replace(record=structs.replace(chance.record, auc=0.55))
    with Store.open(workspace) as store:
        store.keep_network("bob", packed(chance))
    answer = ask(client, user="bob")
    next(workspace.networks.glob("*.sealed")).unlink()
    assert (answer["by"], round(answer["prediction"], 4)) == ("small-cnn", 0.75)


def test_a_cut_network_of_a_person_is_an_error_that_says_so(
    client: httpx.Client, workspace: Workspace
) -> None:
    with Store.open(workspace) as store:
        store.keep_network("bob", packed(made(network(0.0))))
    (file,) = workspace.networks.glob("*.sealed")
    file.write_bytes(file.read_bytes()[:-10])
    answer = client.post("/recommend", json={"image": IMAGE, "user": "bob"})
    assert answer.status_code == 503
    assert "cannot be decrypted" in answer.json()["detail"]
    file.unlink()


def test_pages_of_other_origins_may_ask_as_for_the_rest(client: httpx.Client) -> None:
    answer = client.post("/recommend", json={"image": IMAGE}, headers={"origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    asked = {
        "origin": ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = client.options("/recommend", headers=asked)
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_a_network_of_classes_says_which_and_serving_goes_on(
    client: httpx.Client, workspace: Workspace
) -> None:
    onnx = network(0.0, math.log(2), math.log(5))
    publish(workspace, made(onnx, "dog", "ship", "cat", of_people=False))
    until = time.monotonic() + 20
    while "class" not in (found := ask(client)) and time.monotonic() < until:
        time.sleep(0.1)
    assert (found["class"], found["prediction"]) == ("cat", pytest.approx(5 / 8))
    assert (found["by"], found["similar"]) == ("small-cnn", [])


def test_likeness_answers_where_the_network_is_no_better_than_chance(
    workspace: Workspace, tmp_path: Path
) -> None:
    root, chance = tmp_path / "copy", made(network(math.log(9)))
    shutil.copytree(workspace.root, root, ignore=shutil.ignore_patterns("*.lock", "*.pid"))
    copy = Workspace.open(root)
    with Store.open(copy) as store:
        encode_workspace(copy, store)
    train_workspace(copy, budget="1s")
    publish(copy, chance._replace(record=structs.replace(chance.record, auc=0.55)))
    with Server(root) as server, server.client() as client:
        assert ask(client)["by"] == "likeness"


def test_the_next_training_takes_the_network_over_unless_somebody_in_it_was_erased(
    tmp_path: Path,
) -> None:
    workspace = taste_workspace(tmp_path / "workspace", 30)
    train_workspace(workspace, budget="1s")
    publish(workspace, made(network(math.log(3))))
    notes = train_workspace(workspace, budget="1s").notes
    assert any("answers `POST /recommend` as before" in note for note in notes)
    served = folder_of(workspace, current(workspace))
    assert (served / "networks/small-cnn.onnx").read_bytes() == network(math.log(3))
    mark_bundle(workspace, served.name)
    copied = publish(workspace, made(network(0.0)))
    assert workspace.mark_of(copied).exists(), "the rest of it still holds who was erased"
    notes = train_workspace(workspace, budget="1s").notes
    assert any("small-cnn is left out, since somebody was erased" in note for note in notes)
    assert not (folder_of(workspace, current(workspace)) / "networks").exists()
