"""A backup that is cut, changed, foreign or hostile restores nothing at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_shop import PASSPHRASE, make_small

import forked
from beholder.backup.container import MANIFEST, SUMS
from beholder.backup.restore import restore
from beholder.backup.sealed import PIECE, Sealing, Unsealing
from beholder.backup.take import back_up
from beholder.errors import BackupError
from beholder.workspace import Workspace
from command_line import beholder
from live_server import COMMAND


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a backup and its keys, that no test changes."""
    place = tmp_path_factory.mktemp("made")
    workspace = make_small(place / "small", os.urandom(2 * PIECE))
    back_up(workspace, place / "b.tar", keys=place / "b.keys", passphrase=PASSPHRASE.encode())
    return place


def refuse(file: Path, place: Path, says: str, keys: Path | None = None) -> None:
    """Restore a backup that must not be; nothing may be left, not even beside."""
    before = sorted(place.rglob("*"))
    passphrase = PASSPHRASE.encode()
    with pytest.raises(BackupError, match=says) as caught:
        restore(file, place / "new", keys=keys, passphrase=passphrase, nobody_erased=True)
    assert caught.value.remedy
    assert sorted(place.rglob("*")) == before


def changed(file: Path, at: int, place: Path) -> Path:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    (place / file.name).write_bytes(data)
    return place / file.name


def members(file: Path) -> Iterator[tarfile.TarInfo]:
    with tarfile.open(file) as tar:
        yield from tar


