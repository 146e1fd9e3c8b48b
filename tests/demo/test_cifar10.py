from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from beholder.demo.cifar10 import TEST, TRAIN, Cifar, read
from beholder.errors import DataError
from beholder.progress import SILENT
from beholder.workspace import Workspace
from small_cifar import archive, batches, binaries, competition, pickles


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.create(tmp_path_factory.mktemp("limits") / "workspace", "")


def check_whole(found: Cifar) -> None:
    """The first pictures and labels, pixel by pixel, and how many there are."""
    made = batches()
    assert (len(found.train.labels), len(found.test.labels)) == (100, 20)
    for part, name in ((found.train, TRAIN[0]), (found.test, TEST)):
        rows, labels = made[name]
        first = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        np.testing.assert_array_equal(part.pixels[:20], first)
        assert part.labels[:20].tolist() == labels
    assert found.notes == []


@pytest.mark.parametrize("make", [pickles, binaries])
def test_a_folder_is_found_by_itself_or_in_another(
    make: object, tmp_path: Path, workspace: Workspace
) -> None:
    folder = make(tmp_path)  # type: ignore[operator]
    check_whole(read(folder, workspace, SILENT))
    check_whole(read(tmp_path, workspace, SILENT))


@pytest.mark.parametrize("make", [pickles, binaries])
def test_an_archive_is_read_without_unpacking_it(
    make: object, tmp_path: Path, workspace: Workspace
) -> None:
    folder = make(tmp_path / "source")  # type: ignore[operator]
    (tmp_path / "held").mkdir()
    file = archive(folder, tmp_path / "held" / "cifar-10-python.tar.gz")
    check_whole(read(file, workspace, SILENT))
    check_whole(read(tmp_path / "held", workspace, SILENT))
    assert [path.name for path in (tmp_path / "held").iterdir()] == [file.name]


def test_pictures_of_the_competition_are_read_and_one_in_six_is_tested(
    tmp_path: Path, workspace: Workspace
) -> None:
    folder = competition(tmp_path / "held", 12)
    (folder / "train" / "3.png").write_bytes(b"no picture")
    (folder / "train" / "4.png").unlink()
    found = read(folder, workspace, SILENT)
    assert (len(found.train.labels), len(found.test.labels)) == (49, 9)
    rows, _ = batches(12)[TRAIN[0]]
    np.testing.assert_array_equal(
        found.train.pixels[0], rows[0].reshape(3, 32, 32).transpose(1, 2, 0)
    )
    assert found.train.labels[:4].tolist() == [0, 1, 4, 5]
    assert "pictures left out (media-type): 1" in found.notes
    assert "pictures left out (their files are gone): 1" in found.notes


def test_an_archive_may_name_any_place_and_writes_to_none(
    tmp_path: Path, workspace: Workspace
) -> None:
    folder = pickles(tmp_path / "source")
    file = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(file, "w:gz") as made:
        for path in sorted(folder.iterdir()):
            made.add(path, f"../../{path.name}")
        link = tarfile.TarInfo("data_batch_9")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
        other = tarfile.TarInfo("/etc/cron.d/evil")
        other.size = 4
        made.addfile(other, io.BytesIO(b"evil"))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    check_whole(read(file, workspace, SILENT))
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_link_in_place_of_a_batch_is_not_followed(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(file, "w:gz") as made:
        link = tarfile.TarInfo("cifar-10-batches-py/test_batch")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    with pytest.raises(DataError, match="test_batch: missing"):
        read(file, workspace, SILENT)


def test_a_batch_too_few_is_said_and_none_is_an_error(tmp_path: Path, workspace: Workspace) -> None:
    folder = binaries(tmp_path)
    (folder / "data_batch_2.bin").unlink()
    assert read(folder, workspace, SILENT).notes == ["data_batch_2 is missing"]
    (folder / "test_batch.bin").unlink()
    with pytest.raises(DataError, match="test_batch: missing"):
        read(folder, workspace, SILENT)


@pytest.mark.parametrize("cut", ["bin", "label", "pickle", "archive", "nothing"])
def test_what_is_cut_or_foreign_is_refused(cut: str, tmp_path: Path, workspace: Workspace) -> None:
    if cut in ("bin", "label"):
        path = binaries(tmp_path) / "data_batch_3.bin"
        data = path.read_bytes()
        path.write_bytes(data[:-1] if cut == "bin" else b"\x0a" + data[1:])
    elif cut == "pickle":
        path = pickles(tmp_path) / "data_batch_3"
        path.write_bytes(path.read_bytes()[:-100])
    elif cut == "archive":
        path = archive(pickles(tmp_path / "source"), tmp_path / "cifar-10-python.tar.gz")
        path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"fetch|name the folder"):
        read(tmp_path, workspace, SILENT)
