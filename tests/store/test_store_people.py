from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beholder.behaviour.event import Event
from beholder.errors import StoreError, UsageError
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace


def test_profiling_off_gives_no_history_and_no_training_rows(store: Store) -> None:
    store.record([Event("a", "like", user=name) for name in ("on", "off")])
    store.seal()
    store.set_profiling("off", False)
    off = store.snapshot("off")
    assert (off.known, off.profiling, len(off.seqs)) == (True, False, 0)
    assert store.training_events().n_users == 1
    store.record([Event("b", "like", user="off")])
    assert len(store.training_events()) == 1
    store.set_profiling("off", True)
    assert len(store.snapshot("off").seqs) == 2
    assert len(store.training_events()) == 3


def test_a_signed_in_person_with_profiling_off_is_not_profiled_by_the_session(
    store: Store,
) -> None:
    store.record([Event("a", "like", session="s")])
    store.set_profiling("sam", False)
    assert len(store.snapshot("sam", "s").seqs) == 0


def test_the_default_of_the_workspace_holds_for_new_people(tmp_path: Path) -> None:
    toml = "[privacy]\nprofiling_default = false\n"
    with Store.open(Workspace.create(tmp_path / "w", toml), create=True) as store:
        assert not store.snapshot("nobody").profiling
        store.set_profiling("sam", True)
        assert store.snapshot("sam").profiling


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(consents=st.lists(st.booleans(), min_size=1, max_size=12), sealed=st.booleans())
def test_training_reads_exactly_those_who_allow_it(
    store: Store, consents: list[bool], sealed: bool
) -> None:
    for i, allowed in enumerate(consents):
        store.record([Event("a", "like", user=f"u{i}", time=1_000 + i)])
        store.set_profiling(f"u{i}", allowed)
    for i in range(len(consents), 12):
        store.set_profiling(f"u{i}", False)
    if sealed:
        store.seal()
    wanted = [1_000 + i for i, allowed in enumerate(consents) if allowed]
    assert sorted(store.training_events("measure").times.tolist()) == wanted


def test_a_purpose_that_nobody_allowed_is_refused(store: Store) -> None:
    with pytest.raises(UsageError):
        store.training_events("sell")  # type: ignore[arg-type]


@pytest.mark.parametrize("file", ["root.key", "buckets.key"])
def test_keys_are_for_their_owner_alone(sqlite_workspace: Workspace, file: str) -> None:
    Store.open(sqlite_workspace, create=True).close()
    mode = (sqlite_workspace.secrets / file).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize(
    "missing", ["secrets/root.key", "secrets/buckets.key", "store/keys.db", "store/events.db"]
)
@pytest.mark.parametrize("create", [True, False])
def test_no_new_keys_are_made_over_old_data(
    sqlite_workspace: Workspace, missing: str, create: bool
) -> None:
    Store.open(sqlite_workspace, create=True).close()
    (sqlite_workspace.root / missing).unlink()
    if create and missing == "store/events.db":
        return  # an empty store beside kept keys loses nothing
    with pytest.raises(StoreError, match="missing"):
        Store.open(sqlite_workspace, create=create)
    assert not (sqlite_workspace.root / missing).exists()


def test_a_foreign_root_key_is_refused(sqlite_workspace: Workspace) -> None:
    Store.open(sqlite_workspace, create=True).close()
    (sqlite_workspace.secrets / "root.key").write_bytes(os.urandom(32))
    with pytest.raises(StoreError, match="not the key of this store"):
        Store.open(sqlite_workspace)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_root_key_that_was_cut_is_refused(sqlite_workspace: Workspace, size: int) -> None:
    Store.open(sqlite_workspace, create=True).close()
    (sqlite_workspace.secrets / "root.key").write_bytes(bytes(size))
    with pytest.raises(StoreError, match=rf"root\.key is {size} bytes long"):
        Store.open(sqlite_workspace)


@pytest.mark.postgres
def test_a_second_server_without_the_root_key_makes_none(tmp_path: Path, postgres_url: str) -> None:
    toml = f'[store]\nurl = "{postgres_url}"\nkeys_url = "{postgres_url}"\n'
    Store.open(Workspace.create(tmp_path / "one", toml), create=True).close()
    other = Workspace.create(tmp_path / "two", toml)
    with pytest.raises(StoreError, match="another root key"):
        Store.open(other, create=True)
    shutil.copy(tmp_path / "one/secrets/root.key", other.secrets)
    with pytest.raises(StoreError, match=r"buckets\.key is missing"):
        Store.open(other)
    shutil.copy(tmp_path / "one/secrets/buckets.key", other.secrets)
    Store.open(other).close()


def test_two_stores_over_one_database_see_each_other(store: Store) -> None:
    with Store.open(store.workspace) as other:
        other.record([Event("a", "like", user="sam")])
        assert len(store.snapshot("sam").seqs) == 1


@pytest.mark.parametrize("file", ["store/events.db", "store/keys.db"])
def test_the_databases_are_for_their_owner_alone(sqlite_workspace: Workspace, file: str) -> None:
    Store.open(sqlite_workspace, create=True).close()
    path = sqlite_workspace.root / file
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o644)  # as earlier versions left them
    with Store.open(sqlite_workspace) as store:
        store.put_items([ItemRecord("a", "A")])
        for each in path.parent.glob(f"{path.name}*"):
            assert each.stat().st_mode & 0o077 == 0, each


def test_a_secret_that_others_may_read_is_warned_of(sqlite_workspace: Workspace) -> None:
    Store.open(sqlite_workspace, create=True).close()
    (sqlite_workspace.secrets / "root.key").chmod(0o640)
    with pytest.warns(UserWarning, match="root.key may be read by others: chmod 600"):
        Store.open(sqlite_workspace).close()