def test_a_changed_byte_in_any_member_is_seen(made: Path, tmp_path: Path) -> None:
    names = set()
    for member in members(made / "b.tar"):
        assert member.size > 0
        for at in (0, member.size // 2, member.size - 1):
            refuse(changed(made / "b.tar", member.offset_data + at, tmp_path), tmp_path, "backup")
        names.add(member.name.split("/")[0])
    assert names == {
        *("beholder.toml", "bundles", "current", "media", "reports", "secrets", "store"),
        *("vectors", MANIFEST, SUMS),
    }


def test_a_changed_byte_in_any_header_is_seen(made: Path, tmp_path: Path) -> None:
    for member in members(made / "b.tar"):
        for at in (0, 103, 130, 156):  # name, rights, size, type
            refuse(changed(made / "b.tar", member.offset + at, tmp_path), tmp_path, "backup")


def test_a_backup_that_is_cut_is_seen(made: Path, tmp_path: Path) -> None:
    whole = (made / "b.tar").read_bytes()
    last = max(member.offset_data + member.size for member in members(made / "b.tar"))
    for length in (0, 100, 512, *range(1_000, last, last // 12), last - 1):
        (tmp_path / "cut.tar").write_bytes(whole[:length])
        refuse(tmp_path / "cut.tar", tmp_path, "backup")


def test_keys_that_are_cut_or_changed_are_seen(made: Path, tmp_path: Path) -> None:
    whole = (made / "b.keys").read_bytes()
    for at in (0, 20, len(whole) - 1):  # mark, salt, last piece
        keys = changed(made / "b.keys", at, tmp_path)
        refuse(made / "b.tar", tmp_path, "keys", keys)
    for length in (0, 60, len(whole) - 1):
        (tmp_path / "b.keys").write_bytes(whole[:length])
        refuse(made / "b.tar", tmp_path, "keys", tmp_path / "b.keys")


@pytest.mark.parametrize("size", [PIECE, 2 * PIECE + 7])
def test_pieces_that_are_sealed_come_back_in_order_and_as_a_whole(size: int) -> None:
    data, file = os.urandom(size), io.BytesIO()
    sealing = Sealing(file, b"words")
    for start in range(0, size, 300_000):
        sealing.write(data[start : start + 300_000])
    sealing.close()
    sealed = file.getvalue()
    assert Unsealing(io.BytesIO(sealed), b"words").read(size + 1) == data
    head, step = 48, PIECE + 16
    pieces = [sealed[at : at + step] for at in range(head, len(sealed), step)]
    for wrong in (pieces[:-1], pieces[1:] + pieces[:1], [*pieces[:1], *pieces]):
        if len(pieces) > 1:
            opened = Unsealing(io.BytesIO(sealed[:head] + b"".join(wrong)), b"words")
            with pytest.raises(BackupError, match="cut or changed"):
                opened.read(size + 2 * PIECE)


def test_another_passphrase_opens_nothing(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("restore", made / "b.tar", tmp_path / "new", "--no-erasures", "--keys")
    (tmp_path / "words").write_text(f"{PASSPHRASE}, but longer\n")
    told = beholder(*words, made / "b.keys", "--passphrase-file", tmp_path / "words", status=1)[1]
    assert "the passphrase does not open the keys" in told
    assert not (tmp_path / "new").exists()
    monkeypatch.delenv("BEHOLDER_PASSPHRASE")
    assert "need a passphrase" in beholder(*words, made / "b.keys", status=2)[1]
    (tmp_path / "words").write_text(f"{PASSPHRASE}\n")
    beholder(*words, made / "b.keys", "--passphrase-file", tmp_path / "words")


def test_a_short_passphrase_seals_nothing(
    small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEHOLDER_PASSPHRASE", "guessed")
    words = ("backup", small.root, tmp_path / "b.tar", "--keys", tmp_path / "b.keys")
    assert "fewer than 12 characters" in beholder(*words, status=2)[1]
    assert not (tmp_path / "b.tar").exists()


def test_keys_of_another_backup_are_refused(small: Workspace, made: Path, tmp_path: Path) -> None:
    keys = tmp_path / "other.keys"
    back_up(small, tmp_path / "b.tar", keys=keys, passphrase=PASSPHRASE.encode())
    refuse(made / "b.tar", tmp_path, "keys are of another backup", keys)


def test_one_file_is_not_taken_for_the_other(made: Path, tmp_path: Path) -> None:
    refuse(made / "b.keys", tmp_path, "cannot be read")
    refuse(made / "b.tar", tmp_path, "no file of keys", made / "b.tar")


def manifest(made: Path, **other: object) -> bytes:
    with tarfile.open(made / "b.tar") as tar:
        file = tar.extractfile(MANIFEST)
        assert file is not None
        return json.dumps(json.load(file) | other).encode()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"format": 2}, "format 2, not 1"),
        ({"schema": "9999"}, "tables of version 9999"),
        ({"kind": "keys"}, "a backup of the keys"),
        ({"more": 1}, "no manifest"),
    ],
)
def test_a_backup_of_another_version_is_refused_before_anything_is_written(
    made: Path, other: dict[str, object], says: str, tmp_path: Path
) -> None:
    crafted(tmp_path / "b.tar", manifest(made, **other), [])
    refuse(tmp_path / "b.tar", tmp_path, says)


def crafted(
    file: Path,
    said: bytes,
    odd: list[tuple[tarfile.TarInfo, bytes]],
    form: int = tarfile.PAX_FORMAT,
) -> None:
    """Write a tar as nobody's program does."""
    first = tarfile.TarInfo(MANIFEST)
    with tarfile.open(file, "w", format=form) as tar:
        for info, data in [(first, said), *odd]:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def named(name: str, kind: bytes = tarfile.REGTYPE, to: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


@pytest.mark.parametrize(
    ("info", "says"),
    [
        (named("../x"), "leads out"),
        (named("media/../../x"), "leads out"),
        (named("/etc/x"), "leads out"),
        (named("media//x"), "leads out"),
        (named("media/./x"), "leads out"),
        (named("media/a\nb"), "characters"),
        (named("media/a\\b"), "characters"),
        (named("x"), "no file of a workspace"),
        (named("secrets/root.key"), "no file of a workspace"),
        (named("store/keys.db"), "no file of a workspace"),
        (named("media"), "no file of a workspace"),
        (named("media/x", tarfile.SYMTYPE, "/etc/passwd"), "no plain file"),
        (named("media/x", tarfile.LNKTYPE, "beholder.toml"), "no plain file"),
        (named("media/x", tarfile.CHRTYPE), "no plain file"),
        (named("media/x", tarfile.BLKTYPE), "no plain file"),
        (named("media/x", tarfile.FIFOTYPE), "no plain file"),
        (named("media/x", tarfile.DIRTYPE), "no plain file"),
        (named("media/x", tarfile.GNUTYPE_SPARSE), "no plain file"),
        (named("media/" + "x" * 300), "no plain file"),  # of a PAX header
    ],
    ids=lambda value: repr(getattr(value, "name", ""))[:20],
)
def test_a_crafted_backup_writes_nothing(
    made: Path, info: tarfile.TarInfo, says: str, tmp_path: Path
) -> None:
    crafted(tmp_path / "b.tar", manifest(made), [(info, b"")])
    refuse(tmp_path / "b.tar", tmp_path, says)


def test_folders_in_folders_without_end_are_refused(made: Path, tmp_path: Path) -> None:
    deep = named("media/" + "a/" * 1_500 + "x")
    crafted(tmp_path / "b.tar", manifest(made), [(deep, b"")], tarfile.GNU_FORMAT)
    refuse(tmp_path / "b.tar", tmp_path, "too deep")


def test_a_file_that_comes_twice_or_below_another_is_refused(made: Path, tmp_path: Path) -> None:
    for second in ("media/x", "media/x/y"):
        both = [(named("media/x"), b"1"), (named(second), b"2")]
        crafted(tmp_path / "b.tar", manifest(made), both)
        refuse(tmp_path / "b.tar", tmp_path, "twice")


def test_a_file_that_says_to_be_larger_than_it_is_is_refused(made: Path, tmp_path: Path) -> None:
    crafted(tmp_path / "b.tar", manifest(made), [])
    huge = named("media/x")
    huge.size = 2**60
    data = (tmp_path / "b.tar").read_bytes().rstrip(b"\0")
    padded = data + bytes(-len(data) % 512)
    (tmp_path / "b.tar").write_bytes(padded + huge.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
    refuse(tmp_path / "b.tar", tmp_path, "cannot be read")


def test_a_full_disk_leaves_nothing(made: Path, tmp_path: Path) -> None:
    words = [*COMMAND, "backup", str(made / "small"), str(tmp_path / "b.tar")]
    back = [*COMMAND, "restore", str(made / "b.tar"), str(tmp_path / "new"), "--no-erasures"]
    for command in (words, back):
        limited = ["sh", "-c", 'ulimit -f 2048; exec "$@"', "sh", *command]  # of 512 bytes each
        done = subprocess.run(limited, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        told = [line for line in done.stderr.splitlines() if line.startswith("beholder: ")]
        assert len(told) == 1
        assert "make room there" in told[0]
        assert list(tmp_path.iterdir()) == []


def test_a_damaged_store_is_not_backed_up(small: Workspace, tmp_path: Path) -> None:
    path = small.store / "events.db"
    data = bytearray(path.read_bytes())
    data[8192 * 3 : 8192 * 3 + 200] = bytes(range(200))
    path.write_bytes(data)
    _, told = beholder("backup", small.root, tmp_path / "b.tar", status=1)
    assert "the store is damaged" in told
    assert not (tmp_path / "b.tar").exists()


def test_keys_without_their_root_are_not_backed_up(small: Workspace, tmp_path: Path) -> None:
    (small.secrets / "root.key").unlink()
    words = ("backup", small.root, tmp_path / "b.tar", "--keys", tmp_path / "b.keys")
    assert "root.key is missing" in beholder(*words, status=1)[1]
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_root_key_that_does_not_fit_restores_nothing(small: Workspace, tmp_path: Path) -> None:
    (small.secrets / "root.key").write_bytes(bytes(32))
    passphrase = PASSPHRASE.encode()
    back_up(small, tmp_path / "b.tar", keys=tmp_path / "b.keys", passphrase=passphrase)
    words = ("restore", tmp_path / "b.tar", tmp_path / "new", "--no-erasures")
    assert "is not the key" in beholder(*words, "--keys", tmp_path / "b.keys", status=1)[1]
    assert not (tmp_path / "new").exists()


def test_a_workspace_without_a_store_is_not_backed_up(small: Workspace, tmp_path: Path) -> None:
    (small.store / "events.db").unlink()
    _, told = beholder("backup", small.root, tmp_path / "b.tar", status=1)
    assert "events.db is missing" in told
    assert not (small.store / "events.db").exists()


def packed_anew(file: Path, place: Path, change: dict[str, bytes | None]) -> Path:
    """A tar with the right checksums, in which some members are others, or None: not there."""
    sums, out = [], place / "packed.tar"
    with tarfile.open(file) as old, tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as new:
        for member in old:
            opened = old.extractfile(member)
            assert opened is not None
            data = change.get(member.name, opened.read())
            if data is None:
                continue
            if member.name == SUMS:
                data = "".join(sums).encode()
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {member.name}\n")
            info = tarfile.TarInfo(member.name)
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
    return out


@pytest.mark.parametrize("keys", [False, True])
def test_a_store_that_is_missing_or_has_lost_rows_is_no_restored_store(
    made: Path, tmp_path: Path, keys: bool
) -> None:
    own = made / "b.keys" if keys else None
    events = "store/events.db"
    gone = packed_anew(made / "b.tar", tmp_path, {events: None})
    refuse(gone, tmp_path, "no database of the store", own)
    empty = packed_anew(made / "b.tar", tmp_path, {events: b""})
    refuse(empty, tmp_path, "the backup says .*'events': 3.* and has", own)


def test_what_a_killed_run_left_goes_with_the_next(made: Path, tmp_path: Path) -> None:
    def leave(name: str) -> None:
        folder = tmp_path / f".{name}.beholder-0a1b2c3d.part" / "store"
        folder.mkdir(parents=True)
        (folder / "keys.db").write_bytes(b"in clear")
        (tmp_path / f".{name}.beholder-4e5f.part").write_bytes(b"half")
        (tmp_path / ".other.tar.beholder-4e5f.part").write_bytes(b"of another run")
        (tmp_path / f".{name}.notes.part").write_bytes(b"a user's own")

    workspace = make_small(tmp_path / "small")
    for name in ("n.tar", "n.keys", "new"):
        leave(name)
    words = PASSPHRASE.encode()
    back_up(workspace, tmp_path / "n.tar", keys=tmp_path / "n.keys", passphrase=words)
    restore(tmp_path / "n.tar", tmp_path / "new", nobody_erased=True)
    assert sorted(path.name for path in tmp_path.glob("*.part")) == [
        ".n.keys.notes.part",
        ".n.tar.notes.part",
        ".new.notes.part",
        ".other.tar.beholder-4e5f.part",
    ]
    usual = tmp_path.stat().st_mode & 0o055
    assert (tmp_path / "new").stat().st_mode & 0o055 == usual or usual == 0


def test_a_restore_that_is_stopped_from_outside_leaves_nothing(made: Path, tmp_path: Path) -> None:
    program = (
        "import os, signal\n"
        "from beholder.backup import restore\n"
        "from beholder.cli.main import run\n"
        "restore.settle = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        f"run(['restore', {str(made / 'b.tar')!r}, 'new', '--no-erasures'])\n"
    )
    done = forked.run([sys.executable, "-c", program], cwd=tmp_path)
    assert done.returncode == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []
