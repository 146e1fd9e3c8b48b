"""Which bundle is served, and that nothing takes it away by accident."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from beholder.bundle import parts
from beholder.bundle.promote import current, folder_of, names, promote, roll_back
from beholder.bundle.write import Origin, remove_old, write_bundle
from beholder.errors import BundleError
from beholder.workspace import Workspace
from command_line import beholder


def write_another(workspace: Workspace) -> str:
    """Write one more bundle, in a second of its own: names sort by the second."""
    served = parts.load(folder_of(workspace, current(workspace)))
    newest = names(workspace)[-1].split("-")[0]
    while time.strftime("%Y%m%dT%H%M%S", time.gmtime()) <= newest:
        time.sleep(0.05)
    return write_bundle(workspace, served, Origin(1, 1, "", 7, 0))


def test_a_written_bundle_is_served_only_when_promoted(workspace: Workspace) -> None:
    before = current(workspace)
    name = write_another(workspace)
    assert current(workspace) == before
    assert names(workspace)[-1] == name
    promote(workspace, name)
    assert current(workspace) == name


def test_rolling_back_serves_the_one_before(workspace: Workspace) -> None:
    first = current(workspace)
    for older in names(workspace)[:-1]:
        assert older <= first
    second = write_another(workspace)
    promote(workspace, second)
    assert roll_back(workspace) == names(workspace)[-2]
    assert current(workspace) == names(workspace)[-2]


def test_without_an_older_one_rolling_back_changes_nothing(workspace: Workspace) -> None:
    oldest = names(workspace)[0]
    promote(workspace, oldest)
    with pytest.raises(BundleError, match="no older"):
        roll_back(workspace)
    assert current(workspace) == oldest


def test_rolling_back_to_a_broken_one_keeps_what_is_served(workspace: Workspace) -> None:
    second = write_another(workspace)
    promote(workspace, second)
    older = names(workspace)[-2]
    (workspace.bundles / older / "choice.json").write_bytes(b"{}")
    with pytest.raises(BundleError):
        roll_back(workspace)
    assert current(workspace) == second


def test_removing_old_ones_spares_the_one_that_is_served(workspace: Workspace) -> None:
    oldest = names(workspace)[0]
    promote(workspace, oldest)
    newest = write_another(workspace)
    gone = remove_old(workspace, keep=1)
    assert names(workspace) == [oldest, newest]
    assert not set(gone) & {oldest, newest}


def test_bundles_of_one_second_sort_as_they_were_written(workspace: Workspace) -> None:
    written = [write_another(workspace) for _ in range(4)]
    assert written == sorted(written)
    assert len(set(written)) == 4


def test_what_a_killed_training_left_aside_goes_after_a_day(workspace: Workspace) -> None:
    old, fresh = (workspace.bundles / f".2026-{name}.part" for name in ("old", "fresh"))
    for aside in (old, fresh):
        aside.mkdir()
        (aside / "items.arrow").write_bytes(b"half")
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    remove_old(workspace, keep=5)
    assert not old.exists()
    assert fresh.exists()


@pytest.mark.parametrize("name", ["../secrets", "20990101T000000-abcd", "", ".", "current"])
def test_a_name_that_is_no_bundle_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(BundleError, match="no bundle"):
        promote(workspace, name)


def test_before_training_there_is_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="beholder train"):
        current(Workspace.create(tmp_path / "new", ""))


def test_a_bundle_of_somebody_erased_is_marked_in_the_list_and_can_be_removed(
    workspace: Workspace,
) -> None:
    served = current(workspace)
    other = write_another(workspace)
    for name in (served, other):
        (workspace.bundles / f"{name}.erased").write_bytes(b"{}")
    listed, words = beholder("bundle", "list", workspace.root, "--json")
    states = {row["bundle"]: row["state"] for row in json.loads(listed)}
    assert (states[served], states[other]) == ("promoted, marked", "marked")
    assert "train again, then `beholder bundle remove`" in words
    _, error = beholder("bundle", "remove", workspace.root, served, status=1)
    assert f"{served} is served (promote another one first, or train)" in error
    assert beholder("bundle", "remove", workspace.root, other)[0] == f"{other} is removed\n"
    assert other not in names(workspace)
    assert not (workspace.bundles / f"{other}.erased").exists()
    _, error = beholder("bundle", "remove", workspace.root, other, status=1)
    assert "there is no bundle" in error
