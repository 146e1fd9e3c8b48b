"""A disk that takes nothing more: one line says so, and who asks is still answered."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import beholder
from live_server import Server

EVENT = {"user": "somebody", "item": "picture-00003", "kind": "like"}


@pytest.fixture
def disk(trained: Path, tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own with a trained workspace on it."""
    place = tmp_path / "a small disk"
    place.mkdir()
    size = sum(file.stat().st_size for file in trained.rglob("*") if file.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size + 2**24}", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root mounts a disk")
    try:
        shutil.copytree(trained, place / "shop")
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, left: int = 0) -> Path:
    """Take all the room there is but so many bytes."""
    path = disk / "filler"
    (disk / "left").write_bytes(bytes(left))
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            (disk / "left").unlink()
            return path
    raise AssertionError("no end of the disk")


def test_a_running_server_answers_on_a_full_disk_and_stores_again_when_there_is_room(
    disk: Path,
) -> None:
    with Server(disk / "shop") as server, server.client() as client:
        assert client.post("/v1/interactions", json=EVENT).status_code == 200
        before = client.get("/v1/recommendations", params={"user": "somebody"}).json()
        usual = before["bundle"]
        filler = fill(disk)
        refused = None
        for _ in range(200):  # its journal has some room left
            answer = client.post("/v1/interactions", json=EVENT)
            if answer.status_code != 200:
                refused = answer
                break
        assert refused is not None
        assert refused.status_code == 503
        assert refused.json()["code"] == "store"
        assert "full" in refused.json()["detail"]
        for words in ("small", "shop", "/"):  # where, is nothing for those who ask
            assert words not in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) >= 1
        for path in ("/", "/v1/items/picture-00003", "/health/live"):
            assert client.get(path).status_code == 200
        again = client.get("/v1/recommendations", params={"user": "somebody"}).json()
        assert [item["id"] for item in again["items"]] == [item["id"] for item in before["items"]]
        bundle = client.get("/health/ready", headers=server.operator)
        name = usual if bundle.status_code == 503 else bundle.json()["bundle"]
        promoted = client.post(f"/v1/bundles/{name}/promote", headers=server.operator)
        assert (promoted.status_code, promoted.json()["code"]) == (503, "disk")
        assert "small" not in promoted.text
        filler.unlink()
        other = EVENT | {"item": "picture-00004"}
        assert client.post("/v1/interactions", json=other).status_code == 200
    assert not any("Traceback" in line for line in server.errors)


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_commands_say_in_one_line_what_the_disk_is(disk: Path, how: str) -> None:
    items = disk.parent / "items.csv"
    items.write_text("item_id,title\nnew,New\n")
    if how == "full":
        fill(disk)
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    shop = disk / "shop"
    for command in (
        ["import", shop, "--items", items], ["train", shop], ["recommend", shop, "--user", "a"],
        ["item", "hide", shop, "picture-00003"], ["key", "add", shop, "--scope", "recommend"],
        ["user", "erase", shop, "a"], ["serve", shop, "--port", "0"], ["init", disk / "other"],
    ):  # fmt: skip
        _, error = beholder(*command, status=1)
        assert error.count("\n") == 1
        assert str(disk) in error
        words = ("full", "No space left") if how == "full" else ("read-only", "Read-only")
        assert any(word in error for word in words), error
    assert not (disk / "other" / "beholder.toml").exists()


@pytest.mark.parametrize("left", [96, 512])
def test_a_training_that_fills_the_disk_says_where_and_keeps_the_bundle(
    disk: Path, left: int
) -> None:
    shop = disk / "shop"
    live = (shop / "current").read_text()
    fill(disk, left * 1024)
    _, error = beholder("train", shop, "--budget", "5s", "--model", "itemknn", status=1)
    assert error.splitlines()[-1].startswith("beholder: ")
    assert str(disk) in error
    assert "Traceback" not in error
    assert (shop / "current").read_text() == live
